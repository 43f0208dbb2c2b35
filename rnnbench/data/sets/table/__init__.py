"""The user's own table: how its file is read, which rows are samples, what its classes are."""

from rnnbench.data.sets.table.source import Csv

__all__ = ["Csv"]

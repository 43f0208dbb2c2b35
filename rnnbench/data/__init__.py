"""Data sets as flat arrays on disk, prepared once and memory-mapped by every worker."""

from rnnbench.data.contract import Arrays, InputSpec, Prepared
from rnnbench.data.preparation import input_spec, prepare

__all__ = ["Arrays", "InputSpec", "Prepared", "input_spec", "prepare"]

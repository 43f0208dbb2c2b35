"""The store as tidy tables: one row a run, one row an epoch."""

from rnnbench.results.frame import COLUMNS, Column, load_baselines, load_runs, load_trials
from rnnbench.results.history import load_history

__all__ = ["COLUMNS", "Column", "load_baselines", "load_history", "load_runs", "load_trials"]

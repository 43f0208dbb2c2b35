"""The store as tidy tables: one row a run, one row an epoch; and arms with what relates them.

It imports :mod:`rnnbench.tracking`, from which it reads, and :mod:`rnnbench.stats`; reports,
figures, notebooks and what ends a sweep import it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnbench.results.frame import load_baselines, load_runs, load_trials
    from rnnbench.results.history import load_history
    from rnnbench.results.rows import COLUMNS, Column

_ELSEWHERE = {"load_history": "history", "COLUMNS": "rows", "Column": "rows"}
__all__ = ["COLUMNS", "Column", "load_baselines", "load_history", "load_runs", "load_trials"]


def __getattr__(name: str) -> Any:
    """Return a table's function when it is first asked for: plans relate arms without pandas."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'frame')}"), name)

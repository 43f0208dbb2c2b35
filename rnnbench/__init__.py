"""Fair comparison of recurrent networks: SimpleRNN, LSTM and GRU under equal conditions.

For notebooks: :func:`load_runs` has one row a training run, :func:`load_history` one row an epoch,
:func:`load_answers` one row a test sample, and :func:`compare` one row a pair of arms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnbench.notebooks.comparison import compare
    from rnnbench.notebooks.load import load_answers, load_history, load_runs

__version__ = "0.1.0"
__all__ = ["__version__", "compare", "load_answers", "load_history", "load_runs"]

# Imported when they are first asked for: pandas alone takes seconds.
_MODULES = {
    "compare": "rnnbench.notebooks.comparison",
    "load_answers": "rnnbench.notebooks.load",
    "load_history": "rnnbench.notebooks.load",
    "load_runs": "rnnbench.notebooks.load",
}


def __getattr__(name: str) -> Any:
    """Return a function for notebooks."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    """Return the names that notebooks complete."""
    return sorted({*globals(), *__all__})

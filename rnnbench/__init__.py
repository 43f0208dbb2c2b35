"""Fair comparison of recurrent networks: SimpleRNN, LSTM and GRU under equal conditions.

For notebooks: :func:`load_runs` has one row a training run, :func:`load_history` one row an epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__version__ = "0.1.0"
__all__ = ["__version__", "load_history", "load_runs"]


def load_runs(*overrides: str) -> pd.DataFrame:
    """Return the training runs of a store, oldest first, in declared columns with types and units.

    Args:
        overrides: where the store is, as on the command line: ``"home=runs"``.

    Raises:
        ConfigError, StoreError: where there is no such store.
    """
    from rnnbench import results

    return results.load_runs(_store(overrides))


def load_history(*overrides: str) -> pd.DataFrame:
    """Return the epochs of every training run: run_id, epoch (from 1), Keras's metric names.

    Args:
        overrides: where the store is, as on the command line: ``"home=runs"``.

    Raises:
        ConfigError, StoreError: where there is no such store.
    """
    from rnnbench import results

    store = _store(overrides)
    return results.load_history(store, results.load_runs(store)["run_id"])


def _store(overrides: tuple[str, ...]):  # type: ignore[no-untyped-def]
    from rnnbench.config.expand import load
    from rnnbench.tracking.store import Store

    return Store.open(load(overrides, cell=False), create=False)

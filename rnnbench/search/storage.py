"""The database of the studies, which optuna-dashboard reads too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnbench.tracking.address import SQLITE_TIMEOUT, sqlite_address
from rnnbench.tracking.home import Home


def storage_path(home: Home) -> Path:
    """Return Optuna's SQLite file."""
    return home.path / "optuna.db"


def open_storage(home: Home) -> Any:
    """Return Optuna's storage, created where it is missing; :func:`close_storage` it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # Two processes that create the tables at once would fail half-way.
    with home.lock("optuna"):
        return optuna.storages.RDBStorage(
            sqlite_address(storage_path(home)),
            engine_kwargs={"connect_args": {"timeout": SQLITE_TIMEOUT}},
        )


def close_storage(storage: Any) -> None:
    """Close the connections of a storage."""
    storage.remove_session()
    storage.engine.dispose()

"""The database of the studies, which optuna-dashboard reads too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rnnbench.errors import StoreError
from rnnbench.tracking.address import SQLITE_TIMEOUT, sqlite_address
from rnnbench.tracking.home import Home
from rnnbench.tracking.reader import connect_sqlite


def storage_path(home: Home) -> Path:
    """Return Optuna's SQLite file."""
    return home.path / "optuna.db"


def open_storage(home: Home) -> Any:
    """Return Optuna's storage, created where it is missing; :func:`close_storage` it.

    Raises:
        StoreError: for a file that is damaged, or is no database of Optuna's.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = storage_path(home)
    # Two processes that create the tables at once would fail half-way.
    with home.locks.acquire("optuna"):
        _check_pages(path)
        try:
            return optuna.storages.RDBStorage(
                sqlite_address(path), engine_kwargs={"connect_args": {"timeout": SQLITE_TIMEOUT}}
            )
        except (SQLAlchemyError, RuntimeError) as error:  # the latter for another schema
            raise _unusable(path, error) from None


@contextmanager
def studied(home: Home) -> Iterator[None]:
    """Turn what goes wrong with the studies into one message.

    Raises:
        StoreError: where Optuna's database cannot be read or written.
    """
    import optuna

    try:
        yield
    except optuna.exceptions.StorageInternalError as error:
        raise _unusable(storage_path(home), error.__cause__ or error) from None


def close_storage(storage: Any) -> None:
    """Close the connections of a storage."""
    storage.remove_session()
    storage.engine.dispose()


def _check_pages(path: Path) -> None:
    """Refuse a file that was cut off or overwritten, before Optuna writes into what is left."""
    if not path.is_file():
        return
    try:
        with closing(connect_sqlite(path)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        return  # locked, or to be recovered from its journal: Optuna sees to that
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from None
    if found != "ok":
        raise _unusable(path, ValueError("its pages are damaged"))


def _unusable(path: Path, error: BaseException) -> StoreError:
    return StoreError(
        "home",
        "a database of Optuna's that can be read and written",
        f"{path} ({next(iter(str(error).splitlines()), type(error).__name__)})",
        "put a copy back, or move it away: trials that are finished in the MLflow store are not "
        "trained again",
    )

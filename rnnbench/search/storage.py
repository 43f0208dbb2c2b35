"""The database of the studies, which optuna-dashboard reads too, and what it lists them as.

It is a file in the home, or a PostgreSQL database that several homes share. A study has one owner,
who holds the lock of its key; the trials that a dead owner leaves behind are the next one's. Optuna
has heartbeats for that, which only its own loop gives, and which would fail such trials.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rnnbench.config.arm_names import short_label
from rnnbench.config.schema import Config
from rnnbench.errors import StoreError, first_line
from rnnbench.formatting.redact import redacted, shown_address
from rnnbench.system.locks import Locks
from rnnbench.tracking.address import (
    SQLITE_TIMEOUT,
    database_address,
    driver_needed,
    sqlite_address,
)
from rnnbench.tracking.home import Home
from rnnbench.tracking.lasting import lasting
from rnnbench.tracking.sqlite import connect_sqlite

_KEY = "search.storage"
_LONGEST_ARM = 300  # characters; Optuna's names of studies have at most 512


def storage_path(home: Home) -> Path:
    """Return Optuna's SQLite file."""
    return home.path / "optuna.db"


def check_storage(address: str | None) -> None:
    """Refuse what is no address of a PostgreSQL database; nothing is connected.

    Raises:
        StoreError: naming the key.
    """
    if address is not None and not database_address(address, "postgresql"):
        raise StoreError(
            _KEY,
            "the address of a PostgreSQL database, as in postgresql://user@host/optuna",
            shown_address(address) or "an empty text",
            "leave it at null for a SQLite file in the home folder",
        )


def study_locks(home: Home, address: str | None) -> Locks:
    """Return the locks of the studies: of all who share their database."""
    if address is None:
        return home.locks
    from rnnbench.tracking.locking.choice import Both
    from rnnbench.tracking.locking.postgresql import PostgresLocks

    return Both(home.locks, PostgresLocks(address, _KEY))


def has_storage(home: Home, address: str | None = None) -> bool:
    """Return whether there are studies, or at least their tables; nothing is created."""
    if address is None:
        return storage_path(home).is_file()
    from sqlalchemy import create_engine, inspect

    with studied(home, address), driver_needed(_KEY, address):
        engine = create_engine(address)
        try:
            return bool(lasting(lambda: inspect(engine).has_table("studies")))
        finally:
            engine.dispose()


def open_storage(home: Home, address: str | None = None) -> Any:
    """Return Optuna's storage, created where it is missing; :func:`close_storage` it.

    Raises:
        StoreError: for a database that is damaged or does not answer, or is none of Optuna's.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if address is None:
        url = sqlite_address(storage_path(home))
        options: dict[str, Any] = {"connect_args": {"timeout": SQLITE_TIMEOUT}}
    else:
        url, options = address, {"pool_pre_ping": True}
    # Two processes that create the tables at once would fail half-way.
    try:
        with study_locks(home, address).acquire("optuna"):
            if address is None:
                _check_pages(storage_path(home))
            return lasting(optuna.storages.RDBStorage, url, engine_kwargs=options)
    except (SQLAlchemyError, RuntimeError) as error:  # the latter for another schema
        raise _unusable(home, address, error) from None


@contextmanager
def studied(home: Home, address: str | None = None) -> Iterator[None]:
    """Turn what goes wrong with the studies into one message.

    Raises:
        StoreError: where Optuna's database cannot be read or written.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except optuna.exceptions.StorageInternalError as error:
        raise _unusable(home, address, error.__cause__ or error) from None
    except SQLAlchemyError as error:
        if address is None:
            raise
        raise _unusable(home, address, error) from None


def close_storage(storage: Any) -> None:
    """Close the connections of a storage."""
    storage.remove_session()
    storage.engine.dispose()


def study_name(label: str, key: str, config: Config) -> str:
    """Return what optuna-dashboard lists the study as: data set, arm, sampler, and its key.

    As in ``imdb · lstm units=32 depth=2 · tpe · 3f2a9c0d1e2b``: the arm as its sweep called it, and
    the size of its stack where nothing else says it.
    """
    arm = short_label(label)
    for name in ("units", "depth"):
        is_open = f"model.{name}" in config.search.space or config.match is not None
        if not is_open and f"{name}=" not in arm:
            arm += f" {name}={getattr(config.model, name)}"
    told = (config.data.name, arm[:_LONGEST_ARM], config.search.sampler)
    return f"{' · '.join(told)} ·{_ending(key)}"


def known_name(storage: Any, key: str) -> str | None:
    """Return the name of a key's study, whatever its sweep called the arm."""
    import optuna

    names = optuna.get_all_study_names(storage)
    return next((name for name in names if name.endswith(_ending(key))), None)


def _ending(key: str) -> str:
    """Return what the name of a study ends with, today and in versions that named the arm only."""
    return f" {key[:12]}"


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
        raise _damaged(path, error) from None
    if found != "ok":
        raise _damaged(path, ValueError("its pages are damaged"))


def _unusable(home: Home, address: str | None, error: BaseException) -> StoreError:
    if address is None:
        return _damaged(storage_path(home), error)
    return StoreError(
        _KEY,
        "a PostgreSQL database for Optuna that can be read and written",
        f"{shown_address(address)} ({redacted(first_line(error), address)})",
        "check the address; Optuna needs a database of its own, beside that of MLflow",
    )


def _damaged(path: Path, error: BaseException) -> StoreError:
    return StoreError(
        "home",
        "a database of Optuna's that can be read and written",
        f"{path} ({first_line(error)})",
        "put a copy back, or move it away: trials that are finished in the MLflow store are not "
        "trained again",
    )

"""SQLite files for MLflow, made under another name first, so that they are whole or not there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from rnnbench.system.scratch import scratch_folder
from rnnbench.tracking.address import (
    SQLITE_TIMEOUT,
    check_folder,
    connect,
    sqlite_address,
    sqlite_path,
)
from rnnbench.tracking.home import Home


def make_database(home: Home) -> None:
    """Create the SQLite file with its tables under another name first, so that it is whole or not.

    Its journal lets readers such as the UI go on while a run is being written.
    """
    if home.database.exists():
        return
    fresh = home.unfinished_database
    for path in home.path.glob(f"{fresh.name}*"):
        path.unlink()
    make_tables(fresh)
    with closing(sqlite3.connect(fresh, timeout=SQLITE_TIMEOUT)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    for suffix in ("-wal", "-shm"):
        # The journal of a database that was deleted would be replayed into this one.
        home.database.with_name(f"{home.database.name}{suffix}").unlink(missing_ok=True)
    fresh.replace(home.database)


def make_shared(uri: str) -> None:
    """Create a SQLite file that several homes may be about to create, each under a name of its own.

    MLflow's migrations of such a file are no transaction: two at once would spoil it.
    """
    path = sqlite_path(uri)
    if path is None or path.exists():
        return
    check_folder(path, uri)
    with scratch_folder(path.parent, ".rnnbench_") as folder:
        fresh = folder / path.name
        make_tables(fresh)
        try:
            path.hardlink_to(fresh)  # unlike a replacement, it fails where another was faster
        except FileExistsError:
            return
        except OSError:  # a file system without links
            fresh.replace(path)


def make_tables(path: Path) -> None:
    """Have MLflow make its tables in a new SQLite file, by migrations that take seconds."""
    connect(sqlite_address(path)).search_experiments(max_results=1)

"""MLflow's SQLite file, which is only read: importing MLflow takes longer than a thousand runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rnnbench.tracking.address import SQLITE_TIMEOUT
from rnnbench.tracking.sql_reader import Ask, SqlReader, experiment_of

_NO_ROOM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL)
_T = TypeVar("_T")


@dataclass(frozen=True)
class SqliteFile:
    """The :class:`rnnbench.tracking.sql_reader.Database` of a SQLite file."""

    path: Path

    @contextmanager
    def reading(self) -> Iterator[Ask]:
        """See :class:`rnnbench.tracking.sql_reader.Database`."""
        with closing(connect_sqlite(self.path)) as connection:
            connection.execute("BEGIN")

            def ask(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                return connection.execute(sql, values).fetchall()

            yield ask

    def among(self, ask: Ask, keys: Collection[str]) -> tuple[str, list[Any]]:
        """See :class:`rnnbench.tracking.sql_reader.Database`; a query has few places for values."""
        ask("CREATE TEMP TABLE wanted (key PRIMARY KEY)")
        for key in keys:
            ask("INSERT INTO wanted VALUES (?)", [key])
        return "IN wanted", []

    def columns(self, ask: Ask, table: str) -> set[str]:
        """See :class:`rnnbench.tracking.sql_reader.Database`."""
        return {row[1] for row in ask(f"PRAGMA table_info({table})")}

    def lasting(self, call: Callable[[], _T]) -> _T:
        """See :class:`rnnbench.tracking.sql_reader.Database`; a file has its own time limit."""
        return call()


def sqlite_reader(path: Path, experiment_id: str) -> SqlReader:
    """Return what reads one experiment in MLflow's SQLite file."""
    return SqlReader(SqliteFile(path), experiment_id)


def find_experiment(path: Path, name: str) -> str | None:
    """Return the id of an active experiment, or ``None`` where MLflow itself must be asked.

    That is where there is no such experiment, or the tables are not those that are known here.
    """
    try:
        return experiment_of(SqliteFile(path), name)
    except sqlite3.Error:
        return None


def connect_sqlite(path: Path) -> sqlite3.Connection:
    """Open a SQLite file for reading; it must exist, and stays as it is.

    A connection that may not write leaves the files of the journal behind that it makes, and one
    that may carries over what a killed process has left in them.
    """
    journal = path.with_name(f"{path.name}-wal")
    connection = _open(path, "mode=ro" if journal.exists() else "mode=rw")
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error as error:
        connection.close()
        has_entries = journal.exists() and journal.stat().st_size > 0
        if has_entries or error.sqlite_errorcode & 0xFF not in _NO_ROOM:
            raise
        # On a full disk there is no room for a journal, and so nobody writes one.
        return _open(path, "mode=ro&immutable=1")
    return connection


def _open(path: Path, options: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?{options}", uri=True, timeout=SQLITE_TIMEOUT)

"""MLflow's SQLite file, read and written by SQL: importing MLflow takes longer than all of that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from rnnbench.tracking.address import SQLITE_TIMEOUT
from rnnbench.tracking.database import Ask, Tell
from rnnbench.tracking.sql_reader import experiment_of

_NO_ROOM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL)
_T = TypeVar("_T")
# Pages of the journal (16 MiB) before they are carried over into the file: as runs change the same
# pages again and again, they are carried over a few times less than by SQLite's default of 1000.
_JOURNAL_PAGES = 4000


@dataclass
class SqliteFile:
    """The :class:`rnnbench.tracking.database.Database` of a SQLite file."""

    path: Path
    _kept: sqlite3.Connection | None = field(default=None, repr=False, compare=False)

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Use one connection for all that this thread reads and writes meanwhile.

        Opening one reads the definitions of all tables, and closing the last one the journal.
        """
        with closing(_open(self.path, "mode=rw")) as self._kept:
            self._kept.execute(f"PRAGMA wal_autocheckpoint={_JOURNAL_PAGES}")
            try:
                yield
            finally:
                self._kept = None

    @contextmanager
    def reading(self) -> Iterator[Ask]:
        """See :class:`rnnbench.tracking.database.Database`."""
        with self._connected(connect_sqlite) as connection:
            connection.execute("BEGIN")
            try:
                yield lambda sql, values=(): connection.execute(sql, values).fetchall()
            finally:
                connection.rollback()

    @contextmanager
    def writing(self, *, lasts: bool = True) -> Iterator[Tell]:
        """See :class:`rnnbench.tracking.database.Database`."""
        with self._connected(lambda path: _open(path, "mode=rw")) as connection:
            connection.execute(f"PRAGMA synchronous={'FULL' if lasts else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield _SqliteTransaction(connection)

    @contextmanager
    def _connected(
        self, connect: Callable[[Path], sqlite3.Connection]
    ) -> Iterator[sqlite3.Connection]:
        if self._kept is not None:
            yield self._kept
        else:
            with closing(connect(self.path)) as connection:
                yield connection

    def locked(self) -> str:
        """See :class:`rnnbench.tracking.database.Database`: nobody may change any."""
        return ""

    def among(self, ask: Ask, keys: Collection[str]) -> tuple[str, list[Any]]:
        """See :class:`rnnbench.tracking.database.Database`; a query has few places for values."""
        ask("CREATE TEMP TABLE wanted (key PRIMARY KEY)")
        for key in keys:
            ask("INSERT INTO wanted VALUES (?)", [key])
        return "IN wanted", []

    def indexes(self, ask: Ask, table: str) -> set[str]:
        """See :class:`rnnbench.tracking.database.Database`."""
        rows = ask("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", [table])
        return {name for (name,) in rows}

    def columns(self, ask: Ask, table: str) -> set[str]:
        """See :class:`rnnbench.tracking.database.Database`."""
        return {row[1] for row in ask(f"PRAGMA table_info({table})")}

    def lasting(self, call: Callable[[], _T]) -> _T:
        """See :class:`rnnbench.tracking.database.Database`; a file has its own time limit."""
        return call()


class _SqliteTransaction:
    """A :class:`rnnbench.tracking.database.Tell` by a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __call__(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def insert(self, into: str, rows: Sequence[Sequence[Any]], conflict: str) -> None:
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            told = f"INSERT INTO {into} VALUES ({marks}) ON CONFLICT {conflict}"
            self._connection.executemany(told, rows)


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

"""MLflow's tables in PostgreSQL, read and written by SQL as those of a SQLite file are."""

from __future__ import annotations

import atexit
import itertools
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rnnbench.tracking.address import driver_needed
from rnnbench.tracking.database import Ask, Tell
from rnnbench.tracking.lasting import lasting

_T = TypeVar("_T")
_MOST_VALUES = 30_000  # of a statement, which has places for 65,535


@dataclass(frozen=True)
class PostgresTables:
    """The :class:`rnnbench.tracking.database.Database` of a PostgreSQL database."""

    address: str = field(repr=False)

    @contextmanager
    def reading(self) -> Iterator[Ask]:
        """See :class:`rnnbench.tracking.database.Database`."""
        with _engine(self.address).connect() as connection:
            # By SQL: an option of the connection costs statements to set it and to take it back.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield _PostgresTransaction(connection)
            connection.commit()  # after a rollback psycopg forgets what the server has prepared

    @contextmanager
    def writing(self, *, lasts: bool = True) -> Iterator[Tell]:  # noqa: ARG002
        """See :class:`rnnbench.tracking.database.Database`."""
        with _engine(self.address).begin() as connection:
            yield _PostgresTransaction(connection)

    def locked(self) -> str:
        """See :class:`rnnbench.tracking.database.Database`."""
        return " FOR UPDATE"

    def among(self, ask: Ask, keys: Collection[str]) -> tuple[str, list[Any]]:  # noqa: ARG002
        """See :class:`rnnbench.tracking.database.Database`."""
        return "= ANY(?)", [list(keys)]

    def indexes(self, ask: Ask, table: str) -> set[str]:
        """See :class:`rnnbench.tracking.database.Database`."""
        rows = ask("SELECT indexname FROM pg_indexes WHERE tablename = ?", [table])
        return {str(name) for (name,) in rows}

    def columns(self, ask: Ask, table: str) -> set[str]:
        """See :class:`rnnbench.tracking.database.Database`."""
        rows = ask(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0",
            [table],
        )
        return {str(name) for (name,) in rows}

    def lasting(self, call: Callable[[], _T]) -> _T:
        """See :class:`rnnbench.tracking.database.Database`."""
        found: _T = lasting(call)
        return found


class _PostgresTransaction:
    """A :class:`rnnbench.tracking.database.Tell` by a connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __call__(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        found = self._connection.exec_driver_sql(sql.replace("?", "%s"), tuple(values))
        return [tuple(row) for row in found] if found.returns_rows else []

    def insert(self, into: str, rows: Sequence[Sequence[Any]], conflict: str) -> None:
        at_once = _MOST_VALUES // len(rows[0]) if rows else 1
        for start in range(0, len(rows), at_once):
            some = rows[start : start + at_once]
            marks = ", ".join([f"({', '.join('?' * len(some[0]))})"] * len(some))
            values = tuple(itertools.chain.from_iterable(some))
            self(f"INSERT INTO {into} VALUES {marks} ON CONFLICT {conflict}", values)


# Their connections are kept for the next query, and closed when the process ends.
_engines: dict[str, Any] = {}


def _engine(address: str) -> Any:
    if address not in _engines:
        from sqlalchemy import create_engine

        with driver_needed("tracking.uri", address):
            _engines[address] = create_engine(address, pool_size=1, pool_pre_ping=True)
    return _engines[address]


def _close_all() -> None:
    while _engines:
        _engines.popitem()[1].dispose()


def _forget_in_child() -> None:
    for engine in _engines.values():
        engine.dispose(close=False)
    _engines.clear()


atexit.register(_close_all)
os.register_at_fork(after_in_child=_forget_in_child)

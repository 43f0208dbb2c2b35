"""What is asked of a database that has MLflow's tables: SQL for all kinds of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

_T = TypeVar("_T")
_CHUNK = 500  # run ids in a query


class Ask(Protocol):
    """Answers a query, in which ``?`` stands for each value."""

    def __call__(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows."""
        ...


class Tell(Ask, Protocol):
    """Answers queries, and changes rows, in one transaction."""

    def insert(self, into: str, rows: Sequence[Sequence[Any]], conflict: str) -> None:
        """Insert rows.

        Args:
            into: the table with its columns: ``tags (key, value, run_uuid)``.
            rows: their values; where a conflict changes a row, no two may conflict with each other.
            conflict: what is done with a row that is there already: ``DO NOTHING``.
        """
        ...


class Database(Protocol):
    """Where MLflow's tables are."""

    def reading(self) -> AbstractContextManager[Ask]:
        """Give what answers queries by one state of the database."""
        ...

    def writing(self, *, lasts: bool = True) -> AbstractContextManager[Tell]:
        """Give what changes rows: all of it is there at the end or, after an error, nothing.

        Args:
            lasts: whether it has to be on the disk by then, in spite of a power failure; else it
                may get there with the next that has to.
        """
        ...

    def locked(self) -> str:
        """Return the end of a query whose rows nobody else may change meanwhile."""
        ...

    def among(self, ask: Ask, keys: Collection[str]) -> tuple[str, list[Any]]:
        """Return the end of a condition that a value is one of any number, and its values."""
        ...

    def columns(self, ask: Ask, table: str) -> set[str]:
        """Return the names of a table's columns; none where there is no such table."""
        ...

    def indexes(self, ask: Ask, table: str) -> set[str]:
        """Return the names of a table's indexes."""
        ...

    def lasting(self, call: Callable[[], _T]) -> _T:
        """Call, and once more where the database was gone meanwhile and is waited for."""
        ...


def answer(database: Database, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows that answer a single query."""

    def ask_once() -> list[tuple[Any, ...]]:
        with database.reading() as ask:
            return ask(sql, values)

    return database.lasting(ask_once)


def chunks(ids: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Give as many at once as a query has places for."""
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def marks(values: Collection[object]) -> str:
    """Return the places of values in a query: ``(?,?,?)``."""
    return f"({','.join('?' * len(values))})"

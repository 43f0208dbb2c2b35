"""Which stores are read and written by SQL, which takes no import of MLflow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from rnnbench.tracking.address import sqlite_path
from rnnbench.tracking.home import Home
from rnnbench.tracking.reader import Reader
from rnnbench.tracking.sql_reader import SqlReader, experiment_of
from rnnbench.tracking.sqlite import SqliteFile, find_experiment

if TYPE_CHECKING:
    from rnnbench.tracking.writer import Writer


def direct_reader(uri: str, home: Home, name: str) -> tuple[str, Reader] | None:
    """Return the id of an active experiment and what reads it, ``None`` where MLflow must.

    Raises:
        SQLAlchemyError: where a database does not answer.
    """
    if sqlite_path(uri) == home.database:
        known = find_experiment(home.database, name) if home.database.is_file() else None
        return None if known is None else (known, SqlReader(SqliteFile(home.database), known))
    if uri.startswith("postgresql"):
        from rnnbench.tracking.postgresql import PostgresTables

        tables = PostgresTables(uri)
        known = tables.lasting(lambda: experiment_of(tables, name))
        return None if known is None else (known, SqlReader(tables, known))
    return None


def direct_writer(reader: Reader, experiment_id: str, client: Callable[[], Any]) -> Writer:
    """Return what writes into the store that a reader reads: by SQL where that reads by it."""
    from rnnbench.tracking.writer import ClientWriter

    writer = ClientWriter(client, experiment_id)
    if not isinstance(reader, SqlReader):
        return writer
    from rnnbench.tracking.sql_writer import sql_writer

    return sql_writer(reader.database, experiment_id, writer)


def kept_open(reader: Reader) -> AbstractContextManager[None]:
    """Keep the file open that a reader reads, where it is one."""
    database = reader.database if isinstance(reader, SqlReader) else None
    return database.kept_open() if isinstance(database, SqliteFile) else nullcontext()

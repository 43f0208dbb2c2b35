"""Which stores are read by SQL, which takes no import of MLflow."""

from __future__ import annotations

from rnnbench.tracking.address import sqlite_path
from rnnbench.tracking.home import Home
from rnnbench.tracking.reader import Reader
from rnnbench.tracking.sql_reader import SqlReader, experiment_of
from rnnbench.tracking.sqlite import find_experiment, sqlite_reader


def direct_reader(uri: str, home: Home, name: str) -> tuple[str, Reader] | None:
    """Return the id of an active experiment and what reads it, ``None`` where MLflow must.

    Raises:
        SQLAlchemyError: where a database does not answer.
    """
    if sqlite_path(uri) == home.database:
        known = find_experiment(home.database, name) if home.database.is_file() else None
        return None if known is None else (known, sqlite_reader(home.database, known))
    if uri.startswith("postgresql"):
        from rnnbench.tracking.postgresql import PostgresTables

        tables = PostgresTables(uri)
        known = tables.lasting(lambda: experiment_of(tables, name))
        return None if known is None else (known, SqlReader(tables, known))
    return None

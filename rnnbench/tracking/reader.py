"""Reading runs: a SQLite file directly, any other store through MLflow's client.

Importing MLflow takes longer than reading a thousand runs, and its client needs a query a metric
for a history. A SQLite file is therefore read with plain SQL from the tables that MLflow
documents by its migrations; where one of them is missing, MLflow's client is asked instead.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from rnnbench.tracking import names
from rnnbench.tracking.address import SQLITE_TIMEOUT
from rnnbench.tracking.record import Record, training_samples

_CHUNK = 500  # run ids in a query
_NO_ROOM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL)
_COLUMNS = {
    "experiments": {"experiment_id", "name", "lifecycle_stage"},
    "runs": {"run_uuid", "status", "start_time", "end_time", "lifecycle_stage", "experiment_id"},
    "experiment_tags": {"key", "value", "experiment_id"},
    "tags": {"key", "value", "run_uuid"},
    "params": {"key", "value", "run_uuid"},
    "metrics": {"key", "value", "timestamp", "step", "is_nan", "run_uuid"},
    "latest_metrics": {"key", "value", "is_nan", "run_uuid"},
    "inputs": {"source_type", "source_id", "destination_type", "destination_id"},
    "datasets": {"dataset_uuid", "dataset_profile"},
}

# The points of one run: metric -> (step, value), in the order of their steps.
History = dict[str, list[tuple[int, float]]]


class Reader(Protocol):
    """What can be asked of a store."""

    def search(
        self,
        tags: Mapping[str, str],
        *,
        status: str | None = None,
        keys: Collection[str] | None = None,
        only: Collection[str] | None = None,
    ) -> Iterator[Record]:
        """Yield runs with all these tags, oldest first.

        Args:
            tags: tag -> value.
            status: MLflow's status, where only that is wanted.
            keys: content keys, where only those are wanted.
            only: names of the tags, parameters and metrics that are wanted; others may be missing.
        """
        ...

    def histories(
        self, run_ids: Iterable[str], metrics: Sequence[str] | None = None
    ) -> dict[str, History]:
        """Return by run the values of these metrics by epoch; without any, of all after epoch 0."""
        ...

    def artifact_folders(self, run_ids: Iterable[str]) -> dict[str, str]:
        """Return by run the address of its files."""
        ...

    def experiment_tag(self, name: str) -> str | None:
        """Return the value of one of the experiment's own tags, where it has it."""
        ...


class SqliteReader:
    """One experiment in MLflow's SQLite file, which is only read."""

    def __init__(self, path: Path, experiment_id: str) -> None:
        self._path = path
        self._experiment_id = experiment_id

    def search(
        self,
        tags: Mapping[str, str],
        *,
        status: str | None = None,
        keys: Collection[str] | None = None,
        only: Collection[str] | None = None,
    ) -> Iterator[Record]:
        """See :class:`Reader`."""
        text = "experiment_id = ? AND lifecycle_stage = 'active'"
        values: list[Any] = [self._experiment_id]
        if status is not None:
            text += " AND status = ?"
            values.append(status)
        for name, value in tags.items():
            text += " AND run_uuid IN (SELECT run_uuid FROM tags WHERE key = ? AND value = ?)"
            values += [name, value]
        with closing(connect_sqlite(self._path)) as connection:
            connection.execute("BEGIN")  # one state of the store for all queries
            if keys is not None:
                connection.execute("CREATE TEMP TABLE wanted (key PRIMARY KEY)")
                connection.executemany("INSERT INTO wanted VALUES (?)", [(key,) for key in keys])
                text += (
                    " AND run_uuid IN (SELECT run_uuid FROM tags WHERE key = ? AND value IN wanted)"
                )
                values.append(names.KEY)
            rows = connection.execute(
                "SELECT run_uuid, status, start_time, end_time FROM runs "
                f"WHERE {text} ORDER BY start_time, run_uuid",
                values,
            ).fetchall()
            for start in range(0, len(rows), _CHUNK):
                yield from self._records(connection, rows[start : start + _CHUNK], only)

    def histories(
        self, run_ids: Iterable[str], metrics: Sequence[str] | None = None
    ) -> dict[str, History]:
        """See :class:`Reader`."""
        ids = list(run_ids)
        found: dict[str, History] = {run_id: {} for run_id in ids}
        asked = "step > 0" if metrics is None else f"key IN ({_marks(metrics)})"
        with closing(connect_sqlite(self._path)) as connection:
            for start in range(0, len(ids), _CHUNK):
                chunk = ids[start : start + _CHUNK]
                for run_id, key, step, value, is_nan in connection.execute(
                    "SELECT run_uuid, key, step, value, is_nan FROM metrics "
                    f"WHERE run_uuid IN ({_marks(chunk)}) AND {asked} ORDER BY step, timestamp",
                    [*chunk, *(metrics or ())],
                ):
                    points = found[run_id].setdefault(key, [])
                    points.append((step, math.nan if is_nan else value))
        return found

    def artifact_folders(self, run_ids: Iterable[str]) -> dict[str, str]:
        """See :class:`Reader`."""
        ids = list(run_ids)
        found: dict[str, str] = {}
        with closing(connect_sqlite(self._path)) as connection:
            for start in range(0, len(ids), _CHUNK):
                chunk = ids[start : start + _CHUNK]
                found |= dict(
                    connection.execute(
                        "SELECT run_uuid, artifact_uri FROM runs "
                        f"WHERE run_uuid IN ({_marks(chunk)})",
                        chunk,
                    ).fetchall()
                )
        return found

    def experiment_tag(self, name: str) -> str | None:
        """See :class:`Reader`."""
        with closing(connect_sqlite(self._path)) as connection:
            found = connection.execute(
                "SELECT value FROM experiment_tags WHERE experiment_id = ? AND key = ?",
                [self._experiment_id, name],
            ).fetchone()
        return None if found is None else str(found[0])

    def _records(
        self,
        connection: sqlite3.Connection,
        rows: Sequence[tuple[str, str, int, int | None]],
        only: Collection[str] | None,
    ) -> Iterator[Record]:
        ids = [row[0] for row in rows]
        where = f"run_uuid IN ({_marks(ids)})"
        values: list[Any] = list(ids)
        if only is not None:
            where += f" AND key IN ({_marks(only)})"
            values += only

        def read(table: str, column: str) -> dict[str, dict[str, Any]]:
            found: dict[str, dict[str, Any]] = {run_id: {} for run_id in ids}
            for run_id, key, value in connection.execute(
                f"SELECT run_uuid, key, {column} FROM {table} WHERE {where}", values
            ):
                found[run_id][key] = math.nan if value is None else value
            return found

        tags, params = read("tags", "value"), read("params", "value")
        metrics = read("latest_metrics", "CASE WHEN is_nan THEN NULL ELSE value END")
        samples = {} if only is not None else _training_samples(connection, ids)
        for run_id, status, start, end in rows:
            logged = tags[run_id], params[run_id], metrics[run_id]
            yield Record(run_id, status, *logged, start, end, samples.get(run_id))


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


def find_experiment(path: Path, name: str) -> str | None:
    """Return the id of an active experiment, or ``None`` where MLflow itself must be asked.

    That is where there is no such experiment, or the tables are not those that are known here.
    """
    try:
        with closing(connect_sqlite(path)) as connection:
            for table, columns in _COLUMNS.items():
                known = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
                if not columns <= known:
                    return None
            found = connection.execute(
                "SELECT experiment_id FROM experiments "
                "WHERE name = ? AND lifecycle_stage = 'active'",
                [name],
            ).fetchall()
    except sqlite3.Error:
        return None
    return str(found[0][0]) if len(found) == 1 else None


def _training_samples(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int | None]:
    rows = connection.execute(
        "SELECT destination_id, dataset_profile FROM inputs JOIN datasets ON dataset_uuid = "
        "source_id WHERE source_type = 'DATASET' AND destination_type = 'RUN' "
        f"AND destination_id IN ({_marks(ids)})",
        ids,
    )
    return {run_id: training_samples(profile) for run_id, profile in rows}


def _marks(values: Collection[object]) -> str:
    return ",".join("?" * len(values))

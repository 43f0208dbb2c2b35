"""Reading runs by SQL, from the tables that MLflow documents by its migrations.

Importing MLflow takes longer than reading a thousand runs, and its client needs a query a metric
for a history. Where one of the tables is missing, MLflow's client is asked instead.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rnnbench.tracking import names
from rnnbench.tracking.database import Ask, Database, answer, chunks, marks
from rnnbench.tracking.reader import History
from rnnbench.tracking.record import Record, training_samples

# Tags of which each value belongs to few runs; a writer makes an index of them.
INDEXED = {names.KEY: "rnnbench_key", names.ARM_KEY: "rnnbench_arm_key"}
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


class SqlReader:
    """One experiment in a database (:class:`rnnbench.tracking.reader.Reader`)."""

    def __init__(self, database: Database, experiment_id: str) -> None:
        self.database = database
        self._experiment_id = int(experiment_id)

    def search(
        self,
        tags: Mapping[str, str],
        *,
        status: str | None = None,
        keys: Collection[str] | None = None,
        only: Collection[str] | None = None,
    ) -> Iterator[Record]:
        """See :class:`rnnbench.tracking.reader.Reader`."""
        yield from self.database.lasting(lambda: self._search(tags, status, keys, only))

    def _search(
        self,
        tags: Mapping[str, str],
        status: str | None,
        keys: Collection[str] | None,
        only: Collection[str] | None,
    ) -> list[Record]:
        text = "experiment_id = ? AND lifecycle_stage = 'active'"
        values: list[Any] = [self._experiment_id]
        if status is not None:
            text += " AND status = ?"
            values.append(status)
        for name, value in tags.items():
            if name in INDEXED:  # few runs have the value, and an index finds them
                text += f" AND run_uuid IN (SELECT run_uuid FROM tags WHERE key = '{name}' "
                text += "AND value = ?)"
                values.append(value)
            else:
                text += " AND EXISTS (SELECT 1 FROM tags WHERE tags.run_uuid = runs.run_uuid "
                text += "AND key = ? AND value = ?)"
                values += [name, value]
        with self.database.reading() as ask:
            if keys is not None:
                among, wanted = self.database.among(ask, keys)
                text += f" AND run_uuid IN (SELECT run_uuid FROM tags WHERE key = '{names.KEY}' "
                text += f"AND value {among})"
                values += wanted
            rows = ask(
                "SELECT run_uuid, status, start_time, end_time FROM runs "
                f"WHERE {text} ORDER BY start_time, run_uuid",
                values,
            )
            found: list[Record] = []
            texts: dict[str, str] = {}
            for chunk in chunks(rows):
                found += _records(ask, chunk, only, texts)
            return found

    def histories(
        self, run_ids: Iterable[str], metrics: Sequence[str] | None = None
    ) -> dict[str, History]:
        """See :class:`rnnbench.tracking.reader.Reader`."""
        ids = list(run_ids)
        return self.database.lasting(lambda: self._histories(ids, metrics))

    def _histories(self, ids: Sequence[str], metrics: Sequence[str] | None) -> dict[str, History]:
        found: dict[str, History] = {run_id: {} for run_id in ids}
        if metrics is not None and not metrics:
            return found
        asked = "step > 0" if metrics is None else f"{_unindexed('key')} IN {marks(metrics)}"
        with self.database.reading() as ask:
            for chunk in chunks(ids):
                for run_id, key, step, value, is_nan in ask(
                    "SELECT run_uuid, key, step, value, is_nan FROM metrics "
                    f"WHERE run_uuid IN {marks(chunk)} AND {asked} "
                    "ORDER BY step, timestamp, key",
                    [*chunk, *(metrics or ())],
                ):
                    points = found[run_id].setdefault(key, [])
                    points.append((step, math.nan if is_nan else value))
        return found

    def artifact_folders(self, run_ids: Iterable[str]) -> dict[str, str]:
        """See :class:`rnnbench.tracking.reader.Reader`."""
        found: dict[str, str] = {}
        for chunk in chunks(list(run_ids)):
            sql = f"SELECT run_uuid, artifact_uri FROM runs WHERE run_uuid IN {marks(chunk)}"
            rows = answer(self.database, sql, chunk)
            found |= {str(run_id): str(address) for run_id, address in rows}
        return found

    def experiment_tag(self, name: str) -> str | None:
        """See :class:`rnnbench.tracking.reader.Reader`."""
        sql = "SELECT value FROM experiment_tags WHERE experiment_id = ? AND key = ?"
        found = answer(self.database, sql, [self._experiment_id, name])
        return str(found[0][0]) if found else None


def _records(
    ask: Ask,
    rows: Sequence[tuple[Any, ...]],
    only: Collection[str] | None,
    texts: dict[str, str],
) -> Iterator[Record]:
    """Yield the runs of some rows; of equal texts there is one, that of ``texts``."""
    ids = [row[0] for row in rows]
    where = f"run_uuid IN {marks(ids)}"
    values: list[Any] = list(ids)
    if only is not None:
        where += f" AND key IN {marks(only)}" if only else " AND 1 = 0"
        values += only

    def read(table: str, column: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {run_id: {} for run_id in ids}
        for run_id, key, value in ask(
            f"SELECT run_uuid, key, {column} FROM {table} WHERE {where}", values
        ):
            told = texts.setdefault(value, value) if isinstance(value, str) else value
            found[run_id][texts.setdefault(key, key)] = math.nan if told is None else told
        return found

    tags, params = read("tags", "value"), read("params", "value")
    metrics = read("latest_metrics", "CASE WHEN is_nan THEN NULL ELSE value END")
    samples = {} if only is not None else _training_samples(ask, ids)
    for run_id, status, start, end in rows:
        logged = tags[run_id], params[run_id], metrics[run_id]
        yield Record(run_id, status, *logged, start, end, samples.get(run_id))


def experiment_of(database: Database, name: str) -> str | None:
    """Return the id of an active experiment, or ``None`` where MLflow itself must be asked.

    That is where there is no such experiment, or the tables are not those that are known here.
    """
    with database.reading() as ask:
        for table, columns in _COLUMNS.items():
            if not columns <= database.columns(ask, table):
                return None
        found = ask(
            "SELECT experiment_id FROM experiments WHERE name = ? AND lifecycle_stage = 'active'",
            [name],
        )
    return str(found[0][0]) if len(found) == 1 else None


def _training_samples(ask: Ask, ids: Sequence[str]) -> dict[str, int | None]:
    rows = ask(
        "SELECT destination_id, dataset_profile FROM inputs JOIN datasets ON dataset_uuid = "
        f"source_id WHERE {_unindexed('source_type')} = 'DATASET' AND destination_type = 'RUN' "
        f"AND destination_id IN {marks(ids)}",
        ids,
    )
    return {run_id: training_samples(profile) for run_id, profile in rows}


def _unindexed(column: str) -> str:
    """Return a column for a condition that is checked row by row, and not searched by an index.

    SQLite knows nothing of how many rows have a value. It would search for the few values of such a
    column and read the rows of all runs, not of those that are asked for.
    """
    return f"{column} || ''"

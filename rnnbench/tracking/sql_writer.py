"""Writing runs by SQL: what a driver records of many runs is one transaction.

MLflow's client takes several transactions a run and a query a value, which made the driver's own
work a limit of large sweeps. The rows are those that MLflow 3.17 writes
(``tests/tracking/test_writer.py`` compares them). Where a table has other columns than those that
are known here, or a value is one that MLflow would cut or refuse, its client writes instead.
"""

from __future__ import annotations

import re
import shutil
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from rnnbench.tracking.address import local_path
from rnnbench.tracking.database import Database, Tell, answer, chunks, marks
from rnnbench.tracking.dataset import CONTEXT, DatasetTold
from rnnbench.tracking.sql_reader import INDEXED
from rnnbench.tracking.sql_rows import COLUMNS, RunIds, insert, latest_rows, metric_row, text_rows
from rnnbench.tracking.writer import RunEntry, Writer

_LONGEST_NAME, _LONGEST_PARAMETER, _LONGEST_TAG = 250, 6000, 8000
_NAME = re.compile(r"\w[\w. :/-]*")


def sql_writer(database: Database, experiment_id: str, fallback: Writer) -> Writer:
    """Return what writes into an experiment: by SQL, or the fallback where that is not safe."""
    root = database.lasting(lambda: _root(database, experiment_id))
    if root is None:
        return fallback
    with suppress(Exception):  # it only saves time, and not everybody may make one
        database.lasting(lambda: _make_indexes(database))
    return SqlWriter(database, int(experiment_id), root, fallback)


def _root(database: Database, experiment_id: str) -> str | None:
    """Return where an experiment has its files, ``None`` where its tables are not those known."""
    with database.reading() as ask:
        for table, columns in COLUMNS.items():
            # PostgreSQL keeps a column that was dropped, under a name of dots.
            found = {name for name in database.columns(ask, table) if not name.startswith(".")}
            if found != set(columns):
                return None
        sql = "SELECT artifact_location FROM experiments WHERE experiment_id = ?"
        (address,) = ask(sql, [int(experiment_id)])[0]
    return None if not address or re.search(r"[?#]", address) else str(address).rstrip("/")


def _make_indexes(database: Database) -> None:
    """Make the indexes by which runs are found, however many there are."""
    with database.reading() as ask:
        known = database.indexes(ask, "tags")
    missing = {tag: name for tag, name in INDEXED.items() if name not in known}
    if missing:
        with database.writing() as tell:
            for tag, name in missing.items():
                tell(f"CREATE INDEX IF NOT EXISTS {name} ON tags (value) WHERE key = '{tag}'")


class SqlWriter:
    """Writes into one experiment in a database (:class:`rnnbench.tracking.writer.Writer`)."""

    def __init__(self, database: Database, experiment_id: int, root: str, fallback: Writer) -> None:
        """Write nothing yet.

        Args:
            database: whose tables have the columns that are known here.
            experiment_id: of the experiment.
            root: the address under which it keeps files.
            fallback: writes what is not to be written by SQL.
        """
        self._database = database
        self._experiment_id = experiment_id
        self._root = root
        self._fallback = fallback
        self._ids = RunIds()

    def create(self, tags: Mapping[str, str], name: str) -> str:
        """See :class:`rnnbench.tracking.writer.Writer`."""
        if len(name) > _LONGEST_NAME or not _are_plain(tags, _LONGEST_TAG):
            return self._fallback.create(tags, name)
        run_id = self._ids.new()
        run = {
            "run_uuid": run_id,
            "name": name,
            "source_type": "UNKNOWN",
            "source_name": "",
            "entry_point_name": "",
            "user_id": tags.get("mlflow.user", "unknown"),
            "status": "RUNNING",
            "start_time": _now(),
            "source_version": "",
            "lifecycle_stage": "active",
            "artifact_uri": self._artifacts(run_id),
            "experiment_id": self._experiment_id,
        }
        rows = [(key, value, run_id) for key, value in {**tags, "mlflow.runName": name}.items()]

        def create() -> None:
            with self._database.writing(lasts=False) as tell:
                insert(tell, "runs", [[run.get(column) for column in COLUMNS["runs"]]])
                insert(tell, "tags", rows)

        self._database.lasting(create)
        return run_id

    def write(self, entries: Sequence[RunEntry]) -> set[str]:
        """See :class:`rnnbench.tracking.writer.Writer`: all of them in one transaction."""
        plain: list[RunEntry] = []
        others: list[RunEntry] = []
        for entry in entries:
            (plain if _is_plain(entry) else others).append(entry)
        gone = self._database.lasting(lambda: self._write(plain)) if plain else set()
        return gone | (self._fallback.write(others) if others else set())

    def _write(self, entries: Sequence[RunEntry]) -> set[str]:
        ids = sorted({entry.run_id for entry in entries})
        ends = any(entry.status not in (None, "RUNNING") for entry in entries)
        with self._database.writing(lasts=ends) as tell:
            there: set[str] = set()
            for chunk in chunks(ids):
                sql = f"SELECT run_uuid FROM runs WHERE run_uuid IN {marks(chunk)} AND "
                sql += f"lifecycle_stage = 'active' ORDER BY run_uuid{self._database.locked()}"
                there |= {str(run_id) for (run_id,) in tell(sql, chunk)}
            found = [entry for entry in entries if entry.run_id in there]
            insert(tell, "params", text_rows(found, "params"))
            insert(tell, "metrics", [metric_row(e.run_id, p) for e in found for p in e.metrics])
            insert(tell, "latest_metrics", latest_rows(found))
            insert(tell, "tags", text_rows(found, "tags"))
            self._add_inputs(tell, found)
            statuses = {entry.run_id: entry.status for entry in found if entry.status is not None}
            for status in sorted(set(statuses.values())):
                own = [run_id for run_id, one in statuses.items() if one == status]
                _set_status(tell, status, own)
        return set(ids) - there

    def _add_inputs(self, tell: Tell, entries: Iterable[RunEntry]) -> None:
        """Say on which data sets runs are trained, each once, whoever says it again."""
        trained: dict[tuple[str, str], dict[str, DatasetTold]] = {}
        for entry in entries:
            if entry.data is not None:
                same = trained.setdefault((entry.data.name, entry.data.digest), {})
                same[entry.run_id] = entry.data
        for _, runs in sorted(trained.items()):
            source = self._dataset(tell, next(iter(runs.values())))
            known: set[str] = set()
            for chunk in chunks(list(runs)):
                sql = "SELECT destination_id FROM inputs WHERE source_type = 'DATASET' AND "
                sql += "source_id = ? AND destination_type = 'RUN' AND destination_id IN "
                known |= {str(found) for (found,) in tell(sql + marks(chunk), [source, *chunk])}
            made = [(uuid.uuid4().hex, run_id) for run_id in runs if run_id not in known]
            rows = [(one, "DATASET", source, "RUN", run_id, 0) for one, run_id in made]
            insert(tell, "inputs", rows)
            insert(tell, "input_tags", [(one, *CONTEXT) for one, _ in made])

    def _dataset(self, tell: Tell, data: DatasetTold) -> str:
        """Return the id of a data set, which is inserted where it is not there."""
        row = (data.source_type, data.source, data.schema, data.profile)
        known = (self._experiment_id, data.name, data.digest)
        ask = (
            "SELECT dataset_uuid FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?"
        )
        found = tell(ask, known)
        if not found:
            insert(tell, "datasets", [(uuid.uuid4().hex, *known, *row)])
            found = tell(ask, known)  # another driver may have been faster
        return str(found[0][0])

    def status(self, run_id: str) -> str | None:
        """See :class:`rnnbench.tracking.writer.Writer`."""
        sql = "SELECT status FROM runs WHERE run_uuid = ? AND lifecycle_stage = 'active'"
        found = answer(self._database, sql, [run_id])
        return str(found[0][0]) if found else None

    def delete(self, run_id: str) -> None:
        """See :class:`rnnbench.tracking.writer.Writer`; with a run its assessments are deleted."""
        if self._database.lasting(self._has_assessments):
            self._fallback.delete(run_id)
            return
        sql = "UPDATE runs SET lifecycle_stage = 'deleted', deleted_time = ? WHERE run_uuid = ? "
        sql += "AND lifecycle_stage = 'active'"

        def delete() -> None:
            with self._database.writing() as tell:
                tell(sql, [_now(), run_id])

        self._database.lasting(delete)

    def _has_assessments(self) -> bool:
        """Return whether somebody has assessed anything, which rnnbench's runs are not for."""
        with self._database.reading() as ask:
            is_there = bool(self._database.columns(ask, "assessments"))
            return is_there and bool(ask("SELECT 1 FROM assessments LIMIT 1"))

    def keep_files(self, run_id: str, folder: Path) -> None:
        """See :class:`rnnbench.tracking.writer.Writer`: they are moved where they can be."""
        target = local_path(self._artifacts(run_id))
        if target is None:
            self._fallback.keep_files(run_id, folder)
            return
        target.mkdir(parents=True, exist_ok=True)
        try:
            for file in folder.iterdir():
                file.rename(target / file.name)
        except OSError:  # on another file system, or a folder of the run's is there already
            shutil.copytree(folder, target, dirs_exist_ok=True)

    def _artifacts(self, run_id: str) -> str:
        return f"{self._root}/{run_id}/artifacts"


def _set_status(tell: Tell, status: str, run_ids: Sequence[str]) -> None:
    end = "" if status == "RUNNING" else ", end_time = ?"
    values = [status] if status == "RUNNING" else [status, _now()]
    for chunk in chunks(run_ids):
        sql = f"UPDATE runs SET status = ?{end} WHERE run_uuid IN {marks(chunk)}"
        tell(sql, [*values, *chunk])


def _is_plain(entry: RunEntry) -> bool:
    if not _are_plain(entry.params, _LONGEST_PARAMETER) or not _are_plain(entry.tags, _LONGEST_TAG):
        return False
    return all(_NAME.fullmatch(point.name) for point in entry.metrics)


def _are_plain(values: Mapping[str, str], longest: int) -> bool:
    """Return whether MLflow would write names and values as they are."""
    return all(
        _NAME.fullmatch(name) and len(name) <= _LONGEST_NAME and len(value) <= longest
        for name, value in values.items()
    )


def _now() -> int:
    return int(time.time() * 1000)

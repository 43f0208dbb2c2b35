"""Reading a store: plain SQL and MLflow's client tell the same."""

from __future__ import annotations

import json
import math
import sqlite3
import subprocess
import sys
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnnbench.config.expand import expand, load
from rnnbench.config.metrics import EPOCH_METRICS
from rnnbench.errors import StoreError
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking import client_reader, database, names, sqlite
from rnnbench.tracking.client_reader import ClientReader
from rnnbench.tracking.reader import History, Reader
from rnnbench.tracking.record import Record
from rnnbench.tracking.recorder import Recorder
from rnnbench.tracking.sql_reader import SqlReader
from rnnbench.tracking.sqlite import SqliteFile, find_experiment
from rnnbench.tracking.store import Store
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.spec import RunSpec, TrialOf
from tests.made_once import copy_database
from tests.sweep.conftest import SMALL, begin

EXPERIMENT = "rnnbench"
METRICS = (*EPOCH_METRICS, "epoch_seconds", "test_accuracy", "never_logged")


def record_run(
    store: Store, spec: RunSpec, folder: Path, *, epochs: int, **metrics: float
) -> Recorder:
    """Record a run up to its last epoch; with metrics, its end too."""
    recorder = begin(store, spec, "some-parent")
    history = tuple(
        Epoch(n, 1 / n, n / 7, math.nan if n == 2 else 0.1 + 1 / n, 0.1, 0.3)
        for n in range(1, epochs + 1)
    )
    for epoch in history:
        recorder.epoch(epoch)
    if metrics:
        recorder.write(recorder.finished(Outcome(history, metrics, "xla", "a summary"), folder))
    return recorder


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Store:
    """A store with runs of every kind and status, a deleted run and three experiments."""
    folder = tmp_path_factory.mktemp("reader")
    copy_database(empty_database, folder / "runs" / "mlflow.db")
    files = folder / "files"
    files.mkdir()
    (files / "history.csv").write_text("epoch,loss\n")
    home = f"home={folder / 'runs'}"
    store = Store.open(load([home], cell=False))
    words = ["+cell=gru,lstm", *SMALL, "seeds=4", home]
    specs = declare(expand(words), DataCache(store.home.path))
    for spec, epochs in zip(specs[:3], (1, 2, 5), strict=True):
        record_run(store, spec, files, epochs=epochs, run_seconds=epochs / 3, test_accuracy=0.1)
    record_run(store, specs[3], files, epochs=1, best_val_loss=math.nan, test_accuracy=1e-300)
    record_run(store, specs[4], files, epochs=1).fail("loss is nan\nüberall", killed=False)
    record_run(store, specs[5], files, epochs=2).fail("interrupted", killed=True)
    record_run(store, specs[6], files, epochs=1)
    # A failed run once more, and a trial that a search ended early.
    record_run(store, specs[4], files, epochs=1, test_accuracy=0.5)
    trial = replace(specs[0], trial=TrialOf("study", 3, True))
    record_run(store, trial, files, epochs=1).prune()

    client = store.client
    # Started within the same millisecond; written by no recorder, without any metric.
    for kind in (names.ARM_SUMMARY, names.SWEEP_PARENT, names.ARM_SUMMARY):
        client.create_run(store.experiment_id, start_time=1, tags={names.KIND: kind})
    backwards = client.create_run(store.experiment_id, run_name="of the user's own").info.run_id
    for step, moment in ((1, 3000), (2, 2000), (3, 1000)):
        client.log_metric(backwards, "loss", float(step), timestamp=moment, step=step)

    client.delete_run(record_run(store, specs[1], files, epochs=2, test_accuracy=0.9).run_id)
    other = Store.open(load([home, "tracking.experiment=other"], cell=False))
    record_run(other, specs[0], files, epochs=2, test_accuracy=0.9)
    gone = Store.open(load([home, "tracking.experiment=gone"], cell=False))
    record_run(gone, specs[0], files, epochs=1, test_accuracy=0.9)
    client.delete_experiment(gone.experiment_id)
    return store


@pytest.fixture(params=["whole", "in pieces"])
def readers(
    request: pytest.FixtureRequest, written: Store, monkeypatch: pytest.MonkeyPatch
) -> tuple[Reader, Reader]:
    """Both readers of one experiment; also where two runs fill a page."""
    if request.param == "in pieces":
        monkeypatch.setattr(client_reader, "_PAGE", 2)
        monkeypatch.setattr(database, "_CHUNK", 2)
    direct = SqlReader(SqliteFile(written.home.database), written.experiment_id)
    return direct, ClientReader(lambda: written.client, written.experiment_id)


def plain(record: Record, only: Collection[str] | None = None) -> dict[str, Any]:
    """Return everything of a record as text, so that NaN equals NaN; perhaps only some names."""

    def kept(values: Mapping[str, Any]) -> dict[str, str]:
        return {n: repr(value) for n, value in values.items() if only is None or n in only}

    return {
        "info": (record.run_id, record.status, record.start_time, record.end_time),
        "samples": record.training_samples if only is None else None,
        "tags": kept(record.tags),
        "params": kept(record.params),
        "metrics": kept(record.metrics),
    }


RUN = {names.KIND: names.RUN}


class TestSearch:
    @pytest.mark.parametrize(
        ("tags", "status", "count"),
        [
            ({}, None, 13),
            (RUN, None, 8),
            (RUN | {names.CELL: "gru"}, None, 4),
            ({names.CELL: "gru"}, None, 5),
            (RUN, "FINISHED", 5),
            (RUN, "FAILED", 1),
            (RUN, "KILLED", 1),
            ({}, "RUNNING", 5),
            ({names.KIND: "trial"}, "FINISHED", 1),
            ({names.KIND: names.ARM_SUMMARY}, None, 2),
            (RUN | {names.CELL: "simple_rnn"}, None, 0),
        ],
    )
    def test_finds_the_same_runs_in_the_same_order(
        self, readers: tuple[Reader, Reader], tags: dict[str, str], status: str | None, count: int
    ) -> None:
        direct, client = readers
        found = [plain(record) for record in direct.search(tags, status=status)]
        assert len(found) == count
        assert found == [plain(record) for record in client.search(tags, status=status)]
        assert found == sorted(found, key=lambda record: (record["info"][2], record["info"][0]))

    @pytest.mark.parametrize(("chosen", "count"), [((), 0), ((4,), 2), ((0, 1, 4), 4)])
    def test_finds_the_runs_with_these_keys(
        self,
        readers: tuple[Reader, Reader],
        written: Store,
        chosen: tuple[int, ...],
        count: int,
    ) -> None:
        direct, client = readers
        known = list(dict.fromkeys(record.key for record in written.records()))
        keys = {known[number] for number in chosen} | ({"no such key"} if chosen else set())
        found = [plain(record) for record in direct.search(RUN, keys=keys)]
        assert len(found) == count
        assert found == [plain(record) for record in client.search(RUN, keys=keys)]

    @pytest.mark.parametrize(
        "only", [(), (names.KEY,), (names.CELL, "seed", "test_accuracy", "no such name")]
    )
    def test_gives_what_is_asked_for_of_each_run(
        self, readers: tuple[Reader, Reader], only: tuple[str, ...]
    ) -> None:
        direct, client = readers
        found = list(direct.search(RUN, only=only))
        assert len(found) == 8
        wanted = [plain(record, only) for record in client.search(RUN, only=only)]
        # Nothing else is read, which is what makes a plan of thousands fast.
        assert [plain(record) for record in found] == wanted

    def test_tells_values_that_are_no_number(self, readers: tuple[Reader, Reader]) -> None:
        for each in readers:
            values = [r.metrics.get("best_val_loss", 0.0) for r in each.search(RUN)]
            assert [value for value in values if value] == [pytest.approx(math.nan, nan_ok=True)]

    def test_is_one_state_of_the_store_whatever_is_written_meanwhile(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "_CHUNK", 1)
        ids = [
            store.client.create_run(store.experiment_id, start_time=n, tags={"state": "old"})
            for n in range(3)
        ]
        found = SqlReader(SqliteFile(store.home.database), store.experiment_id).search({})
        states = [next(found).tags["state"]]
        for run in ids:
            store.client.set_tag(run.info.run_id, "state", "new")
        states += [record.tags["state"] for record in found]
        assert states == ["old"] * 3


def points(histories: Mapping[str, History]) -> dict[str, dict[str, str]]:
    """Return histories as text, so that NaN equals NaN."""
    return {
        run_id: {metric: repr(points) for metric, points in history.items()}
        for run_id, history in histories.items()
    }


class TestHistories:
    def test_are_equal(self, readers: tuple[Reader, Reader]) -> None:
        direct, client = readers
        ids = [record.run_id for record in direct.search({})]
        found = points(direct.histories(ids, METRICS))
        assert found == points(client.histories(ids, METRICS))
        assert {"nan" in history.get("val_loss", "") for history in found.values()} == {True, False}
        assert not any("never_logged" in history for history in found.values())

    def test_hold_every_epoch_in_its_order(self, readers: tuple[Reader, Reader]) -> None:
        for each in readers:
            runs = {record.seed: record.run_id for record in each.search(RUN | {names.CELL: "gru"})}
            history = each.histories([runs[2]], ["val_loss"])[runs[2]]
            assert [step for step, _ in history["val_loss"]] == [1, 2, 3, 4, 5]
            values = [repr(value) for _, value in history["val_loss"]]
            assert values == [repr(0.1 + 1 / n) if n != 2 else "nan" for n in range(1, 6)]

    def test_follow_the_steps_where_the_clock_went_back(
        self, readers: tuple[Reader, Reader]
    ) -> None:
        for each in readers:
            (run_id,) = [
                record.run_id
                for record in each.search({})
                if record.tags["mlflow.runName"] == "of the user's own"
            ]
            assert each.histories([run_id], ["loss"]) == {
                run_id: {"loss": [(1, 1.0), (2, 2.0), (3, 3.0)]}
            }

    def test_of_no_runs_are_none(self, readers: tuple[Reader, Reader]) -> None:
        assert [each.histories([], METRICS) for each in readers] == [{}, {}]


class TestFindExperiment:
    def test_knows_active_experiments_by_name(self, written: Store) -> None:
        assert find_experiment(written.home.database, EXPERIMENT) == written.experiment_id
        other = written.client.get_experiment_by_name("other").experiment_id
        assert find_experiment(written.home.database, "other") == other != written.experiment_id

    @pytest.mark.parametrize("name", ["unknown", "gone", "", "RNNBENCH"])
    def test_knows_no_other_names_and_nothing_deleted(self, written: Store, name: str) -> None:
        assert find_experiment(written.home.database, name) is None

    def test_is_read_where_no_journal_can_be_made(self, written: Store, tmp_path: Path) -> None:
        """As on a disk that is full."""
        path = tmp_path / "mlflow.db"
        copy_database(written.home.database, path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        (tmp_path / "mlflow.db-shm").mkdir()
        assert find_experiment(path, EXPERIMENT) == written.experiment_id

    @pytest.mark.parametrize("content", [b"", b"no database" * 1000, None])
    def test_knows_nothing_of_what_is_no_store(self, tmp_path: Path, content: bytes | None) -> None:
        path = tmp_path / "mlflow.db"
        if content is not None:
            path.write_bytes(content)
        assert find_experiment(path, EXPERIMENT) is None
        assert path.exists() == (content is not None)

    @pytest.mark.parametrize(
        ("table", "column"),
        [
            ("experiments", "lifecycle_stage"),
            ("runs", "end_time"),
            ("tags", "value"),
            ("params", "value"),
            ("metrics", "step"),
            ("latest_metrics", "is_nan"),
        ],
    )
    def test_trusts_no_tables_that_lack_a_column(
        self, empty_database: Path, tmp_path: Path, table: str, column: str
    ) -> None:
        path = tmp_path / "mlflow.db"
        copy_database(empty_database, path)
        assert find_experiment(path, EXPERIMENT) is not None
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO renamed")
        assert find_experiment(path, EXPERIMENT) is None


IMPORTS = """
import json, sys
from rnnbench.config.expand import load
from rnnbench.tracking.abandoned import reap
from rnnbench.tracking.store import Store
store = getattr(Store, sys.argv[1])(load([], cell=False))
records = store.records()
histories = store.histories([record.run_id for record in records], ["val_loss"])
heavy = {"mlflow", "sqlalchemy", "tensorflow", "keras", "pandas"} & set(sys.modules)
print(json.dumps([len(records), len(histories), sorted(heavy), reap(store)]))
"""


class TestStore:
    @pytest.mark.parametrize("how", ["open", "find"])
    def test_that_exists_is_read_without_mlflow(
        self, written: Store, work_dir: Path, how: str
    ) -> None:
        database = work_dir / "runs" / "mlflow.db"
        copy_database(written.home.database, database)
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("UPDATE runs SET status = 'KILLED' WHERE status = 'RUNNING'")
        done = subprocess.run(
            [sys.executable, "-c", IMPORTS, how], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        # Nothing is shown as running, so that there is nothing to end.
        assert json.loads(done.stdout) == [8, 8, [], []]

    def test_is_found_only_where_there_is_one(self, work_dir: Path, empty_database: Path) -> None:
        config = load([], cell=False)
        assert Store.find(config) is None
        assert not (work_dir / "runs").exists()
        copy_database(empty_database, work_dir / "runs" / "mlflow.db")
        assert Store.find(load(["tracking.experiment=other"], cell=False)) is None
        found = Store.find(config)
        assert found is not None
        assert found.records() == []

    def test_is_not_made_by_who_only_reads(self, work_dir: Path) -> None:
        with pytest.raises(StoreError, match="a folder with a store"):
            Store.open(load([], cell=False), create=False)
        assert not (work_dir / "runs").exists()

    def test_refuses_a_deleted_experiment(self, written: Store, work_dir: Path) -> None:
        copy_database(written.home.database, work_dir / "runs" / "mlflow.db")
        with pytest.raises(StoreError, match="an experiment that is not deleted"):
            Store.open(load(["tracking.experiment=gone"], cell=False))

    def test_is_read_while_another_process_writes(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite, "SQLITE_TIMEOUT", 0)
        client = store.client
        run_id = client.create_run(store.experiment_id, tags=RUN).info.run_id
        client.log_metric(run_id, "loss", 0.5, step=1)
        with closing(sqlite3.connect(store.home.database, isolation_level=None)) as writer:
            writer.execute("BEGIN EXCLUSIVE")
            writer.execute("UPDATE runs SET status = 'FAILED'")
            writer.execute("UPDATE metrics SET value = 0.25")
            assert find_experiment(store.home.database, EXPERIMENT) == store.experiment_id
            assert [record.status for record in store.records()] == ["RUNNING"]
            assert store.histories([run_id], ["loss"]) == {run_id: {"loss": [(1, 0.5)]}}
            writer.execute("COMMIT")
        assert [record.status for record in store.records()] == ["FAILED"]
        assert store.histories([run_id], ["loss"]) == {run_id: {"loss": [(1, 0.25)]}}

    @pytest.mark.parametrize("how", [Store.open, Store.find])
    def test_with_tables_of_a_later_mlflow_is_read_through_mlflow(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, how: Any
    ) -> None:
        run_id = store.client.create_run(store.experiment_id, tags=RUN).info.run_id
        monkeypatch.setattr(sqlite, "connect_sqlite", lambda _: sqlite3.connect(":memory:"))
        found = how(load([], cell=False))
        assert [record.run_id for record in found.records()] == [run_id]

    def test_gives_the_finished_record_of_a_key_that_has_several(self, written: Store) -> None:
        several: dict[str, list[Record]] = {}
        for record in written.records():
            several.setdefault(record.key, []).append(record)
        (both,) = [records for records in several.values() if len(records) > 1]
        assert [record.status for record in both] == ["FAILED", "FINISHED"]
        assert written.by_key([both[0].key]) == {both[0].key: both[1]}

    def test_names_the_driver_that_an_address_needs(
        self, work_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "pymysql", None)
        words = ["tracking.uri=mysql+pymysql://anna:secret@127.0.0.1:1/runs"]
        with pytest.raises(StoreError, match="pymysql") as caught:
            Store.open(load(words, cell=False))
        assert "secret" not in str(caught.value)

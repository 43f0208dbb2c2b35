"""What is written by SQL is what MLflow's client writes, row for row."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rnnbench.config.expand import load
from rnnbench.tracking.dataset import DatasetTold
from rnnbench.tracking.home import Home
from rnnbench.tracking.sql_writer import SqlWriter
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import ClientWriter, MetricValue, RunEntry, Writer

DATA = DatasetTold("digits", "abc", "local", '{"uri": "x"}', "{}", '{"num_rows": 3}')
TABLES = ("runs", "tags", "params", "metrics", "latest_metrics", "datasets", "input_tags")
# What differs from one call to the next.
CHANCE = {
    "run_uuid",
    "start_time",
    "end_time",
    "deleted_time",
    "artifact_uri",
    "dataset_uuid",
    "input_uuid",
}

Write = Callable[[Writer, str], object]
WRITES: dict[str, Write] = {
    "nothing": lambda writer, run: writer.write([RunEntry(run)]),
    "parameters": lambda writer, run: writer.write(
        [RunEntry(run, params={"a.b": "1", "c": "null"})]
    ),
    "tags": lambda writer, run: writer.write(
        [RunEntry(run, tags={"own": "2", "rnnbench.key": "k"})]
    ),
    "data": lambda writer, run: [writer.write([RunEntry(run, data=DATA)]) for _ in range(2)],
    "epochs": lambda writer, run: [
        writer.write(
            [
                RunEntry(
                    run, metrics=[MetricValue("loss", 1 / n, n, 10), MetricValue("acc", n, n, 10)]
                )
            ]
        )
        for n in (1, 3, 2)
    ],
    "several entries of a run": lambda writer, run: writer.write(
        [
            RunEntry(run, tags={"own": f"{n}"}, metrics=[MetricValue("loss", 1 / n, n, 10)])
            for n in (1, 3, 2)
        ]
    ),
    "values that are no number": lambda writer, run: writer.write(
        [
            RunEntry(
                run, metrics=[MetricValue("x", v, 1, t) for t, v in enumerate((math.nan, math.inf))]
            )
        ]
    ),
    "lower than infinity": lambda writer, run: writer.write(
        [RunEntry(run, metrics=[MetricValue("x", -math.inf, 1, 1), MetricValue("y", 2.0, 1, 1)])]
    ),
    "the same twice": lambda writer, run: [
        writer.write([RunEntry(run, metrics=[MetricValue("loss", 0.5, 1, 10)])]) for _ in range(2)
    ],
    "an end": lambda writer, run: writer.write([RunEntry(run, tags={"z": "1"}, status="FINISHED")]),
    "an end and a beginning": lambda writer, run: [
        writer.write([RunEntry(run, status=status)]) for status in ("KILLED", "RUNNING")
    ],
    "a deletion": lambda writer, run: [writer.delete(run) for _ in range(2)],
    "long texts": lambda writer, run: writer.write(
        [RunEntry(run, params={"p": "x" * 6001}, tags={"t": "y" * 8001})]
    ),
}


def rows(home: Home) -> dict[str, list[Any]]:
    """Return all rows without what differs from one call to the next."""
    found = {}
    with closing(sqlite3.connect(home.database)) as connection:
        connection.row_factory = sqlite3.Row
        for table in TABLES:
            all_ = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
            kept = [{k: v for k, v in row.items() if k not in CHANCE} for row in all_]
            found[table] = sorted(kept, key=repr)
        for table in ("metrics", "latest_metrics", "tags", "params", "runs", "inputs"):
            connection.execute(f"DELETE FROM {table}")
        for table in ("datasets", "input_tags"):
            connection.execute(f"DELETE FROM {table}")
        connection.commit()
    return found


@pytest.mark.parametrize("what", WRITES)
def test_rows_are_those_of_the_client(
    store: Store, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR")  # MLflow warns that it cuts long texts
    written = []
    for writer in (store.writer, ClientWriter(lambda: store.client, store.experiment_id)):
        run_id = writer.create({"rnnbench.kind": "run", "mlflow.user": "anna"}, "digits: gru")
        WRITES[what](writer, run_id)
        written.append(rows(store.home))
    assert isinstance(store.writer, SqlWriter)
    assert written[0] == written[1]


def test_entries_of_deleted_runs_are_left_out_and_told(store: Store, tmp_path: Path) -> None:
    for writer in (store.writer, ClientWriter(lambda: store.client, store.experiment_id)):
        here, gone = writer.create({}, "here"), writer.create({}, "gone")
        store.delete(gone)
        entries = [RunEntry(run_id, tags={"a": "b"}, status="FINISHED") for run_id in (here, gone)]
        assert writer.write(entries) == {gone}
        assert (writer.status(here), writer.status(gone)) == ("FINISHED", None)
        assert writer.status("0" * 32) is None
        assert writer.write([RunEntry("0" * 32, status="KILLED")]) == {"0" * 32}
        assert "a" not in store.client.get_run(gone).data.tags


def test_nothing_is_written_where_something_cannot_be(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.begin({}, "some")
    broken: Any = {"a": "b", "c": [1]}
    with pytest.raises(sqlite3.Error):
        store.add(RunEntry(run_id, params={"p": "1"}, tags=broken, status="FINISHED"))
    assert store.writer.status(run_id) == "RUNNING"
    assert store.client.get_run(run_id).data.params == {}


def test_a_table_with_an_unknown_column_is_left_to_the_client(store: Store) -> None:
    with closing(sqlite3.connect(store.home.database)) as connection:
        connection.execute("ALTER TABLE tags ADD COLUMN colour TEXT")
    assert isinstance(Store.open(load([], cell=False)).writer, ClientWriter)


def test_files_are_moved_beside_those_that_a_run_has(store: Store, tmp_path: Path) -> None:
    run_id = store.begin({}, "some")
    for number in range(2):
        (folder := tmp_path / "files").mkdir(exist_ok=True)
        (folder / "search").mkdir(exist_ok=True)
        (folder / "search" / f"{number}.png").write_bytes(b"x")
        (folder / f"{number}.csv").write_text("x")
        store.writer.keep_files(run_id, folder)
    names = {file.path for file in store.client.list_artifacts(run_id)}
    assert names == {"0.csv", "1.csv", "search"}
    assert len(store.client.list_artifacts(run_id, "search")) == 2


def test_runs_of_a_key_are_found_by_an_index(store: Store) -> None:
    _ = store.writer
    sql = "EXPLAIN QUERY PLAN SELECT run_uuid FROM runs WHERE run_uuid IN "
    sql += "(SELECT run_uuid FROM tags WHERE key = 'rnnbench.key' AND value = ?)"
    with closing(sqlite3.connect(store.home.database)) as connection:
        plan = " ".join(row[3] for row in connection.execute(sql, ["k"]))
    assert "rnnbench_key" in plan
    assert "SCAN" not in plan

"""Stores of thousands of made-up runs, written at once, for the benchmarks that read them."""

from __future__ import annotations

import sqlite3
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.recorded import declared, made_up_outcome, record
from rnnbench.system.machine import this_machine
from rnnbench.tracking import names
from rnnbench.tracking.home import Home
from rnnbench.tracking.recorder import machine_tags, run_parameters, run_tags
from rnnbench.training.spec import RunSpec

_TABLES = ("runs", "params", "tags", "metrics", "latest_metrics", "inputs")
_BATCH = 1000  # runs
Tables = dict[str, list[dict[str, Any]]]
SEEDS = 5
# What arms of large stores differ in, each as far as it is needed.
_AXES = {
    "model.units": tuple(range(8, 48, 4)),
    "model.depth": (1, 2),
    "optimizer.learning_rate": tuple(number / 1000 for number in range(1, 11)),
    "model.dropout": (0.0, 0.1, 0.2, 0.3, 0.4),
}


def grid(runs: int) -> list[str]:
    """Return the overrides of so many runs: arms of five seeds, of two cells.

    Raises:
        ValueError: for a number that is none of 10, 100 or 10,000 and others of the axes' lengths.
    """
    left, found = runs // (2 * SEEDS), []
    for key, values in _AXES.items():
        count = max(n for n in range(1, len(values) + 1) if left % n == 0)
        found += [f"{key}={','.join(map(str, values[:count]))}"] if count > 1 else []
        left //= count
    if left != 1 or runs % (2 * SEEDS):
        raise ValueError(f"expected 60, 100 or 10,000 runs, received {runs}")
    return ["+cell=simple_rnn,gru", "data=digits", *found, f"seeds={SEEDS}"]


def fill_at_once(folder: Path, words: Sequence[str], epochs: int = 10) -> int:
    """Record a finished run, with made-up metrics, for every run that the words declare.

    Sweeps record the first one. The others are rows like its own in the tables that MLflow
    documents by its migrations: a few milliseconds a run.

    Returns:
        How many there are.
    """
    home, specs = declared(folder, words)
    record(home, specs[:1], epochs)
    with closing(sqlite3.connect(home.database)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=OFF")
        first = _read(connection)
        for start in range(1, len(specs), _BATCH):
            with connection:
                _write(connection, home, first, specs[start : start + _BATCH], epochs)
    return len(specs)


def _read(connection: sqlite3.Connection) -> Mapping[str, dict[str, Any]]:
    """Return by table one of the rows of the run that is there."""
    return {
        table: dict(connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone())
        for table in _TABLES
    }


def _write(
    connection: sqlite3.Connection,
    home: Home,
    first: Mapping[str, dict[str, Any]],
    specs: Sequence[RunSpec],
    epochs: int,
) -> None:
    tables: Tables = defaultdict(list)
    for spec in specs:
        run_id = uuid.uuid4().hex
        for table, rows in _rows(home, spec, run_id, epochs).items():
            tables[table] += [{**first[table], **row} for row in rows]
    for table, rows in tables.items():
        columns = list(rows[0])
        marks = ", ".join(f":{column}" for column in columns)
        connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def _rows(home: Home, spec: RunSpec, run_id: str, epochs: int) -> Tables:
    """Return by table what differs between a run and the first one; its files are written."""
    files = home.artifacts / run_id / "artifacts"
    files.mkdir(parents=True)
    outcome = made_up_outcome(spec, epochs, files)
    tags = run_tags(spec, "benchmark", "benchmarks") | machine_tags(this_machine())
    tags |= {names.PATH: outcome.path, "mlflow.runName": spec.name}
    own = {"run_uuid": run_id}
    values = [
        {"key": key, "value": value, "step": epoch.epoch}
        for epoch in outcome.epochs
        for key, value in (epoch.metrics() | {"epoch_seconds": epoch.seconds}).items()
    ]
    values += [
        {"key": key, "value": value, "step": epochs} for key, value in outcome.metrics.items()
    ]
    return {
        "runs": [own | {"name": spec.name, "artifact_uri": files.as_uri()}],
        "params": [own | {"key": k, "value": v} for k, v in run_parameters(spec).items()],
        "tags": [own | {"key": k, "value": v} for k, v in tags.items()],
        "metrics": [own | value for value in values],
        "latest_metrics": [own | value for value in {v["key"]: v for v in values}.values()],
        "inputs": [{"input_uuid": uuid.uuid4().hex, "destination_id": run_id}],
    }

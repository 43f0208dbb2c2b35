"""Stores full of made-up runs, for the benchmarks that read and do not train."""

from __future__ import annotations

import hashlib
import math
import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from rnnbench.config.expand import expand
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.system.machine import this_machine
from rnnbench.tracking import names
from rnnbench.tracking.home import Home
from rnnbench.tracking.recorder import Recorder, run_tags
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import RunEntry
from rnnbench.training.gradient_flow import Flow
from rnnbench.training.gradient_flow import save as save_flows
from rnnbench.training.history import Epoch, Outcome, summarise
from rnnbench.training.predictions import calibration, save
from rnnbench.training.spec import RunSpec
from rnnbench.training.tested_weights import WEIGHTS

_SAMPLES = 100  # of the test set
_BATCH = 500  # runs, whose results are written at once
_COPIED = ("params", "metrics", "latest_metrics", "tags")


def fill(folder: Path, words: Sequence[str], epochs: int = 10) -> int:
    """Record a finished run, with made-up metrics, for every run that the words declare.

    Results are written in batches, as the driver of a sweep writes them.

    Returns:
        How many there are.
    """
    arms = expand([*words, f"home={folder / 'runs'}"])
    home = Home.of(arms[0].config.home)
    home.make()
    specs = declare(arms, DataCache(home.path))
    store = Store.open(arms[0].config)
    with store.kept_open():
        for start in range(0, len(specs), _BATCH):
            batch = specs[start : start + _BATCH]
            store.add(*[_result(store, spec, epochs) for spec in batch])
    return len(specs)


def _result(store: Store, spec: RunSpec, epochs: int) -> RunEntry:
    """Begin a run, move its files to the store, and return all else that is to be written."""
    run_id = store.begin(run_tags(spec, "benchmark", "benchmarks"), spec.name)
    recorder = Recorder(store, spec, run_id, None)
    recorder.placed(this_machine())
    with store.home.staging(spec.key) as files:
        outcome = _made_up_outcome(spec, epochs, files)
        for epoch in outcome.epochs:
            recorder.epoch(epoch)
        return recorder.finished(outcome, files)


def _made_up_outcome(spec: RunSpec, epochs: int, files: Path) -> Outcome:
    """Return what a training may have come to; its predictions are in the folder then."""
    history = made_up(spec, epochs)
    metrics = summarise(history) | {"run_seconds": 11.0, "peak_rss_mb": 900.0}
    best = max(epoch.val_accuracy for epoch in history)
    metrics |= {"test_accuracy_last": history[-1].val_accuracy - 0.01, "test_loss_last": 0.5}
    metrics |= {"test_accuracy_best": best - 0.01, "test_loss_best": 0.45}
    metrics |= {name: metrics[f"{name}_last"] for name in ("test_accuracy", "test_loss")}
    metrics |= {"parameters_recurrent": float(spec.parameters.recurrent)}
    metrics |= {"parameters_total": float(spec.parameters.total())}
    labels = np.arange(_SAMPLES) % 2
    outputs = {
        which: _answers(spec, labels, metrics[f"test_accuracy_{which}"]) for which in WEIGHTS
    }
    metrics["test_calibration_error"] = calibration(outputs["last"], labels)
    save(outputs, "last", labels, files)
    if spec.config.diagnostics.gradient_flow:
        save_flows(made_up_flows(spec), files)
    return Outcome(history, metrics, "xla", "")


def _answers(spec: RunSpec, labels: np.ndarray, accuracy: float) -> np.ndarray:
    """Return probabilities, ``(n, 1)``, of which so many are on the right side."""
    rng = np.random.default_rng(int(spec.key[8:16], 16))
    right = rng.random(len(labels)) < accuracy
    sure = rng.uniform(0.5, 1.0, len(labels))
    outputs = np.where(right == (labels == 1), sure, 1 - sure)
    return outputs[:, None].astype(np.float32)


def made_up(spec: RunSpec, epochs: int) -> tuple[Epoch, ...]:
    """Return curves that learn, then overfit; better for more units, with noise by seed."""
    rng = np.random.default_rng(int(spec.key[:8], 16))
    level = 0.8 + 0.01 * math.log2(spec.config.model.units) + rng.normal(0, 0.01)
    return tuple(
        Epoch(
            n,
            loss=0.7 / n,
            accuracy=min(0.99, level - 0.1 / n + 0.005 * n),
            val_loss=0.6 / n + 0.02 * n + rng.normal(0, 0.005),
            val_accuracy=level - 0.1 / n + rng.normal(0, 0.003),
            seconds=1.0,
        )
        for n in range(1, epochs + 1)
    )


def made_up_flows(spec: RunSpec) -> list[Flow]:
    """Return gradients that fade towards the first step, less so in later epochs."""
    rng = np.random.default_rng(int(spec.key[:8], 16))
    steps = np.arange(1 - spec.data.spec.timesteps, 1)
    assert spec.config.cell is not None
    has_cell_state = spec.config.cell.name.startswith("lstm")
    return [
        Flow(
            epoch,
            f"{spec.config.cell.name}_{layer}",
            state,
            np.exp(steps / (3 + epoch + layer) + rng.normal(0, 0.05)).astype(np.float32),
        )
        for epoch in spec.config.diagnostics.gradient_flow or ()
        for layer in range(1, spec.config.model.depth + 1)
        for state in (("h", "c") if has_cell_state else ("h",))
    ]


def multiply(folder: Path, copies: int) -> None:
    """Copy every run of a store so many times, each time with another learning rate."""
    with closing(sqlite3.connect(folder / "runs" / "mlflow.db")) as connection, connection:
        runs = connection.execute("SELECT run_uuid FROM runs").fetchall()
        for copy in range(1, copies + 1):
            for (run_id,) in runs:
                _copy(connection, run_id, str(0.001 + copy / 1e5))


def _copy(connection: sqlite3.Connection, run_id: str, rate: str) -> None:
    new = uuid.uuid4().hex
    for table in ("runs", *_COPIED):
        cursor = connection.execute(f"SELECT * FROM {table} WHERE run_uuid = ?", (run_id,))
        columns = [column[0] for column in cursor.description]
        marks = ", ".join("?" * len(columns))
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
        for row in rows:
            row["run_uuid"] = new
            key = row.get("key")
            if key == "optimizer.learning_rate":
                row["value"] = rate
            elif key in (names.KEY, names.ARM_KEY):
                row["value"] = hashlib.sha256(f"{row['value']} {rate}".encode()).hexdigest()
        connection.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
            [tuple(row.values()) for row in rows],
        )

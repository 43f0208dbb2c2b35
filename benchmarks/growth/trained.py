"""Seconds of a training step against one size of a run at a time."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.processes import environment
from rnnbench.config.expand import load
from rnnbench.tracking import names
from rnnbench.tracking.store import Store

ROOT = Path(__file__).resolve().parent.parent.parent
CELLS = ("simple_rnn", "lstm", "gru")
EPOCHS = 3
# What every run has, unless it is the axis.
FIXED: dict[str, Any] = {
    "data.maxlen": 100,
    "model.units": 32,
    "training.batch_size": 128,
    "model.depth": 1,
}
AXES: dict[str, tuple[str, tuple[int, ...]]] = {
    "maxlen": ("data.maxlen", (50, 100, 200, 400)),
    "units": ("model.units", (16, 32, 64, 128)),
    "batch": ("training.batch_size", (32, 64, 128, 256)),
    "depth": ("model.depth", (1, 2, 3, 4)),
}


def words(axis: str, samples: int) -> list[str]:
    """Return the overrides of the sweep that varies one axis."""
    key, values = AXES[axis]
    fixed = {name: value for name, value in FIXED.items() if name != key}
    return [
        f"+cell={','.join(CELLS)}",
        "data=reviews",
        f"data.limit={samples}",
        "data.test_limit=100",
        "model.embedding.dim=32",
        *(f"{name}={value}" for name, value in fixed.items()),
        f"{key}={','.join(map(str, values))}",
        f"training.epochs={EPOCHS}",
        "training.validation=none",
        "training.test=none",
        "executor.workers=1",
        "seeds=1",
    ]


def measure(axis: str, samples: int, folder: Path) -> list[dict[str, Any]]:
    """Train one run for each cell and value, one at a time, and return the steps' milliseconds.

    Of the epochs the fastest counts; compilation is not part of it.

    Raises:
        RuntimeError: where the sweep fails.
    """
    home = str(folder / "runs")
    command = [sys.executable, "-m", "rnnbench", "sweep", *words(axis, samples)]
    told = environment(PYTHONPATH=os.fspath(ROOT), RNNBENCH_HOME=home)
    answer = subprocess.run(
        command, cwd=folder, env=told, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise RuntimeError(f"exit status {answer.returncode}\n{answer.stderr[-3000:]}")
    key, _ = AXES[axis]
    store = Store.open(load([f"home={home}"], cell=False), create=False)
    points = []
    for record in store.records(status="FINISHED"):
        seconds = store.histories([record.run_id], ["epoch_seconds"])[record.run_id]
        fastest = min(value for _, value in seconds["epoch_seconds"])
        steps = math.ceil(samples / int(record.params["training.batch_size"]))
        points.append(
            {
                "cell": record.tags[names.CELL],
                "value": int(record.params[key]),
                "step_ms": 1000 * fastest / steps,
                "compile": record.metrics["compile_seconds"],
                "memory": record.metrics["peak_rss_mb"],
            }
        )
    return sorted(points, key=lambda point: (CELLS.index(point["cell"]), point["value"]))

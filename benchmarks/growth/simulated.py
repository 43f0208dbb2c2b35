"""A sweep whose training is made up: what the harness itself costs.

    python -m benchmarks.growth.simulated RUNS

Declaring, claiming, recording, files, curves, summaries are rnnbench's own; only the workers are
replaced, by curves without training. Prints one line of JSON.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.recorded import made_up
from rnnbench.config.expand import expand
from rnnbench.interrupt import Interruption
from rnnbench.sweep.executors.events import EpochEnded, Event, Finished, Idle, Placed, Started
from rnnbench.sweep.executors.protocol import TaskSource
from rnnbench.sweep.fixed import FixedSeeds
from rnnbench.sweep.run import run_arms
from rnnbench.system.machine import this_machine
from rnnbench.training.history import Outcome, summarise
from rnnbench.training.predictions import save
from rnnbench.training.spec import Task

EPOCHS = 3
WORKERS = 2
REPLICATES = 10
SAMPLES = 1000  # of the test set, whose outputs are stored
begun: list[tuple[float, float]] = []  # moment of each run's start, and MiB resident by then


def main(count: int) -> None:
    start = time.perf_counter()
    console, arms = Console(file=io.StringIO()), expand(words(count))
    swept = run_arms(arms, console, "benchmarks/growth", FixedSeeds(), executor=SimulatedExecutor())
    end = time.perf_counter()
    if len(swept.trained) != count or "tensorflow" in sys.modules:
        sys.exit(f"{len(swept.trained)} of {count} runs were recorded")
    moments = [moment for moment, _ in begun]
    tenth = max(1, count // 10)
    last = moments[-1] - moments[-1 - tenth] if count > 1 else end - moments[0]
    told = {
        "runs": count,
        "start": moments[0] - start,
        "run": (end - moments[0]) / count,
        "last_runs": last / tenth,
        "memory_first": begun[0][1],
        "memory_peak": _status("VmHWM"),
    }
    print(json.dumps(told))


def words(count: int) -> list[str]:
    """Return the overrides that declare so many runs: arms of ten replicates."""
    seeds = min(count, REPLICATES)
    units = ",".join(str(8 + number) for number in range(count // seeds))
    return ["+cell=gru", "data=digits", f"model.units={units}", f"seeds={seeds}"]


class SimulatedExecutor:
    """Stands where the workers are: takes tasks as they do, and gives made-up results at once."""

    def __init__(self) -> None:
        self._labels = np.arange(SAMPLES) % 10
        self._outputs = np.full((SAMPLES, 10), 0.1, np.float32)

    def start(self) -> None:
        """Nothing is to be loaded."""

    def reply(self, key: str, *, stop: bool) -> None:
        """Nothing is prunable."""

    def close(self) -> None:
        """Nothing was started."""

    def run(self, source: TaskSource, interruption: Interruption) -> Iterator[Event]:
        while True:
            taken = []
            while len(taken) < WORKERS and (task := source.take([], [])) is not None:
                begun.append((time.perf_counter(), _status("VmRSS")))
                taken.append(task)
                yield Started(task.key)
            yield Idle()
            if not taken:
                return
            for task in taken:
                yield from self._train(task)
            interruption.check()

    def _train(self, task: Task) -> Iterator[Event]:
        yield Placed(task.key, this_machine())
        epochs: Any = made_up(task, EPOCHS)  # type: ignore[arg-type]
        for epoch in epochs:
            yield EpochEnded(task.key, epoch)
        save({"last": self._outputs}, "last", self._labels, task.folder)
        metrics = summarise(epochs) | {
            "test_accuracy": 0.1,
            "test_loss": 2.3,
            "test_seconds": 0.1,
            "compile_seconds": 1.0,
            "run_seconds": 4.0,
            "overhead_seconds": 1.0,
            "peak_rss_mb": 900.0,
            "parameters_total": 1000.0,
            "parameters_recurrent": 900.0,
            "test_calibration_error": 0.0,
        }
        yield Finished(task.key, Outcome(epochs, metrics, "xla", "made up\n"))


def _status(name: str) -> float:
    """Return a line of this process's memory, in MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""A sweep whose training is made up: what the driver itself costs.

    python benchmarks/growth/simulated.py RUNS

Declaring, claiming, recording, summaries are rnnbench's own; only the workers are replaced, by
curves without training, and by files of the size that theirs have. What that takes is not counted.
The rnnbench is the one in PYTHONPATH: it may be an earlier commit. Prints one line of JSON.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
# Files of a finished run with their sizes in bytes, as workers leave them beside predictions.
FILES = {
    "config.yaml": 1700,
    "history.csv": 250,
    "model_summary.txt": 1200,
    "learning_curves.png": 30_000,
}


class Clock:
    """Seconds of this process, by the wall and of its processor, without those that don't count."""

    def __init__(self) -> None:
        self._apart = (0.0, 0.0)
        self.begun: list[tuple[float, float]] = []  # at the start of each run
        self.memory_first = self.memory_last = 0.0  # MiB, at the start of a run and at its end

    def now(self) -> tuple[float, float]:
        """Return wall and user seconds so far."""
        wall, user = _seconds()
        return wall - self._apart[0], user - self._apart[1]

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Leave out what happens meanwhile."""
        start = _seconds()
        yield
        end = _seconds()
        self._apart = (self._apart[0] + end[0] - start[0], self._apart[1] + end[1] - start[1])

    def begin_run(self) -> None:
        """Note that a run has been given to a worker."""
        self.begun.append(self.now())
        if len(self.begun) == 1:
            self.memory_first = _status("VmRSS")


def _seconds() -> tuple[float, float]:
    return time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime


CLOCK = Clock()


def main(count: int) -> None:
    start = CLOCK.now()
    console, arms = Console(file=io.StringIO()), expand(words(count))
    swept = run_arms(arms, console, "benchmarks/growth", FixedSeeds(), executor=SimulatedExecutor())
    end = CLOCK.now()
    if len(swept.trained) != count or "tensorflow" in sys.modules:
        sys.exit(f"{len(swept.trained)} of {count} runs were recorded")
    tenth, begun = max(1, count // 10), CLOCK.begun
    before = begun[-1 - tenth] if count > tenth else begun[0]
    last = begun[-1] if count > tenth else end
    told = {
        "runs": count,
        "start": begun[0][0] - start[0],
        "start_user": begun[0][1] - start[1],
        "run": (end[0] - begun[0][0]) / count,
        "user": (end[1] - begun[0][1]) / count,
        "last_runs": (last[0] - before[0]) / tenth,
        "last_user": (last[1] - before[1]) / tenth,
        "memory_first": CLOCK.memory_first,
        "memory_last": CLOCK.memory_last,
        "memory_peak": _status("VmHWM"),
    }
    print(json.dumps(told))


def words(count: int) -> list[str]:
    """Return the overrides that declare so many runs: arms of ten replicates."""
    seeds = min(count, REPLICATES)
    units = ",".join(str(8 + number) for number in range(count // seeds))
    return ["+cell=gru", "data=digits", f"model.units={units}", f"seeds={seeds}"]


class SimulatedExecutor:
    """Stands where the workers are: takes tasks as they do, and has made-up results at once."""

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
                CLOCK.begin_run()
                taken.append(task)
                yield Started(task.key)
            yield Idle()
            if not taken:
                CLOCK.memory_last = _status("VmRSS")
                return
            for task in taken:
                yield from self._train(task)
            interruption.check()

    def _train(self, task: Task) -> Iterator[Event]:
        yield Placed(task.key, this_machine())
        with CLOCK.apart():
            epochs: Any = made_up(task, EPOCHS)  # type: ignore[arg-type]
        for epoch in epochs:
            yield EpochEnded(task.key, epoch)
        with CLOCK.apart():
            save({"last": self._outputs}, "last", self._labels, task.folder)
            for name, size in FILES.items():
                (task.folder / name).write_bytes(bytes(size))
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

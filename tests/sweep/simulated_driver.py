"""A driver as a process whose training is made up, for tests of what drivers do to each other.

    python -m tests.sweep.simulated_driver WORDS...

Declaring, claiming, recording and summaries are rnnbench's own. ``RNNBENCH_TEST_OWNER`` replaces
host and path of the home, as in containers of one image; ``RNNBENCH_TEST_HEARTBEAT`` has heartbeats
given so often that a dead driver is seen to be dead within seconds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from rich.console import Console

from benchmarks.recorded import made_up
from rnnbench.cli.strategy import strategy_of
from rnnbench.config.expand import expand
from rnnbench.errors import RnnbenchError
from rnnbench.interrupt import Interruption
from rnnbench.sweep.executors.events import EpochEnded, Event, Finished, Idle, Placed, Started
from rnnbench.sweep.executors.protocol import TaskSource
from rnnbench.sweep.run import run_arms
from rnnbench.system.machine import this_machine
from rnnbench.tracking.home import Home
from rnnbench.tracking.locking import claims
from rnnbench.training.history import Outcome, summarise
from rnnbench.training.spec import Task
from tests.made_once import tables_made_once

EPOCHS = 2
_SECONDS = float(os.environ.get("RNNBENCH_TEST_SECONDS", "0.15"))  # an epoch


class SimulatedExecutor:
    """Takes one task at a time, and gives made-up results after a while."""

    def start(self) -> None:
        """Nothing is to be loaded."""

    def reply(self, key: str, *, stop: bool) -> None:
        """Nothing waits for it."""

    def close(self) -> None:
        """Nothing was started."""

    def run(self, source: TaskSource, interruption: Interruption) -> Iterator[Event]:
        while True:
            task = source.take([], [])
            if task is None:
                yield Idle()
                task = source.take([], [])
            if task is None:
                return
            yield Started(task.key)
            yield from _train(task)
            yield Idle()
            interruption.check()


def _train(task: Task) -> Iterator[Event]:
    yield Placed(task.key, this_machine())
    epochs: Any = made_up(task, EPOCHS)  # type: ignore[arg-type]
    for epoch in epochs:
        time.sleep(_SECONDS)
        yield EpochEnded(task.key, epoch)
    task.folder.mkdir(parents=True, exist_ok=True)
    for name in ("weights", "config.yaml", "history.csv"):
        (task.folder / name).write_text(task.key)
    metrics = summarise(epochs) | {"test_accuracy": 0.1, "test_loss": 2.3, "run_seconds": 1.0}
    yield Finished(task.key, Outcome(epochs, metrics, "xla", "made up\n"))


def main(words: list[str]) -> int:
    if owner := os.environ.get("RNNBENCH_TEST_OWNER"):
        Home.owner = property(lambda _: owner)  # type: ignore[assignment,method-assign]
    if seconds := os.environ.get("RNNBENCH_TEST_HEARTBEAT"):
        quick = partial(claims.ClaimLocks, seconds=float(seconds), looks=5)
        claims.ClaimLocks = quick  # type: ignore[assignment,misc]
    arms = expand(words)
    console = Console(file=sys.stderr, width=200)
    try:
        with tables_made_once():
            strategy = strategy_of(arms[0].config)
            swept = run_arms(arms, console, "a test", strategy, executor=SimulatedExecutor())
    except RnnbenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    assert "tensorflow" not in sys.modules
    print(f"trained {len(swept.trained)}", file=sys.stderr)
    return 0 if swept.all_finished else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

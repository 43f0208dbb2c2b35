"""``python -m rnnbench`` with runs that take no computing, for tests of what is around them.

Their numbers follow from the content key: the same run has the same, whoever trains it.
``RNNBENCH_TEST_SECONDS`` is how long each of their epochs takes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from rnnbench.sweep import run
from rnnbench.sweep.executors.choice import make_executor
from rnnbench.sweep.executors.protocol import Executor
from rnnbench.training.history import Epoch, Outcome, summarise
from rnnbench.training.spec import RunSpec, Task
from tests.made_once import tables_made_once

EPOCH_SECONDS = float(os.environ.get("RNNBENCH_TEST_SECONDS", "0.1"))


class Simulated:
    """Sleeps through its epochs, and leaves a file."""

    def execute(self, task: Task, on_epoch: Callable[[Epoch], None]) -> Outcome:
        task.data.arrays()
        random = Random(task.key)
        is_validated = task.config.training.validation != "none"
        epochs = []
        for number in range(1, task.config.training.epochs + 1):
            time.sleep(EPOCH_SECONDS)
            loss, share, val_loss, val_share = (random.random() for _ in range(4))
            held_out = (val_loss, val_share) if is_validated else (None, None)
            epochs.append(Epoch(number, loss, share, *held_out, EPOCH_SECONDS))
            on_epoch(epochs[-1])
        task.folder.mkdir(parents=True, exist_ok=True)
        (task.folder / "left.txt").write_text(task.key)
        measured = {"test_accuracy": random.random(), "test_loss": random.random()}
        seconds = EPOCH_SECONDS * len(epochs)
        told = {"test_seconds": 0.0, "run_seconds": seconds, "overhead_seconds": 0.0}
        sizes = {"parameters_total": 10.0, "parameters_recurrent": 5.0, "peak_rss_mb": 1.0}
        metrics = summarise(epochs) | measured | told | sizes | {"compile_seconds": 0.0}
        return Outcome(tuple(epochs), metrics, "xla", "a layer\n")


@contextmanager
def training() -> Iterator[None]:
    """Have commands of this process train so, in processes that load no TensorFlow."""
    task = RunSpec.task

    def simulated(spec: RunSpec, folder: Path) -> Task:
        return replace(task(spec, folder), trainer=f"{Simulated.__module__}:Simulated")

    def without_tensorflow(config: Any, **_: object) -> Executor:
        return make_executor(config, preload=False)

    with (
        patch.object(RunSpec, "task", simulated),
        patch.object(run, "make_executor", without_tensorflow),
    ):
        yield


def main(words: Sequence[str]) -> int:
    """Run a command."""
    import rnnbench.cli

    with training(), tables_made_once():
        return rnnbench.cli.run(words)


if __name__ == "__main__":
    from tests.sweep.executors import simulated

    sys.exit(simulated.main(sys.argv[1:]))

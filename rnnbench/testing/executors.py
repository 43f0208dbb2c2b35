"""What every executor promises (``rnnbench.sweep.executors.protocol.Executor``)."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from rnnbench.config.expand import expand
from rnnbench.errors import RunFailure
from rnnbench.interrupt import Interruption
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.sweep.executors.events import (
    EpochEnded,
    Event,
    Failed,
    Finished,
    Idle,
    Placed,
    Started,
    Stopped,
)
from rnnbench.sweep.executors.protocol import Executor
from rnnbench.system.machine import this_machine
from rnnbench.testing.waiting import wait_for
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.spec import Task
from rnnbench.training.trainer import Trainer

EPOCHS = 3
# Processes on other machines are told to end, and have that long for it.
GONE_SECONDS = 30
# What a run leaves beside the files of its trainer, wherever it was trained.
RUN_FILES = ("config.yaml", "history.csv", "learning_curves.png", "model_summary.txt")
WORDS = (
    *("+cell=gru", "data=digits", "data.limit=60", "data.test_limit=20"),
    *("training.epochs=2", "training.batch_size=10", "training.jit_compile=false"),
)


class Pretended:
    """Trains nothing, and takes no time for it; fails in tasks of the group ``failing``."""

    def execute(self, task: Task, on_epoch: Callable[[Epoch], None]) -> Outcome:
        epochs = tuple(Epoch(n, 1 / n, 0.5, None, None, 0.1) for n in range(1, EPOCHS + 1))
        for epoch in epochs:
            on_epoch(epoch)
            if task.group == "failing":
                raise RunFailure("the loss is no number")
        return Outcome(epochs, {"fit_seconds": 0.1}, "xla", task.key)


def pretended(key: str, group: str = "some", *, prunable: bool = False) -> Task:
    """Return a task that :class:`Pretended` executes."""
    nothing: Any = None
    trainer = f"{__name__}:Pretended"
    return Task(key, group, nothing, nothing, Path(), 1.0, prunable, trainer=trainer)


class Tasks:
    """Hands out tasks in turn."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._left = list(tasks)

    def take(
        self,
        held: Collection[str],  # noqa: ARG002
        busy: Collection[str],  # noqa: ARG002
    ) -> Task | None:
        return self._left.pop(0) if self._left else None


def events_of(executor: Executor, *tasks: Task, stop_after: int | None = None) -> list[Event]:
    """Have tasks trained, prunable ones up to an epoch, and return what was told of them."""
    prunable = {task.key for task in tasks if task.prunable}
    told = []
    with Interruption() as interruption:
        for event in executor.run(Tasks(tasks), interruption):
            told.append(event)
            if isinstance(event, EpochEnded) and event.key in prunable:
                executor.reply(event.key, stop=event.epoch.epoch == stop_after)
    return told


def about(key: str, events: Sequence[Event]) -> list[Event]:
    """Return the events of one run."""
    return [event for event in events if not isinstance(event, Idle) and event.key == key]


def children() -> set[int]:
    """Processes that this one has started, and those that they have."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


class ExecutorConformance:
    """To be inherited by the tests of an executor, which say how one is made."""

    def make(self) -> Executor:
        """Return an executor that has trained nothing yet."""
        raise NotImplementedError

    def processes(self) -> set[int]:
        """Return the processes that train for this one, and those that wait to."""
        return children()

    @pytest.fixture
    def executor(self) -> Iterator[Executor]:
        with closing(self.make()) as executor:
            executor.start()
            yield executor

    def test_tells_of_each_task_its_start_its_place_its_epochs_and_its_end(
        self, executor: Executor
    ) -> None:
        told = events_of(executor, *(pretended(f"run {n}", f"group {n // 2}") for n in range(4)))
        for number in range(4):
            first, second, *epochs, last = about(f"run {number}", told)
            assert isinstance(first, Started)
            assert isinstance(second, Placed)
            assert [e.epoch.epoch for e in epochs if isinstance(e, EpochEnded)] == [1, 2, 3]
            assert len(epochs) == EPOCHS
            assert isinstance(last, Finished)
            assert last.outcome.summary == f"run {number}"

    def test_leaves_the_driver_a_moment_of_its_own_after_results(self, executor: Executor) -> None:
        told = events_of(executor, pretended("run 0"), pretended("run 1"))
        last = max(n for n, event in enumerate(told) if isinstance(event, Finished))
        assert any(isinstance(event, Idle) for event in told[last:])

    def test_says_on_what_a_run_is_trained(self, executor: Executor) -> None:
        (placed,) = (e for e in events_of(executor, pretended("run")) if isinstance(e, Placed))
        assert placed.machine == this_machine()
        assert "numpy=" in placed.machine.packages

    def test_ends_a_prunable_task_after_the_epoch_that_it_was_told_to(
        self, executor: Executor
    ) -> None:
        told = events_of(executor, pretended("run", prunable=True), pretended("next"), stop_after=2)
        assert [type(event) for event in about("run", told)] == [
            *(Started, Placed, EpochEnded, EpochEnded, Stopped)
        ]
        assert isinstance(about("next", told)[-1], Finished)

    def test_trains_a_prunable_task_to_its_end_where_nothing_stops_it(
        self, executor: Executor
    ) -> None:
        assert isinstance(
            about("run", events_of(executor, pretended("run", prunable=True)))[-1], Finished
        )

    def test_tells_of_an_error_and_goes_on_with_other_tasks(self, executor: Executor) -> None:
        broken = replace(pretended("broken"), trainer="rnnbench.training.trainer:NoSuchTrainer")
        told = events_of(executor, pretended("wrong", "failing"), broken, pretended("right"))
        assert about("wrong", told)[-1] == Failed("wrong", "the loss is no number")
        last = about("broken", told)[-1]
        assert isinstance(last, Failed)
        assert last.reason.startswith("AttributeError: ")
        assert isinstance(about("right", told)[-1], Finished)

    def test_raises_an_interruption_between_two_events(self, executor: Executor) -> None:
        told: list[Event] = []

        def train() -> None:
            with Interruption() as interruption:
                for event in executor.run(Tasks([pretended("run")] * 100), interruption):
                    told.append(event)
                    if len(told) == 1:
                        os.kill(os.getpid(), signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            train()
        assert len(told) < 50

    def test_leaves_nothing_behind_when_it_is_closed_in_the_middle(
        self, executor: Executor
    ) -> None:
        executor.start()
        before, threads = self.processes(), threading.active_count()
        with Interruption() as interruption:
            running = executor.run(Tasks([pretended("run", prunable=True)]), interruption)
            kinds: Counter[type] = Counter()
            while not kinds[EpochEnded]:
                kinds[type(next(running))] += 1
        executor.close()
        executor.close()
        wait_for(lambda: self.processes() <= before, seconds=GONE_SECONDS, poll=0.05)
        assert threading.active_count() <= threads

    def test_gives_the_numbers_of_the_trainer_bit_for_bit(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        words = (*WORDS, "seeds=2", "model.units=2,3", "tracking.save_predictions=true")
        specs = declare(expand(words), DataCache(tmp_path / "home"))
        tasks = [spec.task(tmp_path / "theirs" / spec.key) for spec in specs]
        ends = {e.key: e.outcome for e in events_of(executor, *tasks) if isinstance(e, Finished)}
        for spec in specs:
            ours = spec.task(tmp_path / "ours" / spec.key)
            expected = Trainer().execute(ours, lambda _: None)
            found = ends[spec.key]
            assert found.summary == expected.summary
            assert found.path == expected.path
            assert [replace(e, seconds=0.0) for e in found.epochs] == [
                replace(e, seconds=0.0) for e in expected.epochs
            ]
            for name in ("test_accuracy", "test_loss", "best_epoch", "parameters_total"):
                assert found.metrics[name] == expected.metrics[name]
            files = [{p.name for p in t.folder.iterdir()} for t in (ours, tasks[0])]
            assert files[1] == files[0] | set(RUN_FILES)
            for theirs in (tmp_path / "theirs" / spec.key).glob("*.npz"):
                with np.load(theirs) as a, np.load(ours.folder / theirs.name) as b:
                    assert all(np.array_equal(a[name], b[name]) for name in a)

"""The driver's own process, one task at a time: for tests, and to look into training by a debugger.

A crash of the interpreter, unlike an error, ends the driver, too: only processes of their own
(:mod:`rnnbench.sweep.executors.local`) survive that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import cache
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from rnnbench.config.schema import ExecutorConfig
from rnnbench.interrupt import Interruption
from rnnbench.sweep.executors.attempt import Stop, Trains, attempt, make_trainer
from rnnbench.sweep.executors.events import EpochEnded, Event, Idle, OfTask, Placed, Started
from rnnbench.sweep.executors.protocol import TaskSource
from rnnbench.training.runtime import set_environment

if TYPE_CHECKING:
    from rnnbench.training.spec import Task

_POLL_SECONDS = 0.2  # between two looks at whether an interruption was asked for


class InProcessExecutor:
    """Trains in a thread that waits while the driver works, and the other way round.

    It can be interrupted between two epochs (:class:`rnnbench.sweep.executors.protocol.Executor`).
    """

    def __init__(self, config: ExecutorConfig) -> None:
        set_environment(config.threads)
        self._trainer_of = cache(make_trainer)
        self._group: str | None = None
        self._attempt: _Attempt | None = None

    def start(self) -> None:
        """There is nothing to get ready: TensorFlow is loaded with the first task."""

    def run(self, source: TaskSource, interruption: Interruption) -> Iterator[Event]:
        """See :class:`rnnbench.sweep.executors.protocol.Executor`."""
        while True:
            task = source.take([] if self._group is None else [self._group], [])
            if task is None:
                yield Idle()
                # The results stored meanwhile may have brought more.
                task = source.take([] if self._group is None else [self._group], [])
            if task is None:
                return
            yield Started(task.key)
            yield from self._train(task, interruption)
            yield Idle()

    def reply(self, key: str, *, stop: bool) -> None:
        """See :class:`rnnbench.sweep.executors.protocol.Executor`."""
        if stop and self._attempt is not None and self._attempt.task.key == key:
            self._attempt.stop()

    def close(self) -> None:
        """End the task at the end of its epoch."""
        if self._attempt is not None:
            self._attempt.stop()
            self._attempt.join()
            self._attempt = None

    def _train(self, task: Task, interruption: Interruption) -> Iterator[Event]:
        self._group = task.group
        current = self._attempt = _Attempt(task, self._trainer_of)
        while True:
            event = current.next(interruption)
            is_last = not isinstance(event, (Placed, EpochEnded))
            if is_last:
                current.join()
                self._attempt = None
            yield event
            interruption.check()
            if is_last:
                return


class _Attempt:
    """A task that is being trained in a thread, which waits after each event for the next call.

    Keras keeps what it knows of models for each thread: in a new one it numbers layers from the
    first, as in a new process.
    """

    def __init__(self, task: Task, trainer_of: Callable[[str], Trains]) -> None:
        self.task = task
        self._trainer_of = trainer_of
        self._events: SimpleQueue[OfTask] = SimpleQueue()
        self._turn = threading.Semaphore(0)
        self._is_stopped = False
        # Where the driver is killed by a second Ctrl-C, nobody waits for the end of an epoch.
        self._thread = threading.Thread(target=self._train, daemon=True)
        self._thread.start()

    def next(self, interruption: Interruption) -> OfTask:
        """Train on to the next event.

        Raises:
            KeyboardInterrupt: where one was asked for meanwhile.
        """
        self._turn.release()
        while True:
            try:
                return self._events.get(timeout=_POLL_SECONDS)
            except Empty:
                interruption.check()

    def stop(self) -> None:
        """End the task at the end of its epoch."""
        self._is_stopped = True

    def join(self) -> None:
        """Wait for the end of the task."""
        self._turn.release()
        self._thread.join()

    def _train(self) -> None:
        self._turn.acquire()
        attempt(self.task, self._trainer_of, self._tell)

    def _tell(self, event: OfTask) -> None:
        self._events.put(event)
        if isinstance(event, (Placed, EpochEnded)):
            self._turn.acquire()
            if self._is_stopped:
                raise Stop

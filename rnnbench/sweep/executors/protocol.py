"""What a driver asks of an executor, and an executor of the driver."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Protocol

from rnnbench.interrupt import Interruption
from rnnbench.sweep.executors.events import Event

if TYPE_CHECKING:
    from rnnbench.training.spec import Task


class TaskSource(Protocol):
    """Hands out tasks one by one, each of them claimed; it may have more after a result."""

    def take(self, held: Collection[str], busy: Collection[str]) -> Task | None:
        """Return the next task, or ``None`` while there is none.

        Args:
            held: groups whose compiled model an idle worker has at hand.
            busy: groups that other workers are at work on.
        """
        ...


class Executor(Protocol):
    """Trains tasks with one worker or more.

    The same task gives the same numbers, bit for bit, whichever executor trains it: who trains is
    no part of a run's content key.
    """

    def start(self) -> None:
        """Get ready, in the background where that takes time; once more does nothing."""
        ...

    def run(self, source: TaskSource, interruption: Interruption) -> Iterator[Event]:
        """Train the tasks of a source until it has none left, and yield events as they happen.

        Of each task :class:`~rnnbench.sweep.executors.events.Started` comes first,
        :class:`~rnnbench.sweep.executors.events.Placed` before its epochs, these in order, and
        one of ``Finished``, ``Failed``, ``Stopped`` or ``Lost`` last. After each epoch of a task
        that is ``prunable`` its worker waits for :meth:`reply`. While nothing happens,
        :class:`~rnnbench.sweep.executors.events.Idle` comes now and then, so that whoever listens
        can look after other things.

        Args:
            source: asked for a task whenever a worker is free, and after ``Idle`` again: one that
                has none may have some later.
            interruption: raised between two events.
        """
        ...

    def reply(self, key: str, *, stop: bool) -> None:
        """Let a prunable task go on after an epoch, or end it there."""
        ...

    def close(self) -> None:
        """End whatever is being trained, and leave no process or thread; once more does nothing."""
        ...

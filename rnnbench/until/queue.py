"""The work of a sweep with ``until=decided``: the runs of one look, then those of the next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from rnnbench.interrupt import Interruption
from rnnbench.sweep.ownership import Ownership
from rnnbench.sweep.queue import Ending, RunQueue
from rnnbench.training.spec import RunSpec
from rnnbench.until.rounds import Rounds

if TYPE_CHECKING:
    from rnnbench.sweep.progress import SweepProgress
    from rnnbench.training.history import Epoch, Outcome
    from rnnbench.training.spec import Task


class UntilQueue:
    """Runs that the next look needs; where all have ended, the look is taken and brings more."""

    def __init__(
        self,
        rounds: Rounds,
        needed: Sequence[RunSpec],
        ownership: Ownership,
        progress: SweepProgress,
    ) -> None:
        self._rounds = rounds
        self._progress = progress
        self._runs = RunQueue(ownership, progress, needed)
        self._running: set[str] = set()

    def take(self, held: Collection[str], busy: Collection[str]) -> Task | None:
        """See :class:`rnnbench.sweep.executors.protocol.TaskSource`."""
        while True:
            task = self._runs.take(held, busy)
            if task is not None:
                self._running.add(task.key)
                return task
            if self._running or self._runs.waits_for_others:
                return None
            further = self._rounds.advance()
            self._progress.extend(
                self._rounds.status, len(further), sum(spec.work for spec in further)
            )
            if not further:
                return None
            self._runs.add(further)

    def epoch(self, spec: RunSpec, epoch: Epoch) -> bool:
        """See :class:`rnnbench.sweep.queue.Queue`."""
        return self._runs.epoch(spec, epoch)

    def ended(self, spec: RunSpec, how: Ending, outcome: Outcome | None = None) -> None:
        """See :class:`rnnbench.sweep.queue.Queue`."""
        self._running.discard(spec.key)
        self._runs.ended(spec, how, outcome)

    def has_arm(self, arm_key: str) -> bool:
        """See :class:`rnnbench.sweep.queue.Queue`."""
        return self._runs.has_arm(arm_key)

    def wait_for_others(self, interruption: Interruption) -> bool:
        """See :class:`rnnbench.sweep.queue.Queue`."""
        return self._runs.wait_for_others(interruption)

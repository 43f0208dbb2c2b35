"""What a driver asks for work, and tells what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from rnnbench.interrupt import Interruption
from rnnbench.sweep.executors.protocol import TaskSource
from rnnbench.sweep.ownership import Claim, Ownership
from rnnbench.sweep.waiting import Waiting
from rnnbench.tracking.begin import IF_DEAD
from rnnbench.training.spec import RunSpec, Task

if TYPE_CHECKING:
    from rnnbench.sweep.progress import SweepProgress
    from rnnbench.training.history import Epoch, Outcome

_POLL_SECONDS = 2.0


class Queue(TaskSource, Protocol):
    """A source of claimed tasks that learns from their results."""

    def epoch(self, spec: RunSpec, epoch: Epoch) -> bool:
        """Hear of an epoch of a run; return whether to end the run there."""
        ...

    def finished(self, spec: RunSpec, outcome: Outcome) -> None:
        """Hear of a result, after it was stored."""
        ...

    def pruned(self, spec: RunSpec) -> None:
        """Hear that a run was ended early, after that was stored."""
        ...

    def failed(self, spec: RunSpec, reason: str, *, killed: bool) -> None:
        """Hear of a run without a result, after that was stored."""
        ...

    def given_up(self, spec: RunSpec) -> None:
        """Hear of a run that another process has taken over; it is released."""
        ...

    def again(self, spec: RunSpec) -> None:
        """Hear of a run that is to be trained again, having lost its node; it is released."""
        ...

    def has_arm(self, arm_key: str) -> bool:
        """Return whether runs of an arm wait to be handed out."""
        ...

    def wait_for_others(self, interruption: Interruption) -> bool:
        """Wait for what other processes are training; return whether work came back from them."""
        ...


class RunQueue:
    """Declared runs, the longest first; runs that share a compiled model one after another."""

    def __init__(
        self, ownership: Ownership, progress: SweepProgress, specs: Iterable[RunSpec]
    ) -> None:
        self._ownership = ownership
        self._progress = progress
        self._waiting = Waiting()
        self._elsewhere: list[RunSpec] = []
        self._others = Others(ownership, progress)
        self.add(specs)

    def add(self, specs: Iterable[RunSpec]) -> None:
        """Queue further runs."""
        self._waiting.add(specs)

    @property
    def waits_for_others(self) -> bool:
        """Whether other processes are training some of the runs."""
        return bool(self._elsewhere)

    def take(self, held: Collection[str], busy: Collection[str]) -> Task | None:
        """See :class:`rnnbench.sweep.executors.protocol.TaskSource`."""
        while self._waiting:
            spec = self._waiting.pop(held, busy)
            claim = self._ownership.claim(spec)
            if claim is Claim.OWNED:
                return spec.task(self._ownership.folder(spec.key))
            if claim is Claim.ELSEWHERE:
                self._elsewhere.append(spec)
            else:
                self._progress.ended(spec, "is finished already")
        return None

    def epoch(self, spec: RunSpec, epoch: Epoch) -> bool:  # noqa: ARG002
        """See :class:`Queue`: replicates are never pruned."""
        return False

    def finished(self, spec: RunSpec, outcome: Outcome) -> None:
        """See :class:`Queue`."""

    def pruned(self, spec: RunSpec) -> None:
        """See :class:`Queue`."""

    def failed(self, spec: RunSpec, reason: str, *, killed: bool) -> None:
        """See :class:`Queue`."""

    def given_up(self, spec: RunSpec) -> None:
        """See :class:`Queue`."""
        self._elsewhere.append(spec)

    def again(self, spec: RunSpec) -> None:
        """See :class:`Queue`."""
        self.add([spec])

    def has_arm(self, arm_key: str) -> bool:
        """See :class:`Queue`."""
        return self._waiting.has_arm(arm_key)

    def wait_for_others(self, interruption: Interruption) -> bool:
        """See :class:`Queue`."""
        if self._elsewhere:
            # Whatever they left undone is claimed again; what is done is passed over then.
            back = self._others.wait(self._elsewhere, interruption)
            keys = {spec.key for spec in back}
            self._elsewhere = [spec for spec in self._elsewhere if spec.key not in keys]
            self.add(back)
        return bool(self._waiting)


class Others:
    """Waits for runs that other processes are training, and says for which, each of them once."""

    def __init__(self, ownership: Ownership, progress: SweepProgress) -> None:
        self._ownership = ownership
        self._progress = progress
        self._told: set[str] = set()

    def wait(self, specs: Sequence[RunSpec], interruption: Interruption) -> list[RunSpec]:
        """Wait until nobody trains at least one of some runs any more; return those."""
        self._tell([spec for spec in specs if spec.key not in self._told])
        return wait_for_any(specs, lambda s: not self._ownership.is_elsewhere(s), interruption)

    def _tell(self, specs: Sequence[RunSpec]) -> None:
        for spec in specs:
            self._told.add(spec.key)
            if not self._ownership.is_elsewhere(spec):
                continue
            owner = self._ownership.owner(spec)
            where = f" on {owner}; {IF_DEAD}" if owner else ""
            self._progress.say(f"{spec.name}: waiting for another sweep that trains it{where}")


Item = TypeVar("Item")


def wait_for_any(
    items: Sequence[Item], is_back: Callable[[Item], bool], interruption: Interruption
) -> list[Item]:
    """Wait until other processes give up at least one of some items; return those."""
    while not (back := [item for item in items if is_back(item)]):
        time.sleep(_POLL_SECONDS)
        interruption.check()
    return back

"""What a driver asks for work, and tells what became of it."""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from rnnbench.interrupt import Interruption
from rnnbench.sweep.executors.protocol import TaskSource
from rnnbench.sweep.ownership import Claim, Ownership
from rnnbench.tracking.begin import IF_DEAD
from rnnbench.training.spec import RunSpec, Task

if TYPE_CHECKING:
    from rnnbench.sweep.progress import SweepProgress
    from rnnbench.training.history import Epoch, Outcome

_POLL_SECONDS = 2.0

Ending = Literal["finished", "pruned", "failed", "killed", "elsewhere", "again"]


class Queue(TaskSource, Protocol):
    """A source of claimed tasks that learns from their results."""

    def epoch(self, spec: RunSpec, epoch: Epoch) -> bool:
        """Hear of an epoch of a run; return whether to end the run there."""
        ...

    def ended(self, spec: RunSpec, how: Ending, outcome: Outcome | None = None) -> None:
        """Hear how a run has ended here, after that was stored.

        Args:
            spec: the run; released where it is trained ``elsewhere``, by another process that has
                taken it over, or ``again``, having lost its node.
            how: see above.
            outcome: of one that has finished.
        """
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
        self,
        ownership: Ownership,
        progress: SweepProgress,
        specs: Iterable[RunSpec],
        further: Callable[[], Sequence[RunSpec]] = tuple,
    ) -> None:
        """Begin with some runs.

        Args:
            ownership: claims them.
            progress: is told of those that are finished already, and of those of others.
            specs: what to train first.
            further: asked for more runs where all have ended, those of others included.
        """
        self._ownership = ownership
        self._progress = progress
        self._waiting = Waiting()
        self._elsewhere: list[RunSpec] = []
        self._others = Others(ownership, progress)
        self._further = further
        self._running: set[str] = set()
        self.add(specs)

    def add(self, specs: Iterable[RunSpec]) -> None:
        """Queue further runs."""
        self._waiting.add(specs)

    def take(self, held: Collection[str], busy: Collection[str]) -> Task | None:
        """See :class:`rnnbench.sweep.executors.protocol.TaskSource`."""
        while True:
            while self._waiting:
                spec = self._waiting.pop(held, busy)
                claim = self._ownership.claim(spec)
                if claim is Claim.OWNED:
                    self._running.add(spec.key)
                    return spec.task(self._ownership.folder(spec.key))
                if claim is Claim.ELSEWHERE:
                    self._elsewhere.append(spec)
                else:
                    self._progress.ended(spec, "is finished already")
            if self._running or self._elsewhere or not (further := self._further()):
                return None
            self.add(further)

    def epoch(self, spec: RunSpec, epoch: Epoch) -> bool:  # noqa: ARG002
        """See :class:`Queue`: replicates are never pruned."""
        return False

    def ended(
        self,
        spec: RunSpec,
        how: Ending,
        outcome: Outcome | None = None,  # noqa: ARG002
    ) -> None:
        """See :class:`Queue`."""
        self._running.discard(spec.key)
        if how == "elsewhere":
            self._elsewhere.append(spec)
        elif how == "again":
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


class Waiting:
    """Runs that wait to be handed out, in a time that hardly depends on how many.

    The longest goes first; of the same length, the one that came first.
    """

    def __init__(self) -> None:
        self._numbers = count()
        self._groups: dict[str, deque[tuple[float, int, RunSpec]]] = {}
        self._order: list[tuple[float, int, str]] = []  # of groups, by the first run of each
        self._of_arms: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._order)

    def add(self, specs: Iterable[RunSpec]) -> None:
        """Take further runs."""
        new: dict[str, list[tuple[float, int, RunSpec]]] = {}
        for spec in specs:
            new.setdefault(spec.group, []).append((-spec.work, next(self._numbers), spec))
            self._of_arms[spec.arm_key] += 1
        for group, items in new.items():
            items += self._groups.get(group, ())
            self._groups[group] = deque(sorted(items, key=lambda item: item[:2]))
        self._order = sorted((*runs[0][:2], group) for group, runs in self._groups.items())

    def has_arm(self, arm_key: str) -> bool:
        """Return whether a run of an arm is waiting."""
        return arm_key in self._of_arms

    def pop(self, held: Collection[str], busy: Collection[str]) -> RunSpec:
        """Hand out a run whose compiled model is at hand, else one that nobody works on.

        Args:
            held: groups whose compiled model is at hand.
            busy: groups that are being worked on.
        """
        at_hand = [(*self._groups[g][0][:2], g) for g in held if g in self._groups]
        free = (first for first in self._order if first[2] not in busy)
        chosen = min(at_hand) if at_hand else next(free, self._order[0])
        del self._order[bisect_left(self._order, chosen)]
        group = chosen[2]
        runs = self._groups[group]
        spec = runs.popleft()[2]
        if runs:
            insort(self._order, (*runs[0][:2], group))
        else:
            del self._groups[group]
        self._of_arms[spec.arm_key] -= 1
        if not self._of_arms[spec.arm_key]:
            del self._of_arms[spec.arm_key]
        return spec


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

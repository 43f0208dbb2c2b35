"""Runs that wait to be handed out, the longest first, in a time that hardly depends on how many."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Collection, Iterable
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnbench.training.spec import RunSpec


class Waiting:
    """Runs by group; of the same length, those that came first go first."""

    def __init__(self) -> None:
        """Begin without any."""
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

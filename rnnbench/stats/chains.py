"""Things joined in pairs, and the chains that they make (union-find, Tarjan 1975)."""

from __future__ import annotations


class Chains:
    """So many things, numbered from 0, each a chain of its own until it is joined."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def join(self, a: int, b: int) -> None:
        """Make the chains of two things one."""
        self._above[self._top(a)] = self._top(b)

    def are_joined(self, a: int, b: int) -> bool:
        """Return whether two things are in one chain."""
        return self._top(a) == self._top(b)

    def parts(self) -> list[list[int]]:
        """Return the things of each chain in their order, the chains in that of their last one."""
        found: dict[int, list[int]] = {}
        for place in range(len(self._above)):
            found.setdefault(self._top(place), []).append(place)
        return sorted(found.values(), key=lambda part: part[-1])

    def _top(self, place: int) -> int:
        while self._above[place] != place:
            self._above[place] = self._above[self._above[place]]
            place = self._above[place]
        return place

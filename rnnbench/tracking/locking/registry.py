"""A registry that all processes can read and write, and who of them is dead, as far as it shows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Removed(Exception):  # noqa: N818
    """An entry is no longer in the registry."""


@dataclass(frozen=True)
class Registration:
    """What of a process is in the registry: its heartbeat, and its claims."""

    heartbeat: str
    claims: frozenset[str]


class ClaimRegistry(Protocol):
    """Where entries are; equal boards are one.

    Every method raises an error where there is no answer, with ``quick`` at the first failure.
    """

    def enter(self) -> str:
        """Put up an entry without claims; return its id."""
        ...

    def renew(self, entry: str, heartbeat: str, *, quick: bool = False) -> None:
        """Give a heartbeat; raises Removed."""
        ...

    def put(self, entry: str, claim: str, name: str) -> None:
        """Put up a claim, with the name for people; raises Removed."""
        ...

    def withdraw(self, entry: str, claim: str, *, quick: bool = False) -> None:
        """Take a claim down, where it is up."""
        ...

    def look(self, *, quick: bool = False) -> Mapping[str, Registration]:
        """Return every entry by its id."""
        ...

    def remove(self, entry: str, *, quick: bool = False) -> None:
        """Take down an entry, for good: nothing can be put there any more."""
        ...


@dataclass
class SeenEntry:
    """An entry as it was seen: since when its heartbeat stands still, how often that counted."""

    heartbeat: str
    at: float
    looks: int = 0


@dataclass
class Watch:
    """Tells which entries are dead, by what this process has seen of them itself."""

    seconds: float
    looks: int
    _seen: dict[str, SeenEntry] = field(default_factory=dict)

    def see(self, found: Mapping[str, Registration]) -> None:
        """Count a look."""
        now = time.monotonic()
        for id_ in self._seen.keys() - found.keys():
            del self._seen[id_]
        for id_, entry in found.items():
            before = self._seen.get(id_)
            if before is None or before.heartbeat != entry.heartbeat:
                self._seen[id_] = SeenEntry(entry.heartbeat, now)
            elif now - before.at >= self.seconds:
                before.at, before.looks = now, before.looks + 1

    def is_dead(self, id_: str) -> bool:
        """Return whether an entry has shown no new heartbeat for long enough."""
        return id_ in self._seen and self._seen[id_].looks >= self.looks

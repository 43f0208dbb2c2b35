"""Locks by claims on a board that all can read and write, which knows no locks itself.

Each process has an entry on the board, with its claims and a sign of life that it renews. To lock a
name it puts a claim up, looks, and withdraws where it finds another's: of two at least one sees the
other. Where both do, the entry with the greater id withdraws at once, and the other waits a moment
for that.

Nobody compares clocks. Who looks again and again, an interval apart, and finds the same sign of
life every time takes the entry for dead and removes it, claims and all. A process that was only
away, with a machine that slept, then finds no entry of its own: its locks are lost, and
:meth:`Claim.is_held` says so.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from rnnbench.system.locks import Timeout

# As parts of the time between two signs of life:
_POLL = (0.01, 0.2)  # between two attempts: first, and at most
_WITHDRAWAL = (0.0, 0.01, 0.02, 0.04, 0.08)  # between looks whether another withdraws
_AGAIN = 0.1  # until a sign of life that could not be given is tried again
_FRESH = 0.1  # for which what was seen will do for those who only ask


class Removed(Exception):  # noqa: N818
    """An entry is no longer on the board."""


@dataclass(frozen=True)
class Entry:
    """What of a process is on the board: its sign of life, and its claims."""

    sign: str
    claims: frozenset[str]


class Board(Protocol):
    """Where entries are; equal boards are one.

    Every method raises an error where there is no answer, with ``quick`` at the first failure.
    """

    def enter(self) -> str:
        """Put up an entry without claims; return its id."""
        ...

    def renew(self, entry: str, sign: str, *, quick: bool = False) -> None:
        """Give a sign of life; raises Removed."""
        ...

    def put(self, entry: str, claim: str, name: str) -> None:
        """Put up a claim, with the name for people; raises Removed."""
        ...

    def withdraw(self, entry: str, claim: str, *, quick: bool = False) -> None:
        """Take a claim down, where it is up."""
        ...

    def look(self, *, quick: bool = False) -> Mapping[str, Entry]:
        """Return every entry by its id."""
        ...

    def remove(self, entry: str, *, quick: bool = False) -> None:
        """Take down an entry, for good: nothing can be put there any more."""
        ...


class Claim:
    """A name that is claimed by this process; a context manager that releases it."""

    def __init__(self, process: _Process, name: str) -> None:
        self._process = process
        self.name = name
        self.key = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self.is_up = False  # or may be
        self.is_withdrawn = False

    def release(self) -> None:
        """Let go of the name."""
        self._process.release(self)

    def is_held(self) -> bool:
        """See :class:`rnnbench.system.locks.Lock`."""
        return self._process.holds(self)

    def __enter__(self) -> Claim:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


@dataclass(frozen=True)
class ClaimLocks:
    """The :class:`rnnbench.system.locks.Locks` of a board.

    Attributes:
        board: where claims are put up.
        seconds: between two signs of life, and between two looks that count.
        looks: without a new sign of life after which an entry is taken for dead.
    """

    board: Board
    seconds: float = 10.0
    looks: int = 6

    def acquire(self, name: str, timeout: float | None = None) -> Claim:
        """See :class:`rnnbench.system.locks.Locks`.

        A dead holder takes ``seconds * (looks + 1)`` of attempts until it is known to be dead.
        """
        end = None if timeout is None else time.monotonic() + timeout
        poll, longest = (self.seconds * part for part in _POLL)
        while True:
            try:
                claim = _process(self).attempt(name)
            except Removed:  # all that this process held is lost, and it begins anew
                time.sleep(poll)
                continue
            if claim is not None:
                return claim
            if end is not None and time.monotonic() >= end:
                raise Timeout(name)
            left = longest if end is None else max(0.0, end - time.monotonic())
            time.sleep(min(poll, left))
            poll = min(2 * poll, longest)

    def held(self, name: str) -> bool:
        """See :class:`rnnbench.system.locks.Locks`: also by one that is not known to be dead."""
        return _process(self).is_held(name)


@dataclass
class _Watched:
    """An entry as it was seen: since when it has had the same sign, and how often that counted."""

    sign: str
    at: float
    looks: int = 0


@dataclass
class _Watch:
    """Tells which entries are dead, by what this process has seen of them itself."""

    seconds: float
    looks: int
    _seen: dict[str, _Watched] = field(default_factory=dict)

    def see(self, found: Mapping[str, Entry]) -> None:
        """Count a look."""
        now = time.monotonic()
        for id_ in self._seen.keys() - found.keys():
            del self._seen[id_]
        for id_, entry in found.items():
            before = self._seen.get(id_)
            if before is None or before.sign != entry.sign:
                self._seen[id_] = _Watched(entry.sign, now)
            elif now - before.at >= self.seconds:
                before.at, before.looks = now, before.looks + 1

    def is_dead(self, id_: str) -> bool:
        """Return whether an entry has shown no sign of life for long enough."""
        return id_ in self._seen and self._seen[id_].looks >= self.looks


class _Process:
    """What this process has on a board, and what it has seen of others.

    The guard is never held while the board is asked, which may take minutes.
    """

    def __init__(self, locks: ClaimLocks) -> None:
        self._locks = locks
        self._board = locks.board
        self._watch = _Watch(locks.seconds, locks.looks)
        self._entry: str | None = None
        self._held: dict[str, Claim] = {}
        self._seen: tuple[float, Mapping[str, Entry]] | None = None
        self._signs = 0
        self._entering = threading.Lock()

    def attempt(self, name: str) -> Claim | None:
        """Return a claim that nobody else has, or ``None``; raises Removed."""
        claim = Claim(self, name)
        with _guard:
            if name in self._held:
                return None
            self._held[name] = claim
        is_ours = False
        try:
            is_ours = self._claim(claim)
        finally:
            if not is_ours:
                self.release(claim)
        return claim if is_ours else None

    def is_held(self, name: str) -> bool:
        """Return whether anybody who is not known to be dead has claimed a name."""
        with _guard:
            if name in self._held:
                return True
            seen = self._seen
        if seen is None or time.monotonic() - seen[0] > _FRESH * self._locks.seconds:
            found = self._look()
        else:
            found = seen[1]
        others = (id_ for id_ in _with(Claim(self, name).key, found) if id_ != self._entry)
        return any(not self._is_dead(id_) for id_ in others)

    def holds(self, claim: Claim) -> bool:
        """Return whether a claim is still up, having looked."""
        with _guard:
            if not self._has(claim):
                return False
            entry = self._entry
        found = self._look()
        if entry not in found:
            self._lose(entry)
        with _guard:
            own = found.get(entry or "")
            return self._has(claim) and own is not None and claim.key in own.claims

    def release(self, claim: Claim) -> None:
        """Take a claim down; where that fails it is tried again with each sign of life."""
        with _guard:
            if not self._has(claim) or claim.is_withdrawn:
                return
            claim.is_withdrawn = True
        with suppress(Exception):
            self._withdraw(claim, quick=False)

    def leave(self) -> None:
        """Take down the entry, when the process ends."""
        entry, self._entry = self._entry, None
        if entry is not None:
            with suppress(Exception):
                self._board.remove(entry, quick=True)

    def _has(self, claim: Claim) -> bool:
        return _processes.get(self._locks) is self and self._held.get(claim.name) is claim

    def _claim(self, claim: Claim) -> bool:
        """Put a claim up where none is, and see to it that it stays the only one."""
        if self._others(claim, self._look()):
            return False
        entry = self._entered()
        claim.is_up = True
        try:
            self._board.put(entry, claim.key, claim.name)
            for part in _WITHDRAWAL:
                time.sleep(self._locks.seconds * part)
                found = self._look()
                if entry not in found:
                    raise Removed(entry)
                others = self._others(claim, found)
                if not others:
                    with _guard:
                        return self._has(claim) and self._entry == entry
                if min(others) < entry:
                    return False
        except Removed:
            self._lose(entry)
            raise
        return False

    def _others(self, claim: Claim, found: Mapping[str, Entry]) -> list[str]:
        """Return the other entries with the same claim, having removed those of the dead."""
        own = self._entry
        others = [id_ for id_ in _with(claim.key, found) if id_ != own]
        return [id_ for id_ in others if not (self._is_dead(id_) and self._bury(id_))]

    def _bury(self, id_: str) -> bool:
        """Remove an entry, and return whether that could be done."""
        try:
            self._board.remove(id_, quick=True)
        except Exception:
            return False
        return True

    def _look(self, *, quick: bool = False) -> Mapping[str, Entry]:
        found = self._board.look(quick=quick)
        with _guard:
            self._watch.see(found)
            self._seen = time.monotonic(), found
        return found

    def _is_dead(self, id_: str) -> bool:
        with _guard:
            return id_ != self._entry and self._watch.is_dead(id_)

    def _entered(self) -> str:
        with self._entering:
            if self._entry is None:
                self._entry = self._board.enter()
                keeper = threading.Thread(
                    target=self._keep, args=(self._entry,), daemon=True, name="claims"
                )
                keeper.start()
            return self._entry

    def _lose(self, entry: str | None) -> None:
        """Forget what an entry held that was taken down by others."""
        with _guard:
            if entry is not None and self._entry == entry:
                self._entry = None
                self._held.clear()

    def _withdraw(self, claim: Claim, *, quick: bool) -> None:
        entry = self._entry
        if entry is not None and claim.is_up:
            self._board.withdraw(entry, claim.key, quick=quick)
        with _guard:
            if self._held.get(claim.name) is claim:
                del self._held[claim.name]

    def _keep(self, entry: str) -> None:
        """Give signs of life, and watch those of others, for as long as the entry is there."""
        pause = self._locks.seconds
        while True:
            time.sleep(pause)
            with _guard:
                if self._entry != entry or _processes.get(self._locks) is not self:
                    return
                late = [claim for claim in self._held.values() if claim.is_withdrawn]
            try:
                self._signs += 1
                self._board.renew(entry, str(self._signs), quick=True)
                for claim in late:
                    self._withdraw(claim, quick=True)
                for id_ in self._look(quick=True):
                    if self._is_dead(id_):
                        self._bury(id_)
            except Removed:
                self._lose(entry)
                return
            except Exception:
                pause = _AGAIN * self._locks.seconds
            else:
                pause = self._locks.seconds


def _with(key: str, found: Mapping[str, Entry]) -> list[str]:
    return [id_ for id_, entry in found.items() if key in entry.claims]


# A forked process has the entries of its parent before it, which go on being the parent's.
_processes: dict[ClaimLocks, _Process] = {}
_guard = threading.RLock()


def _process(locks: ClaimLocks) -> _Process:
    with _guard:
        if locks not in _processes:
            _processes[locks] = _Process(locks)
        return _processes[locks]


def _leave_all() -> None:
    for process in list(_processes.values()):
        process.leave()


def _forget_in_child() -> None:
    global _guard
    _guard = threading.RLock()
    _processes.clear()


atexit.register(_leave_all)
os.register_at_fork(
    before=lambda: _guard.acquire(),
    after_in_parent=lambda: _guard.release(),
    after_in_child=_forget_in_child,
)

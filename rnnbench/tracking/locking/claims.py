"""Locks by claims in a registry that all can read and write, which knows no locks itself.

Each process has an entry in the registry, with its claims and a heartbeat that it renews. To lock a
name it puts a claim up, looks, and withdraws where it finds another's: of two at least one sees the
other. Where both do, the entry with the greater id withdraws at once, and the other waits a moment
for that.

Nobody compares clocks. Who looks again and again, an interval apart, and finds the same heartbeat
every time takes the entry for dead and removes it, claims and all. A process that was only away,
with a machine that slept, then finds no entry of its own: its locks are lost, and
:meth:`ClaimLock.is_held` says so.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from rnnbench.system.locks import Lock, Timeout
from rnnbench.tracking.locking.registry import ClaimRegistry, Registration, Removed, Watch

# As parts of the time between two heartbeats:
_POLL = (0.01, 0.2)  # between two attempts: first, and at most
_WITHDRAWAL = (0.0, 0.01, 0.02, 0.04, 0.08)  # between looks whether another withdraws
_AGAIN = 0.1  # until a heartbeat that could not be given is tried again
_FRESH = 0.1  # for which what was seen will do for those who only ask


class ClaimLock(Lock):
    """A name that is claimed by this process."""

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


@dataclass(frozen=True)
class ClaimLocks:
    """The :class:`rnnbench.system.locks.Locks` of a registry.

    Attributes:
        registry: where claims are put up.
        seconds: between two heartbeats, and between two looks that count.
        looks: without a new heartbeat after which an entry is taken for dead.
    """

    registry: ClaimRegistry
    seconds: float = 10.0
    looks: int = 6

    def acquire(self, name: str, timeout: float | None = None) -> ClaimLock:
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
            time.sleep(poll if end is None else max(0.0, min(poll, end - time.monotonic())))
            poll = min(2 * poll, longest)

    def held(self, name: str) -> bool:
        """See :class:`rnnbench.system.locks.Locks`: also by one that is not known to be dead."""
        return _process(self).is_held(name)


class _Process:
    """What this process has in a registry, which is not asked under the guard: it may take long."""

    def __init__(self, locks: ClaimLocks) -> None:
        self._locks = locks
        self._registry = locks.registry
        self._watch = Watch(locks.seconds, locks.looks)
        self._entry: str | None = None
        self._held: dict[str, ClaimLock] = {}
        self._seen: tuple[float, Mapping[str, Registration]] | None = None
        self._heartbeats = 0
        self._entering = threading.Lock()

    def attempt(self, name: str) -> ClaimLock | None:
        """Return a claim that nobody else has, or ``None``; raises Removed."""
        claim = ClaimLock(self, name)
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
        fresh = _FRESH * self._locks.seconds
        found = seen[1] if seen and time.monotonic() - seen[0] < fresh else self._look()
        there = _with(ClaimLock(self, name).key, found)
        return any(id_ != self._entry and not self._is_dead(id_) for id_ in there)

    def holds(self, claim: ClaimLock) -> bool:
        """Return whether a claim is still up, having looked."""
        with _guard:
            if not self._has(claim):
                return False
            entry = self._entry
        own = self._look().get(entry or "")
        if own is None:
            self._lose(entry)
        with _guard:
            return self._has(claim) and own is not None and claim.key in own.claims

    def release(self, claim: ClaimLock) -> None:
        """Take a claim down; where that fails it is tried again with each heartbeat."""
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
                self._registry.remove(entry, quick=True)

    def _has(self, claim: ClaimLock) -> bool:
        return _processes.get(self._locks) is self and self._held.get(claim.name) is claim

    def _claim(self, claim: ClaimLock) -> bool:
        """Put a claim up where none is, and see to it that it stays the only one."""
        if self._others(claim, self._look()):
            return False
        entry = self._entered()
        claim.is_up = True
        try:
            self._registry.put(entry, claim.key, claim.name)
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

    def _others(self, claim: ClaimLock, found: Mapping[str, Registration]) -> list[str]:
        """Return the other entries with the same claim, having removed those of the dead."""
        own = self._entry
        others = [id_ for id_ in _with(claim.key, found) if id_ != own]
        return [id_ for id_ in others if not (self._is_dead(id_) and self._remove_dead(id_))]

    def _remove_dead(self, id_: str) -> bool:
        """Remove an entry, and return whether that could be done."""
        try:
            self._registry.remove(id_, quick=True)
        except Exception:
            return False
        return True

    def _look(self, *, quick: bool = False) -> Mapping[str, Registration]:
        found = self._registry.look(quick=quick)
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
                self._entry = self._registry.enter()
                threading.Thread(
                    target=self._keep, args=(self._entry,), daemon=True, name="claims"
                ).start()
            return self._entry

    def _lose(self, entry: str | None) -> None:
        """Forget what an entry held that was taken down by others."""
        with _guard:
            if entry is not None and self._entry == entry:
                self._entry = None
                self._held.clear()

    def _withdraw(self, claim: ClaimLock, *, quick: bool) -> None:
        entry = self._entry
        if entry is not None and claim.is_up:
            self._registry.withdraw(entry, claim.key, quick=quick)
        with _guard:
            if self._held.get(claim.name) is claim:
                del self._held[claim.name]

    def _keep(self, entry: str) -> None:
        """Give heartbeats, and watch those of others, for as long as the entry is there."""
        pause = self._locks.seconds
        while True:
            time.sleep(pause)
            with _guard:
                if self._entry != entry or _processes.get(self._locks) is not self:
                    return
                late = [claim for claim in self._held.values() if claim.is_withdrawn]
            try:
                self._heartbeats += 1
                self._registry.renew(entry, str(self._heartbeats), quick=True)
                for claim in late:
                    self._withdraw(claim, quick=True)
                for id_ in self._look(quick=True):
                    if self._is_dead(id_):
                        self._remove_dead(id_)
            except Removed:
                self._lose(entry)
                return
            except Exception:
                pause = _AGAIN * self._locks.seconds
            else:
                pause = self._locks.seconds


def _with(key: str, found: Mapping[str, Registration]) -> list[str]:
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

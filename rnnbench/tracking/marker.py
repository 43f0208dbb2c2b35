"""Which process began a run, and whether the locks of a home tell if it lives.

A process that begins runs leaves a marker, a file of its own in its home, and each of its runs
carries the marker's name and inode. Whoever finds a run that is shown as running looks for that
file: where it is, the run was begun in this home, and its lock tells whether anyone still trains
it. Neither a host name and a path nor an id that is kept in the home could tell that: containers
of one image have them in common, and do not see each other's locks. Locks that all homes of a store
have in common tell it for every run that was begun under them, and there is no marker.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress

from rnnbench.system.file_locks import FileLock, FileLocks
from rnnbench.system.locks import Timeout
from rnnbench.tracking import names
from rnnbench.tracking.home import Home

_TAG = re.compile(r"([0-9a-f]{8}-[0-9a-f]{32}):(\d+)")


class Marker:
    """Owns one file of a home, the marker of this process, and reads those of others.

    Which runs a process trains is the subject of :class:`rnnbench.sweep.ownership.Ownership`.
    """

    def __init__(self, home: Home, scope: str, *, moved: bool, locks: str = "") -> None:
        """Leave nothing yet.

        Args:
            home: where markers lie.
            scope: eight hexadecimal digits that stand for the store and the experiment.
            moved: whether a copy of the home has a copy of the store, so that runs belong to the
                copy, whatever home they were begun in.
            locks: kind of the locks that all homes have in common, where there are such.
        """
        self._home = home
        self._locks = FileLocks(home.path / "owners", suffix="")
        self._scope = scope
        self._moved = moved
        self._kind = locks
        self._lock: FileLock | None = None
        self._tag = ""

    def tags(self) -> dict[str, str]:
        """Return the tags of what this process begins; leaves its marker, if it has not yet."""
        if self._kind:
            return {names.OWNER: self._home.owner, names.PROCESS: self._kind}
        if self._lock is None:
            self._lock = self._locks.acquire(f"{self._scope}-{uuid.uuid4().hex}")
            path = self._lock.path
            self._tag = f"{path.name}:{path.stat().st_ino}"
        return {names.OWNER: self._home.owner, names.PROCESS: self._tag}

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Remove the marker at the end, unless an error may have left something running."""
        yield
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def is_shared(self, tags: Mapping[str, str]) -> bool:
        """Return whether a run was begun under the locks that all homes have in common."""
        return bool(self._kind) and tags.get(names.PROCESS) == self._kind

    def is_ours(self, tags: Mapping[str, str]) -> bool:
        """Return whether our locks tell if a run's owner lives: shared ones, or it began here.

        A copy of a home has copies of its markers, of other inodes. Runs without a marker are of
        versions that left none: the same host and path count there.
        """
        if self.is_shared(tags):
            return True
        marker = tags.get(names.PROCESS)
        if marker is None:
            return self._moved or tags.get(names.OWNER) == self._home.owner
        match = _TAG.fullmatch(marker)
        if match is None:
            return False
        try:
            found = self._locks.path(match[1]).stat().st_ino
        except OSError:
            return False
        return self._moved or found == int(match[2])

    def of_the_dead(self) -> list[str]:
        """Return the markers that processes have left behind which are gone."""
        found = [path.name for path in self._locks.folder.glob(f"{self._scope}-*")]
        return [name for name in found if not self._locks.held(name)]

    def remove(self, markers: Collection[str], in_use: Collection[str]) -> None:
        """Remove markers, except those that one of these tags names, or that a process has."""
        still = {tag.partition(":")[0] for tag in in_use}
        for name in markers:
            if name not in still:
                with suppress(Timeout), self._locks.acquire(name, timeout=0):
                    pass

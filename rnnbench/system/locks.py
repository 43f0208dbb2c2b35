"""Locks between processes that leave no files behind.

A lock is held on a file by the system (``flock``), which lets go of it when its holder dies. The
file is removed by its holder just before it lets go; whoever has opened the file meanwhile notices
that its name no longer leads there, and begins again. What a killed holder leaves is free, and goes
with the next holder or with :func:`remove_free`.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_POLL_SECONDS = 0.05
SUFFIX = ".lock"


class Timeout(Exception):  # noqa: N818
    """Another process holds the lock."""


class Lock:
    """An exclusive lock with a name in the file system; use it as a context manager.

    Raises OSError where the file system knows no locks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def acquire(self, timeout: float = -1) -> None:
        """Hold the lock; a second time by the same object does nothing.

        Args:
            timeout: seconds to wait for another holder, 0 for not at all, below 0 for ever.

        Raises:
            Timeout: where another holds it all the time.
        """
        end = time.monotonic() + timeout
        while self._file is None:
            self._file = self._try()
            if self._file is None:
                if timeout >= 0 and time.monotonic() >= end:
                    raise Timeout(str(self.path))
                time.sleep(_POLL_SECONDS)

    def release(self) -> None:
        """Let go of the lock and remove its file."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            # Somebody may have removed it, and another process have a lock of this name since.
            if leads_to(self.path, file):
                self.path.unlink(missing_ok=True)
        finally:
            os.close(file)

    @contextmanager
    def free(self) -> Iterator[None]:
        """Hold a lock that nobody else holds; raises Timeout."""
        self.acquire(timeout=0)
        with self:
            yield

    @property
    def is_held(self) -> bool:
        """Whether a living process holds it; nothing is created for the answer."""
        if self._file is not None:
            return True
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not _hold(file)
        finally:
            os.close(file)

    def _try(self) -> int | None:
        """Return the file with the lock on it, or ``None`` where another has it."""
        while True:
            try:
                file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            except FileNotFoundError:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                continue
            keep = False
            try:
                if not _hold(file):
                    return None
                if leads_to(self.path, file):
                    keep = True
                    return file
            finally:
                if not keep:
                    os.close(file)

    def __enter__(self) -> Lock:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def remove_free(folder: Path) -> None:
    """Remove the files of locks that nobody holds."""
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(Timeout, OSError), Lock(path).free():
            pass


def leads_to(path: Path, file: int) -> bool:
    """Return whether a path leads to an open file."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _hold(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

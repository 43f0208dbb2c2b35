"""Locks by name, for whatever only one process at a time may do.

Names are the content keys of runs and studies, those of parents and arm summaries
(:mod:`rnnbench.tracking.store`), ``store`` and ``optuna`` while their tables are made, and the
folders of prepared data. :class:`rnnbench.system.file_locks.FileLocks` holds them on files, for all
processes that share a home. Every implementation of :class:`Locks` promises, and
``rnnbench/testing/locks.py`` checks:

1. At most one holds a name, of all processes, threads and calls. It is not re-entrant: a holder
   that acquires the name again waits like everybody else.
2. A lock ends when it is released or its process ends, by ``kill -9`` or a power failure too.
   Children, forked ones included, neither hold it, nor keep it, nor release it.
3. :meth:`Locks.acquire` gives up after its time limit. When it raises, it holds nothing.
4. :meth:`Locks.held` tells whether a living process holds a name. It creates nothing, and nobody's
   ``acquire`` fails because somebody asked.
5. A released lock leaves nothing behind. Any thread may release it; a second time does nothing.
   :meth:`Lock.is_held` tells whether it is still there.
6. Any text is a name.
7. Locks can be pickled: in another process they are the same locks, of which that one holds none.
8. Where there can be no locks, :class:`NoLocksError` says so.

Locks that reach further than a home (:mod:`rnnbench.tracking.locking`) are held together with the
home's lock of the same name, because a home removes files of names that nobody holds in it. They
can be lost while their holder lives, with a connection. The implementation takes them again where
it can, and :meth:`Lock.is_held` says where it cannot. Those that depend on heartbeats may need
a while to see that a holder is dead, during which they take it for alive.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from rnnbench.errors import StoreError


class Timeout(Exception):  # noqa: N818
    """Another holds the lock."""


class NoLocksError(StoreError):
    """Nothing can be locked there, as on some network file systems."""


class Lock(Protocol):
    """A name that is held, until it is released; a context manager that releases it."""

    def release(self) -> None:
        """Let go of the name."""
        ...

    def is_held(self) -> bool:
        """Return whether this process still holds the name, asking whoever keeps the lock."""
        ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        self.release()


class Locks(Protocol):
    """Locks by name, with the promises above."""

    def acquire(self, name: str, timeout: float | None = None) -> Lock:
        """Hold a name.

        Args:
            name: any text.
            timeout: seconds to wait for another holder, 0 for not at all, ``None`` for ever.

        Raises:
            Timeout: where another holds it all the time.
            NoLocksError: where nothing can be locked.
        """
        ...

    def held(self, name: str) -> bool:
        """Return whether a living process, this one included, holds a name."""
        ...

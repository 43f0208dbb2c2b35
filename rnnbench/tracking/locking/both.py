"""A lock of the home and one that all homes have in common, held together."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rnnbench.system.locks import Lock, Locks


class _Pair:
    """Two locks of one name."""

    def __init__(self, near: Lock, far: Lock) -> None:
        self._near = near
        self._far = far

    def release(self) -> None:
        """Let go of both, the nearer one last: it guards the files of the home."""
        try:
            self._far.release()
        finally:
            self._near.release()

    def is_held(self) -> bool:
        """See :class:`rnnbench.system.locks.Lock`."""
        return self._near.is_held() and self._far.is_held()

    def __enter__(self) -> _Pair:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


@dataclass(frozen=True)
class Both:
    """The :class:`rnnbench.system.locks.Locks` of a home and of a store that several homes share.

    Attributes:
        near: exclude the processes of the home, at no cost.
        far: exclude those of all homes.
    """

    near: Locks
    far: Locks

    def acquire(self, name: str, timeout: float | None = None) -> _Pair:
        """See :class:`rnnbench.system.locks.Locks`."""
        end = None if timeout is None else time.monotonic() + timeout
        near = self.near.acquire(name, timeout)
        try:
            left = None if end is None else max(0.0, end - time.monotonic())
            return _Pair(near, self.far.acquire(name, left))
        except BaseException:
            near.release()
            raise

    def held(self, name: str) -> bool:
        """See :class:`rnnbench.system.locks.Locks`; whoever holds it holds it in both."""
        return self.far.held(name)

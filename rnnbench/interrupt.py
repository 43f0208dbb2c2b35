"""Ctrl-C and SIGTERM, kept until a moment at which nothing is left half-done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Holds an interruption back while it is entered; leaving raises it.

    :meth:`check` raises it earlier, at a moment that suits. ``woken`` becomes readable when one
    has come, for those who wait. A second one is not held back. Outside the main thread, where
    signals don't arrive, it does nothing.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[int, Any] = {}
        self.woken: Connection
        self._waker: Connection

    def __enter__(self) -> Interruption:
        self.woken, self._waker = Pipe(duplex=False)
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self.woken.close()
        self._waker.close()
        if kind is None:
            self.check()

    def check(self) -> None:
        """Raise ``KeyboardInterrupt`` where one was asked for."""
        if self._asked:
            raise KeyboardInterrupt

    def _note(self, *_: object) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._waker.send_bytes(b"!")


@contextmanager
def ignored(number: signal.Signals) -> Iterator[None]:
    """Ignore a signal meanwhile; processes started meanwhile ignore it for good."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)

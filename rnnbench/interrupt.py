"""Ctrl-C, SIGTERM and SIGHUP, kept until a moment at which nothing is left half-done."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def end_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end a command as Ctrl-C does.

    SIGHUP tells that the terminal is gone; what was started with ``nohup`` ignores it.
    """
    has_terminal = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return (signal.SIGTERM, signal.SIGHUP) if has_terminal else (signal.SIGTERM,)


def interrupt(number: int, _frame: object) -> None:
    """Handle a signal as Ctrl-C is handled; raises KeyboardInterrupt."""
    _leave_terminal(number)
    raise KeyboardInterrupt


def _leave_terminal(number: int) -> None:
    """Send what is yet to be printed nowhere once the terminal is gone: writing to it would fail.

    A file or a pipe in its place goes on being written.
    """
    if number != signal.SIGHUP:
        return
    for stream in (1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(stream).st_mode) and not os.isatty(stream):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream)
                os.close(nowhere)


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
        from multiprocessing import Pipe  # late: most commands never wait for anything

        self.woken, self._waker = Pipe(duplex=False)
        if threading.current_thread() is threading.main_thread():
            self._before = {
                number: signal.signal(number, self._note)
                for number in (signal.SIGINT, *end_signals())
            }
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
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

    def _note(self, number: int, _frame: object) -> None:
        _leave_terminal(number)
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._waker.send_bytes(b"!")


@contextmanager
def ignored(*numbers: signal.Signals) -> Iterator[None]:
    """Ignore signals meanwhile; processes started meanwhile ignore them for good."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

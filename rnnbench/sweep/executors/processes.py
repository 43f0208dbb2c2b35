"""Starting and ending processes of the fork server, which may be stopped or killed itself.

Everybody waits for the fork server for ever: for a new process to be there, and for word that one
has ended. A server that is stopped is therefore killed, after which nobody waits for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from typing import Any

from rnnbench.errors import RunFailure

_WITH_TENSORFLOW = ["rnnbench.sweep.executors.preload"]
_WITHOUT = ["rnnbench.training.trainer"]
_LAST_SECONDS = 30.0  # for a process to end that was told to


def load(*, with_tensorflow: bool) -> None:
    """Say what the fork server loads before its first process; one that has less is replaced."""
    server: Any = forkserver._forkserver
    if with_tensorflow and server._preload_modules != _WITH_TENSORFLOW:
        server._stop()
        server.set_forkserver_preload(_WITH_TENSORFLOW)
    elif server._forkserver_pid is None:
        server.set_forkserver_preload(_WITH_TENSORFLOW if with_tensorflow else _WITHOUT)


def start(process: BaseProcess, timeout: float | None) -> None:
    """Start a process.

    Args:
        process: of the fork server's context.
        timeout: seconds that the fork server has for it, loading TensorFlow included.

    Raises:
        RunFailure: where the fork server has died, or takes longer.
    """
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _kill_server()

    watchdog = threading.Timer(timeout or 0.0, give_up)
    watchdog.daemon = True
    if timeout is not None:
        watchdog.start()
    try:
        process.start()
    except (EOFError, ConnectionError):
        what = "was killed or could not load it, perhaps for lack of memory"
        if late.is_set():
            what = f"gave no sign for {timeout:g} s (executor.timeout) and was killed"
        raise RunFailure(
            f"the process that loads TensorFlow {what}; the same command resumes"
        ) from None
    finally:
        watchdog.cancel()


def end(process: BaseProcess, *, kill: bool) -> None:
    """Wait for a process that is about to end, or kill it; it is gone then."""
    if not kill:
        process.join(_LAST_SECONDS)
    if process.is_alive():  # it was stopped, or hangs
        process.kill()
        process.join(_LAST_SECONDS)
    if process.is_alive():
        _kill_server()
        process.join()


def _kill_server() -> None:
    pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

"""The process that trains: takes tasks from a pipe, sends events back, dies with its driver."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from rnnbench.errors import RnnbenchError

if TYPE_CHECKING:
    from rnnbench.training.history import Epoch
    from rnnbench.training.trainer import Task


Message = tuple[str, Any]

_SHARE = 0.02  # of the time, that a process that is at work computes: some is waiting for a GPU


def serve(
    tasks: Connection, events: Connection, lifeline: Connection, pulse: float | None = None
) -> None:
    """Execute tasks until ``None`` arrives.

    Each message on ``events`` is a pair of its kind and a value: ``epoch``, ``finished``,
    ``failed``, ``stopped``, and at most every ``pulse`` seconds ``alive``. A task that asks waits
    after each epoch for a word of the driver's: whether to stop there. The driver holds the other
    end of ``lifeline``: when it closes, the driver is gone, and so is this process, in whatever
    step it is.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_die_with_driver, args=(lifeline,), daemon=True).start()
    one_at_a_time = threading.Lock()

    def send(message: Message) -> None:
        with one_at_a_time:
            events.send(message)

    if pulse is not None:
        threading.Thread(target=beat, args=(send, pulse), daemon=True).start()

    from rnnbench.training.trainer import Trainer

    trainer = Trainer()
    with contextlib.suppress(EOFError, BrokenPipeError):  # the driver is gone
        while (task := tasks.recv()) is not None:
            try:
                outcome = trainer.execute(task, partial(_tell, task, tasks, send))
            except _Stop:
                send(("stopped", None))
            except RnnbenchError as error:
                send(("failed", str(error)))
            except MemoryError:
                send(("failed", "out of memory; lower training.batch_size or data.maxlen"))
            except Exception as error:
                send(("failed", _reason(error)))
            else:
                send(("finished", outcome))


class _Stop(Exception):  # noqa: N818
    """The driver ends the task early."""


def beat(send: Callable[[Message], None], pulse: float) -> None:
    """Send signs of life for as long as this process computes.

    Epochs may take hours and compilation minutes, so signs come from a thread of their own. It
    stops with its process, and when code that holds Python's lock hangs. Where a process waits for
    ever without that lock, as in a deadlock of threads, it uses no processor time: no sign, then.

    Args:
        send: takes the message.
        pulse: seconds between two signs, at least.
    """
    used = time.process_time()
    with contextlib.suppress(OSError):  # the driver is gone
        while True:
            time.sleep(pulse)
            before, used = used, time.process_time()
            if used - before >= _SHARE * pulse:
                send(("alive", None))


def _tell(task: Task, tasks: Connection, send: Callable[[Message], None], epoch: Epoch) -> None:
    send(("epoch", epoch))
    if task.asks and tasks.recv():
        raise _Stop


def _reason(error: Exception) -> str:
    """Return the first line of an unexpected error with the place that raised it."""
    text: Any = next(iter(str(error).strip().splitlines()), "")
    frame = traceback.extract_tb(error.__traceback__)[-1]
    if "ResourceExhausted" in type(error).__name__:
        return f"out of memory; lower training.batch_size or data.maxlen ({text})"
    return f"{type(error).__name__}: {text} ({os.path.basename(frame.filename)}:{frame.lineno})"  # noqa: PTH119


def _die_with_driver(lifeline: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(1)

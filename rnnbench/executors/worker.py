"""The process that trains: takes tasks from a pipe, sends events back, dies with its driver."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import traceback
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from rnnbench.errors import RnnbenchError

if TYPE_CHECKING:
    from rnnbench.run import Task
    from rnnbench.training.history import Epoch


def serve(tasks: Connection, events: Connection, lifeline: Connection) -> None:
    """Execute tasks until ``None`` arrives.

    Each message on ``events`` is a pair of its kind and a value: ``epoch``, ``finished``,
    ``failed``, ``stopped``. A task that asks waits after each epoch for a word of the driver's:
    whether to stop there. The driver holds the other end of ``lifeline``: when it closes, the
    driver is gone, and so is this process, in whatever step it is.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_die_with_driver, args=(lifeline,), daemon=True).start()

    from rnnbench.run import Trainer

    trainer = Trainer()
    with contextlib.suppress(EOFError, BrokenPipeError):  # the driver is gone
        while (task := tasks.recv()) is not None:
            try:
                outcome = trainer.execute(task, partial(_tell, task, tasks, events))
            except _Stop:
                events.send(("stopped", None))
            except RnnbenchError as error:
                events.send(("failed", str(error)))
            except MemoryError:
                events.send(("failed", "out of memory; lower training.batch_size or data.maxlen"))
            except Exception as error:
                events.send(("failed", _reason(error)))
            else:
                events.send(("finished", outcome))


class _Stop(Exception):  # noqa: N818
    """The driver ends the task early."""


def _tell(task: Task, tasks: Connection, events: Connection, epoch: Epoch) -> None:
    events.send(("epoch", epoch))
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

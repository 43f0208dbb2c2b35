"""The process that trains: takes tasks from a pipe, sends events back, dies with its driver."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import cache, partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from rnnbench.sweep.executors.attempt import Stop, attempt, make_trainer
from rnnbench.sweep.executors.events import EpochEnded, OfTask
from rnnbench.system.gpus import VISIBLE

if TYPE_CHECKING:
    from rnnbench.training.spec import Task

Message = OfTask | None  # None: only a heartbeat

_SHARE = 0.02  # of the time, that a process that is at work computes: some is waiting for a GPU


def serve(
    tasks: Connection,
    events: Connection,
    lifeline: Connection,
    pulse: float | None = None,
    device: str | None = None,
) -> None:
    """Execute tasks until ``None`` arrives.

    What comes on ``events`` are the events of tasks, and at most every ``pulse`` seconds ``None``,
    a heartbeat. A prunable task waits after each epoch for a word of the driver's: whether to
    stop there. The driver holds the other end of ``lifeline``: when it closes, the driver is gone,
    and so is this process, in whatever step it is. ``device`` is the one GPU that it sees.
    """
    if device is not None:  # CUDA has not been initialised: the fork server runs no operation
        os.environ[VISIBLE] = device
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

    trainer_of = cache(make_trainer)

    def tell(task: Task, event: OfTask) -> None:
        send(event)
        if isinstance(event, EpochEnded) and task.prunable and tasks.recv():
            raise Stop

    with contextlib.suppress(EOFError, BrokenPipeError):  # the driver is gone
        while (task := tasks.recv()) is not None:
            attempt(task, trainer_of, partial(tell, task))


def beat(send: Callable[[Message], None], pulse: float) -> None:
    """Send heartbeats for as long as this process computes.

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
                send(None)


def _die_with_driver(lifeline: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(1)

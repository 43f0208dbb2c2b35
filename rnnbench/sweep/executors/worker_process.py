"""A worker as its owner sees it: a process of the fork server, its pipes, its task."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

from rnnbench.sweep.executors.events import EpochEnded, Event, Lost, Placed
from rnnbench.sweep.executors.processes import end, start
from rnnbench.sweep.executors.worker import Message, serve

if TYPE_CHECKING:
    from rnnbench.training.spec import Task


@dataclass(eq=False)
class WorkerProcess:
    """Trains the tasks of one group, one after another.

    Attributes:
        process: of the fork server, started by :func:`start_worker`.
        tasks: takes tasks, and replies to prunable ones.
        events: gives what the worker says.
        lifeline: ends the worker when it is closed.
        group: of its tasks.
        task: that it is at work on.
        device: its GPU, as ``CUDA_VISIBLE_DEVICES`` takes it.
        silent: seconds that its owner has listened for its next sign.
    """

    process: BaseProcess
    tasks: Connection
    events: Connection
    lifeline: Connection
    group: str
    task: Task | None = None
    device: str | None = None
    silent: float = 0.0

    def give(self, task: Task) -> None:
        """Have a task trained."""
        self.task, self.silent = task, 0.0
        self._send(task)

    def reply(self, *, stop: bool) -> None:
        """Let a prunable task go on after an epoch, or end it there."""
        self._send(stop)

    def receive(self) -> Event | None:
        """Return what the worker says of its task, ``None`` for a mere heartbeat.

        A worker that has died is stopped.
        """
        assert self.task is not None
        try:
            message: Message = self.events.recv()
        except (EOFError, OSError):
            return self._lost(self.task.key)
        if message is not None and not isinstance(message, (Placed, EpochEnded)):
            self.task = None
        return message

    def missed(self, timeout: float | None) -> Lost | None:
        """Stop a worker that has given no sign for too long."""
        if timeout is None or self.silent < timeout:
            return None
        assert self.task is not None
        self.stop(kill=True)
        return Lost(self.task.key, "silent", f"{timeout:g}")

    def stop(self, *, kill: bool) -> None:
        """End the process: after its task, or at once."""
        if not kill:
            try:
                self.tasks.send(None)
            except OSError:
                kill = True
        for connection in (self.tasks, self.events):
            connection.close()
        end(self.process, kill=kill)
        self.lifeline.close()

    def _send(self, message: object) -> None:
        # A worker that has died meanwhile is noticed by the end of its events.
        with contextlib.suppress(OSError):
            self.tasks.send(message)

    def _lost(self, key: str) -> Lost:
        end(self.process, kill=False)
        code = self.process.exitcode or 0
        self.stop(kill=True)
        if code >= 0:
            return Lost(key, "exited", str(code))
        return Lost(key, "killed", signal.Signals(-code).name)


def start_worker(group: str, timeout: float | None, device: str | None = None) -> WorkerProcess:
    """Start a worker for the tasks of a group.

    Args:
        group: of its tasks.
        timeout: seconds without a heartbeat that its owner bears.
        device: its GPU; ``None`` for those that this process may use.

    Raises:
        RunFailure: where the fork server cannot start it.
    """
    context = multiprocessing.get_context("forkserver")
    task_reader, task_writer = context.Pipe(duplex=False)
    event_reader, event_writer = context.Pipe(duplex=False)
    life_reader, life_writer = context.Pipe(duplex=False)
    pulse = None if timeout is None else min(5.0, timeout / 5)
    process = context.Process(
        target=serve,
        args=(task_reader, event_writer, life_reader, pulse, device),
        daemon=True,
    )
    start(process, timeout)
    for connection in (task_reader, event_writer, life_reader):
        connection.close()
    return WorkerProcess(process, task_writer, event_reader, life_writer, group, device=device)

"""Parallel fresh processes on this machine, forked from a server that has TensorFlow loaded.

Each group of runs gets a process of its own, because TensorFlow leaks across models; runs of
one group share the process and its compiled model. A process that dies costs the run that it
was training, nothing else.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

from rnnbench.config.schema import ExecutorConfig
from rnnbench.interrupt import Interruption, ignored
from rnnbench.sweep.executors.events import (
    EpochEnded,
    Event,
    Idle,
    Lost,
    Placed,
    Started,
)
from rnnbench.sweep.executors.processes import end, load, start
from rnnbench.sweep.executors.protocol import TaskSource
from rnnbench.sweep.executors.worker import Message, serve
from rnnbench.system.cores import worker_count
from rnnbench.training.runtime import set_environment

if TYPE_CHECKING:
    from rnnbench.training.spec import Task


@dataclass
class _Worker:
    process: BaseProcess
    tasks: Connection
    events: Connection
    lifeline: Connection
    group: str
    task: Task | None = None
    silent: float = 0.0  # seconds that the driver has listened for its next sign

    def stop(self, *, kill: bool) -> None:
        if not kill:
            try:
                self.tasks.send(None)
            except OSError:
                kill = True
        for connection in (self.tasks, self.events):
            connection.close()
        end(self.process, kill=kill)
        self.lifeline.close()


class LocalExecutor:
    """Runs tasks in ``workers`` processes (:class:`rnnbench.sweep.executors.protocol.Executor`)."""

    def __init__(self, config: ExecutorConfig, *, preload: bool = True) -> None:
        """Set the environment of the processes.

        Args:
            config: how many they are, and of how many threads.
            preload: whether they have TensorFlow loaded when they start.
        """
        self._count = worker_count(config.workers, config.threads)
        self._timeout = config.timeout
        self._workers: list[_Worker] = []
        set_environment(config.threads)
        # Runs that a surrounding MLflow process had open are none of the workers' business.
        os.environ.pop("MLFLOW_RUN_ID", None)
        self._context = multiprocessing.get_context("forkserver")
        load(with_tensorflow=preload)

    def start(self) -> None:
        """Start loading TensorFlow in the fork server, in the background.

        The server ignores Ctrl-C and a terminal that is gone from its start, as do its workers:
        the driver ends them.
        """
        from multiprocessing import forkserver

        with ignored(signal.SIGINT, signal.SIGHUP):
            forkserver.ensure_running()

    def close(self) -> None:
        """End all workers at once, whatever they are doing."""
        for worker in self._workers:
            worker.stop(kill=True)
        self._workers.clear()

    def run(self, source: TaskSource, interruption: Interruption) -> Iterator[Event]:
        """See :class:`rnnbench.sweep.executors.protocol.Executor`."""
        while True:
            yield from self._fill(source)
            yield Idle()
            if not any(worker.task for worker in self._workers):
                # The results stored meanwhile may have brought more.
                yield from self._fill(source)
            if not any(worker.task for worker in self._workers):
                break
            yield from self._next_events(interruption)
            interruption.check()
        for worker in self._workers:
            worker.stop(kill=False)
        self._workers.clear()

    def reply(self, key: str, *, stop: bool) -> None:
        """See :class:`rnnbench.sweep.executors.protocol.Executor`."""
        for worker in self._workers:
            if worker.task is not None and worker.task.key == key:
                # A worker that has died meanwhile is noticed by the end of its events.
                with contextlib.suppress(OSError):
                    worker.tasks.send(stop)

    def _fill(self, source: TaskSource) -> Iterator[Event]:
        """Give every idle worker a task, replacing workers of another group."""
        while True:
            self._drop_dead()
            idle = [worker for worker in self._workers if worker.task is None]
            if not idle and len(self._workers) >= self._count:
                return
            busy = {worker.group for worker in self._workers if worker.task is not None}
            task = source.take([worker.group for worker in idle], busy)
            if task is None:
                return
            # Told before its process is there: others see at once that it has an owner.
            yield Started(task.key)
            worker = next((w for w in idle if w.group == task.group), None)
            if worker is None:
                if len(self._workers) >= self._count:
                    retired = idle[0]
                    self._workers.remove(retired)
                    retired.stop(kill=False)
                worker = self._start(task.group)
            worker.task, worker.silent = task, 0.0
            # A worker that has died meanwhile is noticed by the end of its events.
            with contextlib.suppress(OSError):
                worker.tasks.send(task)

    def _drop_dead(self) -> None:
        """Forget idle workers that have died, before one is given a task."""
        for worker in list(self._workers):
            if worker.task is None and not worker.process.is_alive():
                self._workers.remove(worker)
                worker.stop(kill=True)

    def _start(self, group: str) -> _Worker:
        task_reader, task_writer = self._context.Pipe(duplex=False)
        event_reader, event_writer = self._context.Pipe(duplex=False)
        life_reader, life_writer = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=serve,
            args=(task_reader, event_writer, life_reader, self._pulse),
            daemon=True,
        )
        start(process, self._timeout)
        for connection in (task_reader, event_writer, life_reader):
            connection.close()
        worker = _Worker(process, task_writer, event_reader, life_writer, group)
        self._workers.append(worker)
        return worker

    def _next_events(self, interruption: Interruption) -> Iterator[Event]:
        """Wait for the first sign of any busy worker and yield what has come in.

        What the driver does between two calls is not held against a worker.
        """
        busy = [worker for worker in self._workers if worker.task is not None]
        if not busy:
            return
        longest = None
        if self._timeout is not None:
            longest = max(0.0, self._timeout - max(worker.silent for worker in busy))
        begun = time.monotonic()
        ready = wait([interruption.woken, *(worker.events for worker in busy)], longest)
        waited = time.monotonic() - begun
        for worker in busy:
            worker.silent = 0.0 if worker.events in ready else worker.silent + waited
        for worker in busy:
            event = self._receive(worker) if worker.events in ready else self._missed(worker)
            if event is not None:
                yield event

    @property
    def _pulse(self) -> float | None:
        """How often a worker gives a sign, in seconds."""
        return None if self._timeout is None else min(5.0, self._timeout / 5)

    def _missed(self, worker: _Worker) -> Event | None:
        """End a worker that has given no sign for too long."""
        if self._timeout is None or worker.silent < self._timeout:
            return None
        assert worker.task is not None
        self._workers.remove(worker)
        worker.stop(kill=True)
        return Lost(worker.task.key, "silent", f"{self._timeout:g}")

    def _receive(self, worker: _Worker) -> Event | None:
        assert worker.task is not None
        try:
            message: Message = worker.events.recv()
        except (EOFError, OSError):
            return self._lost(worker, worker.task.key)
        if message is not None and not isinstance(message, (Placed, EpochEnded)):
            worker.task = None
        return message

    def _lost(self, worker: _Worker, key: str) -> Lost:
        end(worker.process, kill=False)
        code = worker.process.exitcode or 0
        self._workers.remove(worker)
        worker.stop(kill=True)
        if code >= 0:
            return Lost(key, "exited", str(code))
        return Lost(key, "killed", signal.Signals(-code).name)

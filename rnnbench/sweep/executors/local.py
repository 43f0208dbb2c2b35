"""Parallel fresh processes on this machine, forked from a server that has TensorFlow loaded.

Each group of runs gets a process of its own, because TensorFlow leaks across models; runs of
one group share the process and its compiled model. A process that dies costs the run that it
was training, nothing else.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from multiprocessing.connection import wait

from rnnbench.config.schema import ExecutorConfig
from rnnbench.errors import ConfigError
from rnnbench.interrupt import Interruption, ignored
from rnnbench.sweep.executors.events import Event, Idle, Lost, Started
from rnnbench.sweep.executors.processes import load
from rnnbench.sweep.executors.protocol import TaskSource
from rnnbench.sweep.executors.worker_process import WorkerProcess, start_worker
from rnnbench.sweep.executors.workers import local_workers
from rnnbench.system.gpus import gpus, least_used
from rnnbench.training.runtime import set_environment


class LocalExecutor:
    """Runs tasks in ``workers`` processes (:class:`rnnbench.sweep.executors.protocol.Executor`).

    Where there are GPUs each process gets one, which several share where there are more processes.
    """

    def __init__(self, config: ExecutorConfig, *, preload: bool = True) -> None:
        """Set the environment of the processes.

        Args:
            config: how many they are, and of how many threads.
            preload: whether they have TensorFlow loaded when they start.

        Raises:
            ConfigError: where ``executor.gpus`` asks for GPUs that are not there.
        """
        self._devices = _devices(config)
        self._count = local_workers(config)
        self._timeout = config.timeout
        self._workers: list[WorkerProcess] = []
        set_environment(config.threads)
        # Runs that a surrounding MLflow process had open are none of the workers' business.
        os.environ.pop("MLFLOW_RUN_ID", None)
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
                worker.reply(stop=stop)

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
                device = least_used(self._devices, [worker.device for worker in self._workers])
                worker = start_worker(task.group, self._timeout, device)
                self._workers.append(worker)
            worker.give(task)

    def _drop_dead(self) -> None:
        """Forget idle workers that have died, before one is given a task."""
        for worker in list(self._workers):
            if worker.task is None and not worker.process.is_alive():
                self._workers.remove(worker)
                worker.stop(kill=True)

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
            has_said = worker.events in ready
            event = worker.receive() if has_said else worker.missed(self._timeout)
            if isinstance(event, Lost):
                self._workers.remove(worker)
            if event is not None:
                yield event


def _devices(config: ExecutorConfig) -> list[str]:
    """Return the GPUs to assign; an empty one hides all of them from a process."""
    found = [gpu.device for gpu in gpus()]
    if config.gpus == "auto" or (config.gpus and found):
        return found
    if config.gpus:
        raise ConfigError(
            "executor.gpus",
            "auto or 0 on a machine whose GPUs nvidia-smi does not list",
            config.gpus,
            "leave it out",
        )
    return [""] if found else []

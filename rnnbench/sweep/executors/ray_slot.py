"""A slot on a node of a Ray cluster: an actor that holds a fork server and a worker of it.

The driver calls :meth:`Slot.train` and then :meth:`Slot.go_on`, one after another; each answers
with what the worker has said meanwhile. Ray's streaming generators would say the same in one call,
but a driver that is connected by ``ray://`` can't have them of an actor.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from pathlib import Path

from rnnbench.sweep.executors.events import EpochEnded, Event, Finished, Lost, Placed
from rnnbench.sweep.executors.processes import load
from rnnbench.sweep.executors.ray_files import NodeFiles, PackedTask, packed
from rnnbench.sweep.executors.worker_process import WorkerProcess, start_worker
from rnnbench.system.gpus import VISIBLE
from rnnbench.system.machine import Machine, code_digest, this_machine
from rnnbench.system.scratch import own_temporary_files
from rnnbench.training.runtime import set_environment

LONGEST_CALL = 10.0  # seconds: a slot that says nothing for much longer has lost its node


@dataclass(frozen=True)
class Node:
    """Where a slot is, and the code that it runs."""

    machine: Machine
    code: str


@dataclass(frozen=True)
class SlotEvent:
    """An event of a task; with the last one come the files of its run, by relative path."""

    event: Event
    files: tuple[tuple[str, bytes], ...] = ()


class Slot:
    """Trains one task at a time, in a process as those of ``executor=local``."""

    def __init__(
        self, threads: int, timeout: float | None, *, preload: bool, has_gpu: bool
    ) -> None:
        """Have a fork server started, and no worker yet.

        Args:
            threads: of its worker.
            timeout: seconds without a heartbeat that it bears.
            preload: whether its worker has TensorFlow loaded when it starts.
            has_gpu: whether Ray has assigned it a GPU; it hides all of them else.
        """
        import ray

        # The worker would run Ray's own main module once more, which imports Ray.
        sys.modules["__main__"].__file__ = None
        if not has_gpu:
            os.environ[VISIBLE] = ""
        os.environ.pop("MLFLOW_RUN_ID", None)
        set_environment(threads)
        self._files = NodeFiles(ray)
        self._stack = ExitStack()
        # The fork server's among them: Ray kills this process, which can't remove them itself then.
        self._stack.enter_context(own_temporary_files())
        self._runs = Path(tempfile.mkdtemp())
        load(with_tensorflow=preload)
        from multiprocessing import forkserver

        forkserver.ensure_running()  # which loads TensorFlow, in the background
        self._timeout = timeout
        self._worker: WorkerProcess | None = None

    def node(self) -> Node:
        """Return where this is."""
        return Node(this_machine(), code_digest())

    def train(self, packed_task: PackedTask) -> list[SlotEvent]:
        """Have the worker train a task, and return the first that it says.

        Raises:
            OSError: where the files of the task cannot be written here.
            RunFailure: where no worker can be started.
        """
        task = replace(self._files.local(packed_task), folder=self._runs / packed_task.task.key)
        worker = self._worker
        if worker is None or worker.group != task.group or not worker.process.is_alive():
            if worker is not None:
                worker.stop(kill=False)
            worker = self._worker = start_worker(task.group, self._timeout)
        worker.give(task)
        return self.go_on(None)

    def go_on(self, stop: bool | None) -> list[SlotEvent]:
        """Return what the worker says next; nothing where that takes longer.

        Args:
            stop: the reply to a prunable task after an epoch: whether to end there.
        """
        worker = self._worker
        assert worker is not None
        assert worker.task is not None
        task = worker.task
        if stop is not None:
            worker.reply(stop=stop)
        events: list[SlotEvent] = []
        end = time.monotonic() + LONGEST_CALL
        # What is there already goes with the first; a prunable task waits for its reply.
        while (left := 0.0 if events else end - time.monotonic()) >= 0:
            event = self._next(worker, left)
            if event is None:
                if events:
                    break
                continue
            events.append(SlotEvent(event))
            if isinstance(event, EpochEnded):
                if task.prunable:
                    break
            elif not isinstance(event, Placed):
                if isinstance(event, Finished):
                    events[-1] = SlotEvent(event, packed(task.folder))
                shutil.rmtree(task.folder, ignore_errors=True)
                break
        return events

    def close(self) -> None:
        """End the worker, whatever it is doing, and leave nothing on the node."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop(kill=True)
        self._stack.close()
        self._files.close()

    def _next(self, worker: WorkerProcess, longest: float) -> Event | None:
        begun = time.monotonic()
        if wait([worker.events], longest):
            worker.silent = 0.0
            event = worker.receive()
        else:
            worker.silent += time.monotonic() - begun
            event = worker.missed(self._timeout)
        if isinstance(event, Lost):
            self._worker = None
        return event

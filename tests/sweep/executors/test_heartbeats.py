"""A worker that gives no sign is killed after a while; one that is merely slow is not."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rnnbench.config.expand import load
from rnnbench.config.schema import ExecutorConfig
from rnnbench.errors import ConfigError
from rnnbench.interrupt import Interruption
from rnnbench.sweep.executors import processes
from rnnbench.sweep.executors.events import Event, Finished, Lost
from rnnbench.sweep.executors.local import LocalExecutor
from rnnbench.sweep.executors.worker import Message, beat
from rnnbench.sweep.executors.worker_process import WorkerProcess
from rnnbench.training.history import Outcome

PULSE = 0.05


def compute() -> None:
    while True:
        sum(range(1000))


def wait_for_ever() -> None:
    threading.Event().wait()


def hang_with_the_lock_of_python() -> None:
    ctypes.PyDLL(None).sleep(600)


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def live(events: Connection, what: Callable[[], None]) -> None:
    threading.Thread(target=beat, args=(events.send, PULSE), daemon=True).start()
    events.send("begun")
    what()


@pytest.fixture
def start() -> Iterator[Callable[[Callable[[], None]], tuple[Connection, Any]]]:
    """Start a process that does something and gives heartbeats meanwhile."""
    context = multiprocessing.get_context("spawn")
    started = []

    def start(what: Callable[[], None]) -> tuple[Connection, Any]:
        reader, writer = context.Pipe(duplex=False)
        process = context.Process(target=live, args=(writer, what), daemon=True)
        process.start()
        writer.close()
        started.append(process)
        return reader, process

    yield start
    for process in started:
        process.kill()
        process.join()


def wait_for_its_begin(events: Connection) -> None:
    while True:
        assert events.poll(60)
        if events.recv() == "begun":
            return


def test_a_process_that_computes_gives_signs(start: Any) -> None:
    events, _ = start(compute)
    wait_for_its_begin(events)
    for _ in range(3):
        assert events.poll(60)
        assert events.recv() is None


@pytest.mark.parametrize("what", [wait_for_ever, hang_with_the_lock_of_python, stop])
def test_a_process_that_hangs_or_is_stopped_gives_none(start: Any, what: Any) -> None:
    events, _ = start(what)
    wait_for_its_begin(events)
    time.sleep(5 * PULSE)
    while events.poll():  # of the time before
        events.recv()
    assert not events.poll(15 * PULSE)


def test_a_worker_that_is_stopped_when_all_is_done_does_not_keep_the_driver(
    start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_LAST_SECONDS", 0.2)
    events, process = start(stop)
    wait_for_its_begin(events)
    tasks, lifeline = (multiprocessing.Pipe(duplex=False)[1] for _ in range(2))
    WorkerProcess(process, tasks, events, lifeline, "some-group").stop(kill=False)
    assert process.exitcode == -signal.SIGKILL


class Process:
    """Stands in for a process; what it says is sent by the test."""

    killed = False

    def kill(self) -> None:
        self.killed = True

    def join(self, timeout: float | None = None) -> None:
        pass

    def is_alive(self) -> bool:
        return not self.killed


@pytest.fixture
def busy() -> Iterator[tuple[LocalExecutor, Connection, Process]]:
    """An executor whose worker is at work and has one second for a sign, and the worker's voice."""
    config = ExecutorConfig(name="local", workers=1, threads=1, timeout=1)
    pipes = [multiprocessing.Pipe(duplex=False) for _ in range(3)]
    process: Any = Process()
    task: Any = SimpleNamespace(key="some-run")
    worker = WorkerProcess(process, pipes[0][1], pipes[1][0], pipes[2][1], "some-group", task)
    with closing(LocalExecutor(config)) as executor:
        executor._workers.append(worker)
        yield executor, pipes[1][1], process


def next_event(executor: LocalExecutor) -> Event:
    with Interruption() as interruption:
        while True:
            for event in executor._next_events(interruption):
                return event


def say(voice: Connection, *messages: Message, every: float) -> None:
    def speak() -> None:
        for message in messages:
            time.sleep(every)
            voice.send(message)

    threading.Thread(target=speak, daemon=True).start()


ALIVE, FINISHED = None, Finished("some-run", Outcome((), {}, "", ""))


def test_a_silent_worker_is_killed_and_its_run_may_be_tried_again(busy: Any) -> None:
    executor, voice, process = busy
    say(voice, ALIVE, every=0.3)
    begun = time.monotonic()
    assert next_event(executor) == Lost("some-run", "silent", "1")
    assert 1.2 <= time.monotonic() - begun < 10
    assert process.killed


def test_a_slow_worker_that_gives_signs_is_left_alone(busy: Any) -> None:
    executor, voice, _ = busy
    say(voice, *[ALIVE] * 5, FINISHED, every=0.25)
    assert next_event(executor) == FINISHED


def test_time_that_the_driver_spends_elsewhere_is_not_held_against_a_worker(busy: Any) -> None:
    """A store that does not answer for minutes, while nobody listens to the worker."""
    executor, voice, _ = busy
    with Interruption() as interruption:
        say(voice, ALIVE, every=0.1)
        assert list(executor._next_events(interruption)) == []
        time.sleep(1.2)
        say(voice, FINISHED, every=0.2)
        assert next_event(executor) == FINISHED


def test_a_time_limit_is_a_positive_number_of_seconds_or_null(work_dir: Path) -> None:
    assert load(["executor.timeout=null"], cell=False).executor.timeout is None
    for wrong in ("0", "-1", "nan", "inf", "soon"):
        with pytest.raises(ConfigError, match=r"executor\.timeout"):
            load([f"executor.timeout={wrong}"], cell=False)

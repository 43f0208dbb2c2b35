"""A worker that gives no sign is killed after a while; one that is merely slow is not."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from rnnbench.config.schema import ExecutorConfig
from rnnbench.executors import local
from rnnbench.executors.events import DIED, Event, Failed, Filled, Finished, Started
from rnnbench.executors.local import LocalExecutor
from rnnbench.executors.worker import beat
from rnnbench.interrupt import Interruption

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
    what()


@pytest.fixture
def start() -> Iterator[Callable[[Callable[[], None]], Connection]]:
    """Start a process that does something and gives signs of life meanwhile."""
    context = multiprocessing.get_context("spawn")
    started = []

    def start(what: Callable[[], None]) -> Connection:
        reader, writer = context.Pipe(duplex=False)
        process = context.Process(target=live, args=(writer, what), daemon=True)
        process.start()
        writer.close()
        started.append(process)
        return reader

    yield start
    for process in started:
        process.kill()
        process.join()


def test_a_process_that_computes_gives_signs(start: Any) -> None:
    events = start(compute)
    for _ in range(3):
        assert events.poll(60)
        assert events.recv() == ("alive", None)


@pytest.mark.parametrize("what", [wait_for_ever, hang_with_the_lock_of_python, stop])
def test_a_process_that_hangs_or_is_stopped_gives_none(start: Any, what: Any) -> None:
    events = start(what)
    time.sleep(3)
    while events.poll():  # of the time in which it started
        events.recv()
    assert not events.poll(20 * PULSE)


class Stub:
    """Stands in for a task; ``kind`` says what the worker does with it."""

    group = "some-group"

    def __init__(self, kind: str) -> None:
        self.key = self.kind = kind


def work(tasks: Connection, events: Connection, lifeline: Connection, pulse: float) -> None:
    """A worker without TensorFlow."""
    while (task := tasks.recv()) is not None:
        if task.kind == "stopped":
            stop()
        elif task.kind == "slow":
            for _ in range(8):
                time.sleep(pulse)
                events.send(("alive", None))
        events.send(("finished", None))
        if task.kind == "stopped at its end":
            stop()


class Tasks:
    def __init__(self, *kinds: str) -> None:
        self._left = list(kinds)

    def take(self, *_: object) -> Any:
        return Stub(self._left.pop(0)) if self._left else None


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Event]]:
    monkeypatch.setattr(local, "serve", work)
    monkeypatch.setattr(local, "_LAST_SECONDS", 1.0)

    def run(*kinds: str, timeout: float | None) -> list[Event]:
        config = ExecutorConfig(name="local", workers=1, threads=1, timeout=timeout)
        with LocalExecutor(config) as executor, Interruption() as interruption:
            executor._context = multiprocessing.get_context("spawn")
            source: Any = Tasks(*kinds)
            events = [e for e in executor.run(source, interruption) if not isinstance(e, Filled)]
        assert multiprocessing.active_children() == []
        return events

    return run


def test_a_stopped_worker_costs_its_run_and_the_next_run_is_trained(run: Any) -> None:
    told = f"{DIED} gave no sign for 2 s (executor.timeout) and was killed"
    assert run("stopped", "quick", timeout=2) == [
        Started("stopped"),
        Failed("stopped", told, killed=True),
        Started("quick"),
        Finished("quick", None),
    ]


def test_a_slow_worker_that_gives_signs_is_left_alone(run: Any) -> None:
    """Started in a process of its own, which takes seconds, it gives signs for longer than that."""
    assert run("slow", timeout=6) == [Started("slow"), Finished("slow", None)]


def test_a_worker_that_is_stopped_when_all_is_done_does_not_keep_the_driver(run: Any) -> None:
    events = run("stopped at its end", timeout=None)
    assert events[-1] == Finished("stopped at its end", None)


def test_time_that_the_driver_spends_elsewhere_is_not_held_against_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A store that does not answer for minutes, while the worker's signs are not read."""
    monkeypatch.setattr(local, "serve", work)
    config = ExecutorConfig(name="local", workers=1, threads=1, timeout=6)
    with LocalExecutor(config) as executor, Interruption() as interruption:
        executor._context = multiprocessing.get_context("spawn")
        source: Any = Tasks("slow")
        seen = []
        for event in executor.run(source, interruption):
            seen.append(event)
            if isinstance(event, Filled) and len(seen) == 2:
                time.sleep(7)
        assert Finished("slow", None) in seen


def test_a_time_limit_is_a_positive_number_of_seconds_or_null(run: Any, work_dir: Path) -> None:
    from rnnbench.config.expand import load
    from rnnbench.errors import ConfigError

    assert load(["executor.timeout=null"], cell=False).executor.timeout is None
    for wrong in ("0", "-1", "nan", "inf", "soon"):
        with pytest.raises(ConfigError, match=r"executor\.timeout"):
            load([f"executor.timeout={wrong}"], cell=False)

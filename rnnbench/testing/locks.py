"""What every implementation of ``rnnbench.system.locks.Locks`` promises, as tests.

A class of tests that inherits :class:`LocksConformance` has a fixture ``locks`` with locks that
nobody holds, and says with a method ``traces`` what they leave behind.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from rnnbench.system.locks import Lock, Locks, Timeout

_NAMES = ["f00d", "sweep-1-f00d", "../up", "a/b", "/", "", ".", "ü 語\n", "\ud800", "x" * 5000]
_PATIENCE = 120  # seconds, where nothing should take as long

Part = Callable[..., None]
Start = Callable[..., tuple[BaseProcess, Connection]]


def _hold(locks: Locks, name: str, pipe: Connection) -> None:
    """Hold a name until told to let go."""
    with locks.acquire(name):
        pipe.send("held")
        pipe.recv()
    pipe.send("free")
    pipe.recv()


def _hold_and_fork(locks: Locks, name: str, pipe: Connection) -> None:
    """Hold a name and have a child that lives on, which lets go of what it takes for its own."""
    with locks.acquire(name):
        child = os.fork()
        if child == 0:
            pipe.send(os.getpid())
            time.sleep(2 * _PATIENCE)
            os._exit(0)
        pipe.recv()


def _hold_while_a_child_lets_go(locks: Locks, name: str, pipe: Connection) -> None:
    lock = locks.acquire(name)
    child = os.fork()
    if child == 0:
        is_held = lock.is_held()
        lock.release()
        os._exit(is_held)
    pipe.send(("held by the child", os.waitpid(child, 0)[1] != 0))
    pipe.recv()


def _count(locks: Locks, name: str, pipe: Connection) -> None:
    """Count up in a file, which goes wrong as soon as two are at it; die with the lock held."""
    counter, rounds = pipe.recv()
    for number in range(rounds):
        while True:
            try:
                lock = locks.acquire(name, random.choice([0, 0.01, None]))
                break
            except Timeout:
                pass
        value = int(counter.read_text())
        time.sleep(random.choice([0, 0.001]))
        counter.write_text(str(value + 1))
        if number + 1 < rounds:
            lock.release()
    os.kill(os.getpid(), signal.SIGKILL)


def _ask(locks: Locks, name: str, pipe: Connection) -> None:
    """Ask all the time who holds a name."""
    pipe.send("asking")
    while not pipe.poll():
        for _ in range(100):
            locks.held(name)


class LocksConformance:
    """Tests of the promises in ``rnnbench.system.locks``, which count them."""

    attempts = 1000  # at a free name while others ask who holds it
    rounds = 25  # of each of four processes that take turns

    @pytest.fixture
    def locks(self) -> Locks:
        """Return locks of which none is held."""
        raise NotImplementedError

    def traces(self, locks: Locks) -> list[str]:
        """Return whatever locks have left behind."""
        raise NotImplementedError

    def see_death(self, locks: Locks, name: str) -> None:
        """Wait until it shows that the holder of a name is dead; most locks show it at once."""

    @pytest.fixture
    def start(self, locks: Locks) -> Iterator[Start]:
        """Start processes that have the locks by pickling, and kill them in the end."""
        context = multiprocessing.get_context("spawn")
        processes = []

        def started(part: Part, name: str = "name") -> tuple[BaseProcess, Connection]:
            here, there = context.Pipe()
            process = context.Process(target=part, args=(locks, name, there), daemon=True)
            process.start()
            there.close()
            processes.append(process)
            return process, here

        yield started
        for process in processes:
            process.kill()
            process.join()

    def test_many_processes_hold_a_name_one_after_another(
        self, locks: Locks, start: Start, tmp_path: Path
    ) -> None:
        counter, rounds = tmp_path / "counter", self.rounds
        counter.write_text("0")
        started = [start(_count) for _ in range(4)]
        for _, pipe in started:
            pipe.send((counter, rounds))
        for process, _ in started:
            process.join(_PATIENCE)
            assert process.exitcode == -signal.SIGKILL
        assert counter.read_text() == str(4 * rounds)
        self.see_death(locks, "name")
        assert not locks.held("name")
        locks.acquire("name", timeout=0).release()
        assert self.traces(locks) == []

    def test_another_process_is_seen_and_waited_for_no_longer_than_asked(
        self, locks: Locks, start: Start
    ) -> None:
        _, pipe = start(_hold)
        pipe.recv()
        assert locks.held("name")
        assert not locks.held("another name")
        for timeout in (0, 0.2):
            began = time.monotonic()
            with pytest.raises(Timeout):
                locks.acquire("name", timeout)
            assert timeout <= time.monotonic() - began < timeout + 5
        pipe.send("let go")
        locks.acquire("name", timeout=_PATIENCE).release()
        assert pipe.recv() == "free"
        assert self.traces(locks) == []

    def test_a_killed_holder_frees_its_name(self, locks: Locks, start: Start) -> None:
        holder, pipe = start(_hold)
        pipe.recv()
        waiting = threading.Timer(0.2, holder.kill)
        waiting.start()
        with locks.acquire("name", timeout=_PATIENCE):
            holder.join(_PATIENCE)
            assert holder.exitcode is not None
        assert not locks.held("name")
        assert self.traces(locks) == []

    def test_asking_creates_nothing(self, locks: Locks) -> None:
        assert not locks.held("name")
        assert self.traces(locks) == []

    def test_asking_makes_nobody_fail_to_acquire(self, locks: Locks, start: Start) -> None:
        for _ in range(2):
            start(_ask)[1].recv()
        for _ in range(self.attempts):
            locks.acquire("name", timeout=0).release()
        assert self.traces(locks) == []

    def test_a_holder_excludes_itself(self, locks: Locks) -> None:
        with locks.acquire("name"), locks.acquire("another name"):
            assert locks.held("name")
            for same in (locks, pickle.loads(pickle.dumps(locks))):  # noqa: S301
                with pytest.raises(Timeout):
                    same.acquire("name", timeout=0)
        assert not locks.held("name")
        assert self.traces(locks) == []

    def test_threads_exclude_each_other(self, locks: Locks) -> None:
        inside, most = [0], [0]

        def take(rounds: int) -> None:
            for _ in range(rounds):
                with locks.acquire("name", timeout=_PATIENCE):
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                    time.sleep(0.0005)
                    inside[0] -= 1

        threads = [threading.Thread(target=take, args=(5,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert most == [1]

    def test_any_thread_releases_and_a_second_time_does_nothing(self, locks: Locks) -> None:
        first = locks.acquire("name")
        other = threading.Thread(target=first.release)
        other.start()
        other.join()
        second: Lock = locks.acquire("name", timeout=0)
        first.release()
        assert locks.held("name")
        second.release()
        assert self.traces(locks) == []

    def test_a_lock_says_whether_it_is_held(self, locks: Locks) -> None:
        first = locks.acquire("name")
        assert first.is_held()
        first.release()
        assert not first.is_held()
        with locks.acquire("name", timeout=0) as second:
            assert not first.is_held()
            assert second is not first
        assert self.traces(locks) == []

    def test_an_error_inside_releases(self, locks: Locks) -> None:
        with pytest.raises(ZeroDivisionError), locks.acquire("name"):
            raise ZeroDivisionError
        assert not locks.held("name")

    def test_a_forked_child_does_not_keep_the_lock_of_its_dead_parent(
        self, locks: Locks, start: Start
    ) -> None:
        holder, pipe = start(_hold_and_fork)
        child = pipe.recv()
        try:
            assert locks.held("name")
            holder.kill()
            locks.acquire("name", timeout=_PATIENCE).release()
            os.kill(child, 0)  # it lives
        finally:
            os.kill(child, signal.SIGKILL)

    def test_a_forked_child_cannot_release(self, locks: Locks, start: Start) -> None:
        _, pipe = start(_hold_while_a_child_lets_go)
        assert pipe.recv() == ("held by the child", False)
        assert locks.held("name")
        with pytest.raises(Timeout):
            locks.acquire("name", timeout=0)

    @pytest.mark.parametrize("name", _NAMES, ids=ascii)
    def test_any_text_is_a_name(self, locks: Locks, name: str) -> None:
        with locks.acquire(name):
            assert [each for each in _NAMES if locks.held(each)] == [name]
        assert self.traces(locks) == []

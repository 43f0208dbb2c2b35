"""A fork server that is stopped keeps nobody waiting for ever."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from typing import Any

import pytest

from rnnbench.errors import RunFailure
from rnnbench.sweep.executors import processes


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The process id of a fork server of the test's own, which loads nothing."""
    own: Any = forkserver.ForkServer()
    monkeypatch.setattr(forkserver, "_forkserver", own)
    for name in ("ensure_running", "connect_to_new_process"):
        monkeypatch.setattr(forkserver, name, getattr(own, name))
    own.ensure_running()
    yield own._forkserver_pid
    os.close(own._forkserver_alive_fd)
    os.kill(own._forkserver_pid, signal.SIGKILL)
    os.waitpid(own._forkserver_pid, 0)


def sleeper() -> Any:
    context = multiprocessing.get_context("forkserver")
    return context.Process(target=time.sleep, args=(600,), daemon=True)


def test_a_server_that_is_stopped_is_killed_when_a_process_is_to_start(server: int) -> None:
    os.kill(server, signal.SIGSTOP)
    with pytest.raises(RunFailure, match=r"no sign for 1 s \(executor\.timeout\) and was killed"):
        processes.start(sleeper(), 1)


def test_a_server_that_has_died_is_told_from_one_that_is_stopped(
    server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_: object) -> None:
        raise EOFError

    process = sleeper()
    monkeypatch.setattr(type(process), "start", dies)
    with pytest.raises(RunFailure, match="was killed or could not load it"):
        processes.start(process, 60)


@pytest.mark.parametrize("kill", [True, False])
def test_a_process_is_ended_although_its_server_is_stopped(
    server: int, monkeypatch: pytest.MonkeyPatch, *, kill: bool
) -> None:
    monkeypatch.setattr(processes, "_LAST_SECONDS", 0.2)
    process = sleeper()
    processes.start(process, 60)
    os.kill(server, signal.SIGSTOP)
    processes.end(process, kill=kill)
    assert not process.is_alive()

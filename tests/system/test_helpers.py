"""Jobs done by several processes: each once, results and errors as they were, nothing left."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from functools import partial

import pytest

from rnnbench.errors import RunFailure
from rnnbench.system import helpers as module
from rnnbench.system.helpers import helpers, run_here


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def fail(error: Exception) -> None:
    raise error


def die() -> None:
    os.killpg(0, signal.SIGKILL)


def load_nothing() -> None:
    pass


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 2)


def jobs() -> list[Callable[[], tuple[int, int]]]:
    return [partial(square, number) for number in range(5)]


def test_one_process_does_all_where_there_is_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 1)
    with helpers(load_nothing) as run:
        assert run is run_here
        assert list(run(jobs())) == [(n, (n * n, os.getpid())) for n in range(5)]


@pytest.mark.usefixtures("several")
def test_results_come_from_elsewhere_as_often_as_jobs_are_given_and_no_process_stays() -> None:
    with helpers(load_nothing) as run:
        for _ in range(2):
            found = dict(run(jobs()))
            assert {number: result for number, (result, _) in found.items()} == {
                number: number**2 for number in range(5)
            }
            assert os.getpid() not in {process for _, process in found.values()}
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("a bug")])
def test_an_error_comes_back_as_it_was(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error.args[-1])), helpers(load_nothing) as run:
        list(run([*jobs(), partial(fail, error)]))
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("several")
def test_death_of_the_process_that_helps_is_told() -> None:
    with pytest.raises(RunFailure, match="was killed, perhaps"), helpers(load_nothing) as run:
        list(run([die]))

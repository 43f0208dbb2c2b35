"""Waiting for runs that other processes train: for the first that comes back, not for all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from rnnbench.interrupt import Interruption
from rnnbench.sweep import queue as queues
from rnnbench.sweep.ownership import Claim
from rnnbench.sweep.queue import RunQueue


class Ownership:
    """Everything is trained elsewhere, until the test says otherwise."""

    def __init__(self) -> None:
        self.elsewhere = {"a", "b"}
        self.owners: dict[str, str] = {}

    def claim(self, spec: Any) -> Claim:
        return Claim.ELSEWHERE if spec.key in self.elsewhere else Claim.DONE

    def is_elsewhere(self, spec: Any) -> bool:
        return spec.key in self.elsewhere

    def owner(self, spec: Any) -> str | None:
        return self.owners.get(spec.key)


class Progress:
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def ended(self, spec: Any, text: str) -> None:
        self.said.append(f"{spec.name}: {text}")


def spec(key: str) -> Any:
    return SimpleNamespace(
        key=key, name=f"run {key}", group="some-group", work=1.0, arm_key="an arm"
    )


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> tuple[Ownership, Progress, RunQueue]:
    """A queue whose two runs are both trained elsewhere, where ``b`` ends after a while."""
    ownership, progress = Ownership(), Progress()
    queue = RunQueue(ownership, progress, [spec("a"), spec("b")])  # type: ignore[arg-type]
    assert queue.take([], set()) is None
    monkeypatch.setattr(queues.time, "sleep", lambda _: ownership.elsewhere.discard("b"))
    return ownership, progress, queue


def test_a_run_that_comes_back_does_not_wait_for_one_that_never_does(waiting: Any) -> None:
    _, progress, queue = waiting
    with Interruption() as interruption:
        assert queue.wait_for_others(interruption)
    assert queue.take([], set()) is None
    assert progress.said[-1] == "run b: is finished already"


def test_who_trains_a_run_elsewhere_is_told_once_and_what_to_do_if_it_is_dead(
    waiting: Any,
) -> None:
    ownership, progress, queue = waiting
    ownership.owners["a"] = "machine:/runs"
    with Interruption() as interruption:
        assert queue.wait_for_others(interruption)
        ownership.elsewhere.clear()
        queue.take([], set())
        assert queue.wait_for_others(interruption)
    (told,) = (line for line in progress.said if "run a: waiting" in line)
    assert "machine:/runs" in told
    assert "delete it in MLflow's user interface" in told

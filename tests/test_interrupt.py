"""Ctrl-C is held back until nothing is half-done."""

from __future__ import annotations

import os
import signal

import pytest

from rnnbench.interrupt import Interruption


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_waits_until_the_end_of_the_block(number: signal.Signals) -> None:
    steps = []
    with pytest.raises(KeyboardInterrupt), Interruption():  # noqa: PT012
        os.kill(os.getpid(), number)
        steps.append("finished")
    assert steps == ["finished"]


def test_is_raised_where_it_is_checked_for() -> None:
    with pytest.raises(KeyboardInterrupt), Interruption() as interruption:  # noqa: PT012
        interruption.check()
        assert not interruption.woken.poll()
        os.kill(os.getpid(), signal.SIGINT)
        assert interruption.woken.poll(1)
        interruption.check()
        pytest.fail("the check let it pass")


def test_a_second_one_is_not_held_back() -> None:
    with pytest.raises(KeyboardInterrupt), Interruption():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("the second one was held back")


def test_another_error_is_not_replaced() -> None:
    with pytest.raises(ValueError, match="first"), Interruption():  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        raise ValueError("first")


def test_leaves_the_handlers_as_they_were() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interruption():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before

"""Ctrl-C is held back until nothing is half-done."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from rnnbench.interrupt import Interruption
from rnnbench.testing.waiting import wait_for


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
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


# A command that is at work until it is told to end, and then still has something to say.
_AT_WORK = """
import sys, time
from pathlib import Path
import rnnbench.cli
def work(_):
    try:
        Path("ready").touch()
        time.sleep(60)
    finally:
        print("written to the end", flush=True)
        print("and here", file=sys.stderr, flush=True)
        Path("ended").touch()
rnnbench.cli._dispatch = work
sys.exit(rnnbench.cli.run([]))
"""


def at_work(folder: Path, **options: Any) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", _AT_WORK], cwd=folder, **options)
    wait_for(lambda: (folder / "ready").exists() or process.poll() is not None, poll=0.02)
    assert process.poll() is None
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_ends_alike_whoever_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    process = at_work(tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b"written to the end\n"
    assert b"interrupted" in err


def test_a_command_ends_cleanly_when_its_terminal_is_gone(tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    process = at_work(
        tmp_path,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(end)
    os.close(terminal)
    assert process.wait(timeout=60) == 130
    assert (tmp_path / "ended").exists()


def test_a_command_under_nohup_does_not_end_with_its_terminal(tmp_path: Path) -> None:
    process = at_work(
        tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert not (tmp_path / "ended").exists()
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 130

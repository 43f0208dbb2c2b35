"""Output and input as shells connect them: full, closed, of another encoding; a folder gone."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from rnnbench.cli.console import stderr, stdout
from tests.conftest import Run

PROGRAM = f"'{sys.executable}' -m rnnbench"


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no /dev/full")
def test_a_full_disk_under_the_output_is_one_message() -> None:
    answer = shell(f"{PROGRAM} help seed > /dev/full")
    assert answer.returncode == 2
    assert answer.stderr.startswith("error: output: expected room to write, received No space")
    assert answer.stderr.count("\n") == 1


def test_closed_output_is_no_error() -> None:
    answer = shell(f"{PROGRAM} help seed >&-")
    assert (answer.returncode, answer.stderr) == (0, "")


def test_what_an_encoding_lacks_is_shown_as_python_writes_it() -> None:
    answer = shell(f"{PROGRAM} plan +cell=gru", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert answer.returncode == 0, answer.stderr
    assert r"\u2500" in answer.stdout


def test_words_between_colons_are_no_emoji(capfd: pytest.CaptureFixture[str]) -> None:
    for console in (stdout(), stderr()):
        console.print("home=/tmp/:cat:/runs", markup=False)
    assert all("/:cat:/" in text for text in capfd.readouterr())


@pytest.mark.parametrize("words", ["runs", "plan +cell=gru", "train +cell=gru --cfg job"])
def test_a_folder_that_is_gone_is_refused(run: Run, work_dir: Path, words: str) -> None:
    folder = work_dir / "gone"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    try:
        answer = run(*words.split())
    finally:
        os.chdir(work_dir)
    assert answer.status == 2
    assert answer.err.startswith("error: working directory: expected a folder, received one that")
    assert run("help", "seed").status == 0


def test_a_message_on_a_terminal_breaks_between_words(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    words = [sys.executable, "-m", "rnnbench", "help", "model.unitz"]
    ended = subprocess.run(words, cwd=tmp_path, stdin=theirs, stderr=theirs, check=False)
    lines = os.read(ours, 4096).decode().splitlines()
    assert ended.returncode == 2
    assert len(lines) > 2
    assert all(len(line) <= 40 for line in lines)
    assert "did you mean model.units?" in " ".join(lines)

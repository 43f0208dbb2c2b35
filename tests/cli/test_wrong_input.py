"""Wrong input ends with status 2, one message that names the key, and nothing left behind.

The rows are in ``tests/wrong_inputs``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.tracking.store import Store
from tests.conftest import Answer, Run
from tests.made_once import copy_database
from tests.wrong_inputs import ROWS
from tests.wrong_inputs.row import Row
from tests.wrong_inputs.summary import LEFT, NOT_ENDED, OUTCOME, REFUSED, TRACEBACK

SECONDS = 60
MESSAGES = ("error: ", "preparing data=")


class Late(BaseException):
    """Raised in the middle of a command that takes too long."""


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    def late(*_: object) -> None:
        raise Late

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a store without runs."""
    home = tmp_path_factory.mktemp("empty") / "runs"
    Store.open(load([f"home={home}"], cell=False))
    return home / "mlflow.db"


@pytest.fixture
def folders(
    work_dir: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> list[Path]:
    """Where a command could leave something: here, at home, and where temporary files go."""
    home, temporary = (tmp_path_factory.mktemp(name) for name in ("home", "temporary"))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return [work_dir, home, temporary]


def contents(folders: list[Path]) -> dict[str, int]:
    """Sizes by path of everything in some folders; readers of SQLite leave an index beside it."""
    return {
        str(path): path.stat().st_size if path.is_file() else -1
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix not in (".db-shm", ".db-wal")
    }


def in_process(*argv: str) -> Answer:
    command = [sys.executable, "-m", "rnnbench", *argv]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    return Answer(done.returncode, done.stdout, done.stderr)


def answer_of(row: Row, cli: Run) -> Answer | str:
    """Return what a command answered, or why it didn't."""
    call: Callable[..., Answer] = in_process if row.process else cli
    try:
        with time_limit(SECONDS):
            return call(*row.argv)
    except (Late, subprocess.TimeoutExpired):
        return NOT_ENDED
    except Exception as error:
        error.add_note(f"raised by: {row.words}")
        return f"{TRACEBACK}: {error!r}"


def messages(answer: Answer) -> list[str]:
    return [line for line in answer.err.splitlines() if not line.startswith("preparing data=")]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_is_refused_in_one_message_and_leaves_nothing_behind(
    row: Row,
    cli: Run,
    folders: list[Path],
    empty_store: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    row.set_up(folders[0])
    if row.store:
        copy_database(empty_store, folders[0] / "runs" / "mlflow.db")
    for name, value in row.env.items():
        monkeypatch.setenv(name, value)
    before = contents(folders)
    answer = answer_of(row, cli)
    left = {path for path, size in contents(folders).items() if before.get(path) != size}
    outcome = [LEFT] if left else []
    if isinstance(answer, str):
        outcome.append(answer.partition(":")[0])
    elif "Traceback" in answer.err:
        outcome.append(TRACEBACK)
    elif answer.status == 2 and len(messages(answer)) == 1:
        outcome.append(REFUSED)
    record_property(OUTCOME, ", ".join(outcome))

    assert isinstance(answer, Answer), answer
    assert (answer.status, answer.out) == (2, ""), answer
    (told,) = messages(answer)
    assert told.startswith(f"error: {row.key}: expected ")
    for part in (", received ", "; ", *row.parts):
        assert part in told
    assert "s3cret" not in told
    assert not left


def test_the_catalogue_is_large_and_every_row_of_it_is_another() -> None:
    assert len(ROWS) >= 150
    assert len({(row.words, str(row.env), repr(row.files), row.store) for row in ROWS}) == len(ROWS)


# Root may write anywhere, so the child becomes nobody once everything is imported.
AS_NOBODY = """
import multiprocessing.forkserver, os, sys
import rnnbench.cli as cli, rnnbench.cli.train, rnnbench.sweep.steps
folder = sys.argv[1]
assert cli.run(["data", "data=digits", f"home={folder}/warm_up"]) == 0
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
assert cli.run(["data", "data=digits", f"home={folder}/open/runs"]) == 0
for home in ("closed", "closed/runs"):
    print("---", file=sys.stderr)
    assert cli.run(["train", "+cell=gru", "data=digits", f"home={folder}/{home}"]) == 2
    print("---", file=sys.stderr)
    assert cli.run(["data", "data=digits", f"home={folder}/{home}"]) == 2
"""


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs permissions of files as in POSIX")
def test_home_that_cannot_be_written() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        (folder / "open").mkdir()
        (folder / "closed").mkdir()
        folder.chmod(0o755)
        (folder / "open").chmod(0o777)
        (folder / "closed").chmod(0o555)
        child = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, name], cwd=name, capture_output=True, text=True
        )
        assert child.returncode == 0, child.stderr
        messages = child.stderr.split("---\n")[1:]
        assert len(messages) == 4
        for message in messages:
            assert message.startswith("error: home: expected a folder that can be written")
            assert f"{folder}/closed" in message
            assert "Permission denied" in message
            assert message.count("\n") == 1
        assert list((folder / "closed").iterdir()) == []


def test_a_port_that_another_server_has_is_refused(cli: Run, work_dir: Path) -> None:
    Store.open(load([], cell=False))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = cli("ui", "--port", str(port))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("error: --port: expected a port that is free")
    assert "--port 5001" in answer.err

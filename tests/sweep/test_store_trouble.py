"""Stores that fill up, are locked, disappear or cannot be reached while a sweep is under way."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import psutil
import pytest

from rnnbench.config.expand import load
from rnnbench.testing.waiting import PATIENCE, wait_for
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from tests.sweep.processes import (
    SIMULATED,
    Command,
    Commands,
    check_finished_once,
    finished,
    free_address,
    running,
    start_server,
)

pytestmark = pytest.mark.slow

TINY = (
    "+cell=simple_rnn",
    "data=digits",
    "data.limit=200",
    "data.test_limit=50",
    "model.units=4",
    "training.epochs=20",
    "training.jit_compile=false",
    "executor.workers=2",
)
SWEEP = ("sweep", *TINY)
SEARCH = (*SWEEP, "search=random", "~search.space.model.units")
DATABASE = Path("runs", "mlflow.db")


@pytest.fixture
def commands(request: pytest.FixtureRequest, work_dir: Path) -> Iterator[Commands]:
    """Starts commands in the working directory; what trains is simulated but under stress."""
    trains = request.node.get_closest_marker("stress")
    started = Commands(work_dir, "rnnbench" if trains else SIMULATED)
    yield started
    started.kill()


def open_store(*words: str) -> Store:
    """The store that a command with these words uses."""
    return Store.open(load(words, cell=False))


def ended(store: Store) -> set[str]:
    """The ids of all finished runs and trials."""
    return set(finished(store)) | set(finished(store, "trial"))


def check_told_once(command: Command) -> None:
    """Check that a command ended with one message, or with a row for each run that failed."""
    status, said = command.status(), command.said
    assert "Traceback" not in said, said
    assert status in (1, 2), said
    if status == 2:
        assert len([line for line in said.splitlines() if line.startswith("error: ")]) == 1, said
    else:
        assert "Runs without a result" in said, said


def check_goes_on(commands: Commands, *words: str) -> Command:
    """Check that a command ends well."""
    command = commands.start(*words)
    assert command.status() == 0, command.said
    assert "Traceback" not in command.said
    return command


class TestFullDisk:
    """Limits on the size of a file stand in for a disk that is full; see below for a real one."""

    @pytest.mark.skipif(not psutil.LINUX, reason="limits of a running process are Linux's")
    @pytest.mark.stress
    @pytest.mark.parametrize("words", [SWEEP, (*SEARCH, "search.n_trials=4")])
    def test_in_the_middle_is_one_message_and_loses_no_finished_run(
        self, commands: Commands, words: tuple[str, ...]
    ) -> None:
        command = commands.start(*words, "seeds=6")
        kind: names.Kind = "trial" if words != SWEEP else "run"
        wait_for(lambda: DATABASE.is_file() and finished(open_store(), kind))
        limit = Path(f"{DATABASE}-wal").stat().st_size + 8192
        for process in command.family():
            process.rlimit(psutil.RLIMIT_FSIZE, (limit, limit))
        check_told_once(command)
        store = open_store()
        known = ended(store)
        check_goes_on(commands, *words, "seeds=6")
        assert ended(store) >= known
        check_finished_once(store, 6)
        check_finished_once(store, 4 if words != SWEEP else 0, "trial")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 40 MiB; skipped where none may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, left: int) -> Path:
    """Fill a disk up but for so many bytes; return the file to be deleted."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        file.write(bytes(shutil.disk_usage(disk).free - left))
    return ballast


@pytest.mark.stress
class TestRealFullDisk:
    @pytest.mark.parametrize(
        ("words", "more", "left"),
        [
            ((*SWEEP, "seeds=1"), "seeds=3", 0),
            ((*SWEEP, "seeds=1"), "seeds=3", 150_000),
            ((*SEARCH, "seeds=1", "search.n_trials=2"), "search.n_trials=4", 150_000),
        ],
        ids=["full", "almost full", "search"],
    )
    def test_is_told_and_made_up_for(
        self,
        commands: Commands,
        small_disk: Path,
        words: tuple[str, ...],
        more: str,
        left: int,
    ) -> None:
        home = f"home={small_disk / 'runs'}"
        check_goes_on(commands, *words, home)
        store = open_store(home)
        known = ended(store)
        ballast = fill(small_disk, left)
        check_told_once(commands.start(*words[:-1], more, home))
        assert ended(store) >= known
        known = ended(store)
        ballast.unlink()
        check_goes_on(commands, *words[:-1], more, home)
        assert ended(store) >= known
        if "search=random" in words:
            check_finished_once(store, 4, "trial")
        else:
            check_finished_once(store, 3)

    def test_before_anything_exists_is_told(self, commands: Commands, small_disk: Path) -> None:
        home = f"home={small_disk / 'runs'}"
        ballast = fill(small_disk, 100_000)
        check_told_once(commands.start(*SWEEP, home, "seeds=1"))
        ballast.unlink()
        check_goes_on(commands, *SWEEP, home, "seeds=1")
        check_finished_once(open_store(home), 1)


class TestLockedDatabase:
    @pytest.mark.parametrize(
        ("words", "name"),
        [
            (SWEEP, "mlflow.db"),
            pytest.param((*SEARCH, "search.n_trials=4"), "optuna.db", marks=pytest.mark.stress),
        ],
    )
    def test_is_waited_for(self, commands: Commands, words: tuple[str, ...], name: str) -> None:
        command = commands.start(*words, "seeds=4")
        kind: names.Kind = "trial" if words != SWEEP else "run"
        wait_for(lambda: DATABASE.is_file() and open_store().records(kind=kind))
        path = Path("runs", name)
        with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            time.sleep(12)
            assert command.is_running
            connection.execute("ROLLBACK")
        assert command.status() == 0, command.said
        assert "Traceback" not in command.said
        check_finished_once(open_store(), 4)


class TestMissingDatabase:
    @pytest.mark.stress
    def test_after_a_sweep_is_begun_anew(self, commands: Commands) -> None:
        check_goes_on(commands, *SWEEP, "seeds=2")
        DATABASE.unlink()
        check_goes_on(commands, *SWEEP, "seeds=2")
        check_finished_once(open_store(), 2)

    @pytest.mark.stress
    def test_after_a_killed_driver_takes_nothing_over_from_its_journal(
        self, commands: Commands
    ) -> None:
        command = commands.start(*SWEEP, "seeds=4")
        wait_for(lambda: DATABASE.is_file() and finished(open_store()))
        command.kill_all()
        assert Path(f"{DATABASE}-wal").stat().st_size > 0
        DATABASE.unlink()
        check_goes_on(commands, *SWEEP, "seeds=4")
        check_finished_once(open_store(), 4)
        with closing(sqlite3.connect(DATABASE)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.fixture
def address() -> str:
    """An address on which nothing listens."""
    return free_address()


@pytest.fixture
def serve(commands: Commands, address: str, work_dir: Path) -> Callable[[], Command]:
    """Start a tracking server on the address; its store is the same each time."""
    return partial(start_server, commands, address, f"sqlite:///{work_dir}/server.db", work_dir)


class TestTrackingServer:
    @pytest.mark.stress
    @pytest.mark.parametrize("seconds", [10, 60])
    def test_may_be_gone_for_a_while(
        self, commands: Commands, serve: Callable[[], Command], address: str, seconds: int
    ) -> None:
        server = serve()
        uri = f"tracking.uri={address}"
        command = commands.start(*SWEEP, uri, "seeds=6")
        store = open_store(uri)
        wait_for(lambda: finished(store))
        server.end()
        gone = time.monotonic()
        time.sleep(seconds)
        assert command.is_running, command.said
        serve()
        print(f"the server was gone for {time.monotonic() - gone:.0f} s")
        assert command.process.wait(timeout=2 * PATIENCE) == 0, command.said
        assert "Traceback" not in command.said
        check_finished_once(store, 6)
        assert running(store) == []

"""Locks on files, and scratch folders, which are locked too."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rnnbench.errors import StoreError
from rnnbench.system.file_locks import FileLocks
from rnnbench.system.locks import Locks, Timeout
from rnnbench.system.scratch import remove_abandoned, scratch_folder
from rnnbench.testing.locks import LocksConformance

_SCRATCH = """
import pathlib, sys
from rnnbench.system.scratch import scratch_folder
with scratch_folder(pathlib.Path(sys.argv[1]), "part-") as folder:
    (folder / "file").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""
# Dies with the lock held.
_DIE = """
import os, pathlib, sys
from rnnbench.system.file_locks import FileLocks
lock = FileLocks(pathlib.Path(sys.argv[1])).acquire(sys.argv[2])
os._exit(0)
"""


def start(code: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


class TestFileLocks(LocksConformance):
    @pytest.fixture
    def locks(self, tmp_path: Path) -> FileLocks:
        return FileLocks(tmp_path / "home" / "locks")

    def traces(self, locks: Locks) -> list[str]:
        assert isinstance(locks, FileLocks)
        return [path.name for path in locks.folder.rglob("*")]

    def test_files_of_the_dead_go_and_those_of_the_living_stay(self, locks: FileLocks) -> None:
        start(_DIE, locks.folder, "dead").communicate(timeout=60)
        assert self.traces(locks) == ["dead.lock"]
        with locks.acquire("living"):
            locks.remove_free()
            assert self.traces(locks) == ["living.lock"]
            assert locks.held("living")

    def test_a_holder_of_a_file_that_is_gone_is_no_holder(self, locks: FileLocks) -> None:
        first = locks.acquire("name")
        first.path.unlink()
        second = locks.acquire("name", timeout=0)
        first.release()
        with pytest.raises(Timeout):
            locks.acquire("name", timeout=0)
        second.release()
        assert self.traces(locks) == []

    def test_a_file_that_goes_before_it_is_locked_is_opened_again(
        self, locks: FileLocks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As its last holder removes it when it lets go."""
        flock = fcntl.flock

        def late(file: int, kind: int) -> None:
            monkeypatch.undo()
            locks.path("name").unlink()
            flock(file, kind)

        monkeypatch.setattr(fcntl, "flock", late)
        with locks.acquire("name"), pytest.raises(Timeout):
            locks.acquire("name", timeout=0)

    def test_whoever_asks_at_the_same_moment_holds_nothing(self, locks: FileLocks) -> None:
        lock = locks.acquire("name")
        file = os.open(lock.path, os.O_RDONLY)
        lock.close()
        fcntl.flock(file, fcntl.LOCK_SH)
        end = threading.Timer(0.02, os.close, (file,))
        end.start()
        assert not locks.held("name")
        locks.acquire("name", timeout=0).release()
        end.join()

    def test_a_file_system_without_locks_is_told(
        self, locks: FileLocks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(file: int, kind: int) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "flock", refuse)
        files = len(list(Path("/proc/self/fd").iterdir()))
        with pytest.raises(StoreError) as caught:
            locks.acquire("name")
        assert str(caught.value) == (
            "home: expected a folder on a file system with locks, received "
            f"{locks.folder / 'name.lock'} (No locks available); "
            "choose another with home=... or RNNBENCH_HOME"
        )
        assert self.traces(locks) == []
        with scratch_folder(locks.folder.parent, "part-") as folder:
            assert folder.is_dir()
        assert len(list(Path("/proc/self/fd").iterdir())) == files


def test_a_scratch_folder_goes_with_its_owner_or_with_the_next_one(tmp_path: Path) -> None:
    process = start(_SCRATCH, tmp_path)
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    unlike = tmp_path / "part"
    unlike.mkdir()
    remove_abandoned(tmp_path, "part-")
    assert (folder / "file").is_file(), "its owner is alive"
    process.kill()
    process.communicate()
    assert folder.is_dir()
    with scratch_folder(tmp_path, "part-") as other:
        assert sorted(tmp_path.iterdir()) == sorted([other, unlike])
    assert list(tmp_path.iterdir()) == [unlike]


def test_a_link_in_the_place_of_a_scratch_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("x")
    (tmp_path / "part-1").symlink_to(tmp_path / "mine")
    remove_abandoned(tmp_path, "part-")
    assert (tmp_path / "mine" / "file").is_file()


def test_sockets_lie_elsewhere_where_the_path_of_temporary_files_is_long(tmp_path: Path) -> None:
    """The path of a socket has about a hundred bytes."""
    place = tmp_path / ("long" * 30)
    place.mkdir()
    code = (
        "from multiprocessing import forkserver\n"
        "from rnnbench.system.scratch import own_temporary_files\n"
        "with own_temporary_files():\n"
        "    forkserver.ensure_running()\n"
    )
    environment = {**os.environ, "TMPDIR": str(place)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
    assert list(place.iterdir()) == []

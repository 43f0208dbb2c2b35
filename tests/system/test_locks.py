"""Locks between processes: one holder at a time, and no file when nobody holds any."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.system.locks import Lock, Timeout, remove_free
from rnnbench.system.scratch import remove_abandoned, scratch_folder

# Counts up in a file, which goes wrong as soon as two are at it; then dies with the lock held.
_COUNT = """
import os, pathlib, random, signal, sys, time
from rnnbench.system.locks import Lock, Timeout
name, counter, rounds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
for number in range(rounds):
    lock = Lock(name)
    while True:
        try:
            lock.acquire(timeout=random.choice([0, 0.01, 60]))
            break
        except Timeout:
            pass
    value = int(counter.read_text())
    if random.random() < 0.3:
        time.sleep(0.001)
    counter.write_text(str(value + 1))
    if number + 1 < rounds:
        lock.release()
os.kill(os.getpid(), signal.SIGKILL)
"""
_HOLD = """
import pathlib, sys
from rnnbench.system.locks import Lock
lock = Lock(pathlib.Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""
_SCRATCH = """
import pathlib, sys
from rnnbench.system.scratch import scratch_folder
with scratch_folder(pathlib.Path(sys.argv[1]), "part-") as folder:
    (folder / "file").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


def start(code: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock ``held``."""
    process = start(_HOLD, tmp_path / "held.lock")
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_many_processes_hold_it_one_after_another_though_its_file_goes_each_time(
    tmp_path: Path,
) -> None:
    name, counter = tmp_path / "locks" / "one.lock", tmp_path / "counter"
    counter.write_text("0")
    processes = [start(_COUNT, name, counter, 25) for _ in range(6)]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == -9
    assert counter.read_text() == str(6 * 25)
    assert [path.name for path in name.parent.iterdir()] == ["one.lock"]
    remove_free(name.parent)
    assert list(name.parent.iterdir()) == []


def test_it_is_refused_while_another_process_lives_and_given_when_it_is_dead(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    lock = Lock(tmp_path / "held.lock")
    assert lock.is_held
    start_ = time.monotonic()
    with pytest.raises(Timeout):
        lock.acquire(timeout=0.2)
    assert 0.2 <= time.monotonic() - start_ < 5
    remove_free(tmp_path)
    assert lock.path.exists()
    holder.kill()
    holder.wait()
    assert not lock.is_held
    with lock:
        assert lock.is_held
        assert Lock(lock.path).is_held
        lock.acquire()  # a second time does nothing
    assert not lock.path.exists()


def test_asking_whether_it_is_held_creates_nothing(tmp_path: Path) -> None:
    assert not Lock(tmp_path / "locks" / "none.lock").is_held
    assert list(tmp_path.iterdir()) == []


def test_a_holder_of_a_file_that_is_gone_is_no_holder(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "one.lock"), Lock(tmp_path / "one.lock")
    first.acquire()
    first.path.unlink()
    second.acquire(timeout=0)
    first.release()
    with pytest.raises(Timeout):
        Lock(tmp_path / "one.lock").acquire(timeout=0)
    second.release()
    assert list(tmp_path.iterdir()) == []


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

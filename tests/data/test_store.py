"""Folders of prepared arrays: whole or rebuilt, written by one process at a time."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import rnnbench
from rnnbench.data import prepare
from rnnbench.data.sets.keras_files import REVIEWS
from rnnbench.data.soundness import Found, inspect
from rnnbench.errors import DataError, StoreError


@pytest.fixture
def config(configure):
    return configure("reviews", limit=60, test_limit=30)


def leftovers(home: Path) -> list[str]:
    return [p.name for p in (home / "data").iterdir() if p.name.endswith(".tmp")]


def test_a_second_call_makes_nothing_anew(configure, tmp_path, monkeypatch):
    config = configure("reviews")
    first = prepare(config, tmp_path)
    monkeypatch.setattr(np, "load", None)
    start = time.process_time()
    assert prepare(config, tmp_path) == first
    assert time.process_time() - start < 0.05


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "x_train.npy").unlink(),
        lambda folder: os.truncate(folder / "x_test.npy", 500),
        lambda folder: (folder / "meta.json").write_text("{"),
        lambda folder: (folder / "meta.json").write_text("[]"),
        lambda folder: (folder / "meta.json").write_text("{}"),
        lambda folder: (folder / "meta.json").write_bytes(b"\xff\x00"),
        lambda folder: (folder / "meta.json").unlink(),
    ],
    ids=["missing", "short", "unparsable", "list", "empty", "binary", "no summary"],
)
def test_a_damaged_folder_is_rebuilt(config, tmp_path, damage):
    first = prepare(config, tmp_path)
    expected = [np.array(array) for array in first.arrays()]
    damage(first.folder)
    again = prepare(config, tmp_path)
    assert again == first
    for array, before in zip(again.arrays(), expected, strict=True):
        np.testing.assert_array_equal(array, before)
    assert leftovers(tmp_path) == []


def overwrite(path: Path, at: int, content: bytes) -> None:
    """Change a file without changing its size or times."""
    times = path.stat()
    with path.open("r+b") as file:
        file.seek(at, os.SEEK_END if at < 0 else os.SEEK_SET)
        file.write(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def flip_labels(folder: Path) -> None:
    labels = np.load(folder / "y_train.npy")
    overwrite(folder / "y_train.npy", -labels.nbytes, (1 - labels).tobytes())


def turn_columns_into_rows(folder: Path) -> None:
    content = (folder / "x_train.npy").read_bytes()
    place = content.index(b"False")
    overwrite(folder / "x_train.npy", place, b"True ")


def change_summary(folder: Path) -> None:
    text = (folder / "meta.json").read_text()
    place = text.index('"classes": 2')
    overwrite(folder / "meta.json", place, b'"classes": 3')


def open_header(folder: Path) -> None:
    path = folder / "y_test.npy"
    overwrite(path, path.read_bytes().index(b"}"), b"(")


@pytest.mark.parametrize(
    "damage",
    [
        flip_labels,
        turn_columns_into_rows,
        change_summary,
        lambda folder: overwrite(folder / "x_test.npy", -40, b"\0" * 40),
        lambda folder: overwrite(folder / "x_test.npy", 0, b"\0" * 40),
        lambda folder: overwrite(folder / "y_test.npy", 6, b"\x02"),
        open_header,
    ],
)
def test_what_has_changed_at_equal_size_is_told_and_rebuilt(config, tmp_path, damage):
    first = prepare(config, tmp_path)
    expected = [np.array(array) for array in first.arrays()]
    heard: list[str] = []
    damage(first.folder)
    again = prepare(config, tmp_path, on_progress=heard.append)
    assert again == first
    for array, before in zip(again.arrays(), expected, strict=True):
        np.testing.assert_array_equal(array, before)
    assert len(heard) == 2
    assert heard[0].startswith(f"{first.folder} is damaged (")
    heard.clear()
    assert prepare(config, tmp_path, on_progress=heard.append) == first
    assert heard == []


def test_a_folder_of_an_earlier_version_is_still_good(config, tmp_path):
    first = prepare(config, tmp_path)
    summary = json.loads((first.folder / "meta.json").read_text())
    del summary["checksum"]
    (first.folder / "meta.json").write_text(json.dumps(summary))
    heard: list[str] = []
    assert prepare(config, tmp_path, on_progress=heard.append) == first
    assert heard == []


def test_a_changed_vocabulary_is_rebuilt(configure, tmp_path, write_texts):
    config = configure("text_dir", path=str(write_texts()), num_words=20, maxlen=5)
    first = prepare(config, tmp_path / "home")
    words = first.vocabulary()
    path = first.folder / "vocabulary.json"
    overwrite(path, path.read_bytes().index(b'"film"'), b'"milf"')
    assert first.vocabulary() != words
    assert prepare(config, tmp_path / "home").vocabulary() == words


def test_damage_that_cannot_be_put_right_is_told_in_one_message(
    configure, tmp_path, members, write_npz, monkeypatch
):
    path = write_npz(members["imdb"](), "keras/datasets/imdb.npz")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr("rnnbench.data.sets.imdb.REVIEWS", REVIEWS._replace(digest=digest))
    config = configure("imdb", maxlen=5, num_words=100)
    first = prepare(config, tmp_path / "home")
    path.unlink()
    assert prepare(config, tmp_path / "home").digest == first.digest
    flip_labels(first.folder)
    monkeypatch.setattr(
        "subprocess.run", lambda *_, **__: SimpleNamespace(returncode=1, stdout=b"")
    )
    with pytest.raises(DataError, match=r"^data\.path: .*download.*is damaged") as caught:
        prepare(config, tmp_path / "home")
    assert str(first.folder) in str(caught.value)


def test_a_file_in_the_place_of_the_folder_is_replaced(config, tmp_path):
    folder = prepare(config, tmp_path / "a").folder
    other = tmp_path / "b" / "data" / folder.name
    other.parent.mkdir(parents=True)
    other.write_text("not a folder")
    assert prepare(config, tmp_path / "b").folder.is_dir()


def test_what_a_killed_process_left_is_removed(config, tmp_path):
    folder = prepare(config, tmp_path / "a").folder
    killed = tmp_path / "b" / "data" / f".{folder.name}.99999.tmp"
    killed.mkdir(parents=True)
    (killed / "x_train.npy").write_bytes(b"half")
    prepare(config, tmp_path / "b")
    assert leftovers(tmp_path / "b") == []


CHILD = """
import sys
from pathlib import Path
from rnnbench.config.data_section import DataConfig
from rnnbench.data import prepare
config = DataConfig.model_validate_json(sys.argv[1])
sys.stdin.readline()
print(prepare(config, Path(sys.argv[2])).digest)
"""


def test_two_processes_prepare_the_same_data_at_once(config, tmp_path):
    command = [sys.executable, "-c", CHILD, config.model_dump_json(), str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = {**os.environ, "PYTHONPATH": str(Path(rnnbench.__file__).parents[1])}
    children = [subprocess.Popen(command, env=environment, **pipes) for _ in range(2)]
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    outputs = [child.communicate(timeout=60)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert outputs[0] == outputs[1] == prepare(config, tmp_path).digest + "\n"
    assert leftovers(tmp_path) == []


def test_without_locks_the_first_rename_wins(config, tmp_path, monkeypatch):
    from rnnbench.data import store

    first = prepare(config, tmp_path)
    monkeypatch.setattr(fcntl, "flock", no_locks)
    monkeypatch.setattr(store, "inspect", hide_first(2))
    assert prepare(config, tmp_path) == first
    assert leftovers(tmp_path) == []


def no_locks(file: int, kind: int) -> None:
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def hide_first(times: int):
    calls = iter(range(times))
    return lambda *words: inspect(*words) if next(calls, None) is None else Found(None)


def test_a_full_disk_leaves_nothing_half_written(config, tmp_path, monkeypatch):
    from rnnbench.data import store

    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "flush", full)
    with pytest.raises(StoreError, match=r"^home: .*No space left.*RNNBENCH_HOME"):
        prepare(config, tmp_path)
    assert [p for p in (tmp_path / "data").iterdir() if not p.name.endswith(".lock")] == []


def test_a_file_where_the_home_should_be_is_reported(config, tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(StoreError, match=r"^home: expected a folder that can be written"):
        prepare(config, tmp_path / "home")


def as_nobody(config, home, answer) -> None:
    try:
        if os.geteuid() == 0:
            os.seteuid(65534)
        prepare(config, home)
        answer.put("prepared")
    except StoreError as error:
        answer.put(f"StoreError {error}")
    except BaseException as error:
        answer.put(repr(error))


def asked_as_nobody(config, home) -> str:
    context = multiprocessing.get_context("fork")
    answer = context.Queue()
    child = context.Process(target=as_nobody, args=(config, home, answer))
    child.start()
    text = answer.get(timeout=30)
    child.join(30)
    return text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork to drop privileges")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_read_only_home_is_reported_and_still_serves_what_it_has(config, configure):
    # Under /tmp and not tmp_path: nobody may not enter pytest's own folder.
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        home.chmod(0o755)
        prepare(config, home)
        for folder in (home, home / "data"):
            folder.chmod(0o555)
        missing = configure("reviews", limit=61, test_limit=30)
        before = sorted(p.name for p in (home / "data").iterdir())
        refused = asked_as_nobody(missing, home)
        served = asked_as_nobody(config, home)
        after = sorted(p.name for p in (home / "data").iterdir())
        for folder in (home, home / "data"):
            folder.chmod(0o755)
    assert refused.startswith("StoreError home: expected a folder that can be written")
    assert "Permission denied" in refused
    assert served == "prepared"
    assert before == after


def test_progress_is_told_when_something_is_made_and_only_then(config, tmp_path):
    heard: list[str] = []
    prepare(config, tmp_path, on_progress=heard.append)
    assert any("reviews" in message for message in heard)
    heard.clear()
    prepare(config, tmp_path, on_progress=heard.append)
    assert heard == []

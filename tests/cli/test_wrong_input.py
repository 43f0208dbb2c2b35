"""Wrong input ends with status 2, one message that names the key, and an untouched folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rnnbench.config.expand import load
from rnnbench.tracking.store import Store
from tests.conftest import Answer, Run


def assert_refused(answer: Answer, key: str, *parts: str) -> None:
    assert answer.status == 2
    assert answer.out == ""
    told = [line for line in answer.err.splitlines() if not line.startswith("preparing data=")]
    assert len(told) == 1, answer.err
    assert told[0].startswith(f"error: {key}: expected ")
    for part in (", received ", *parts):
        assert part in told[0]


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# Words, the key that the message names, what else it says.
CELLS = [
    ("train +cell=lstmm", "cell", "lstmm", "did you mean lstm?"),
    ("train", "cell", "received nothing", "+cell="),
    ("train +cell=", "cell", "received nothing"),
    ("train ++cell=gru", "cell", "type +cell="),
    ("train +cell=???", "cell", "received ???", "type +cell="),
    ("train +cell=null", "cell", "received null"),
    ("train +cell=[gru,lstm]", "cell", "type +cell=gru,lstm"),
    ("train cell=[gru,lstm]", "cell", "type +cell=gru,lstm"),
    ("sweep +cell=[gru,lstm]", "cell", "type +cell=gru,lstm"),
    ("train +cell=gru,lstm", "cell", "2 combinations", "sweep"),
    ("train +cell=gru +cell=gru", "cell", "+cell=gru and +cell=gru"),
    ("train +cell=gru +cell=lstm", "cell", "+cell=gru and +cell=lstm"),
    ("train +cell=gru ~cell", "cell", "~cell"),
    ("train +cell=gru cell.activation=swish", "cell.activation", "tanh", "swish"),
    ("train +cell=gru +cell.foo=1", "cell.foo", "foo=1"),
    ("explain +cell=gru +cell.foo=1", "cell.foo", "foo=1"),
    ("sweep cell=glob(x*)", "cell", "at least one value"),
]
VALUES = [
    ("model.units=abc", "model.units", "whole number", "'abc'"),
    ("model.units=0", "model.units", "at least 1", "received 0"),
    ("model.depth=99", "model.depth", "at most 8", "99"),
    ("data.maxlen=-1", "data.maxlen", "at least 1", "-1"),
    ("optimizer.learning_rate=nan", "optimizer.learning_rate", "finite number", "nan"),
    ("executor.workers=0", "executor.workers", "at least 1", "auto"),
    ("training.validation_fraction=1.5", "training.validation_fraction", "below 1"),
    ("match=foo:3", "match", "lstm", "foo"),
    ("match=lstm", "match", "lstm:128"),
    ("match=lstm:0", "match", "units from 1", "lstm:0"),
    ("home=???", "home", "a value", "nothing"),
    ("data.name=foo", "data.name", "reviews", "foo"),
    ("seed=${nothing}", "seed", "nothing"),
    ("sweep.grid=3", "sweep.grid", "received 3"),
]
KEYS = [
    ("model.unitz=4", "model.unitz", "did you mean model.units?"),
    ("+model.unitz=4", "model.unitz", "did you mean model.units?"),
    ("model.unitz=4,8", "model.unitz", "did you mean model.units?"),
    ("model", "model", "key=value", "type model="),
    ("=3", "override", "key=value", "=3"),
    ("model.units=[1", "model.units", "Hydra's grammar"),
    ("+data=imdb", "data", "one choice", "without the plus sign"),
    ("data=imbd", "data", "reviews", "did you mean imdb?"),
    ("dta=imdb", "dta", "did you mean data?"),
    ("data=null", "data", "reviews", "received null"),
    ("data=4", "data", "reviews", "received 4"),
    ("data=digits,4 model.units=4", "data", "received 4"),
    ("data=arrays", "data.path", "set data.path="),
    ("data=text_dir", "data.path", "set data.path="),
    ("data=csv", "data.path", "set data.path="),
    ("data.tokens=keras", "data.tokens", "a key that the chosen data has"),
    ("+data.tokens=keras", "data.tokens", "null for data=reviews"),
    ("data=digits data=imdb", "data", "data=digits and data=imdb"),
    ("experiments=nope", "experiments", "gru_vs_lstm", "nope"),
    ("~data", "data", "nothing"),
]
COMBINATIONS = [
    (
        "training.early_stopping.patience=2 training.validation=none",
        "training.early_stopping.patience",
        "training.validation=split",
    ),
    ("model.head=none", "model.head", "flatten", "explain"),
    ("data.mask=true model.head=flatten", "data.mask", "model.head=last"),
    ("data=digits data.num_words=5", "data.num_words", "null"),
    ("data=text_dir data.path=nowhere", "data.path", "no such folder"),
    ("data=csv data.path=nowhere.csv", "data.test_fraction", "neither"),
    ("data=csv data.path=nowhere.csv data.test_fraction=0.2", "data.path", "no such file"),
    ("data=csv data.path=x data.test_fraction=2", "data.test_fraction", "below 1"),
    ("model.embedding.path=x", "model.embedding.path", "set model.embedding.kind=vectors"),
    (
        "data=imdb data.word_index=x.json model.embedding.kind=vectors "
        "model.embedding.path=nowhere.bin",
        "model.embedding.path",
        "no such file",
    ),
    ("data=digits model.embedding.kind=vectors", "model.embedding.kind", "features"),
    (
        "data=imdb model.embedding.kind=vectors model.embedding.path=x.bin",
        "model.embedding.path",
        "data.word_index=",
    ),
]
FLAGS = [
    ("trian +cell=gru", "command", "did you mean train?"),
    ("frobnicate", "command", "--help"),
    ("train gru", "gru", "type +cell=gru"),
    ("sweep +cell=lstm, gru", "gru", "no blank after a comma"),
    ("train +cell=gru --frobnicate", "--frobnicate", "--hydra-help"),
    ("train +cell=gru --multirun", "--multirun", "sweep"),
    ("train +cell=gru -m", "--multirun", "sweep"),
    ("train +cell=gru --cfg", "--cfg", "a value"),
    ("train +cell=gru --cfg foo", "--cfg", "job", "foo"),
    ("train +cell=gru --cfg=foo", "--cfg", "job", "foo"),
    ("train +cell=gru -c foo", "--cfg", "job", "foo"),
    ("train +cell=gru --info foo", "--info", "defaults-tree", "foo"),
    ("train +cell=gru --resolve", "--resolve", "--cfg job"),
    ("train +cell=gru --package model", "--package", "--cfg job"),
    ("train +cell=gru --config-dir nowhere", "--config-dir", "nowhere"),
    ("train +cell=lstmm --cfg job", "cell", "did you mean lstm?"),
    ("sweep +cell=gru model.units=interval(0,1)", "model.units", "range"),
    ("sweep model.units=range(0)", "model.units", "at least one value"),
    ("sweep experiments=gru_vs_lstm,other", "experiments", "one preset"),
    ("report report.name=../evil", "report.name", "../evil"),
    ("report ../evil", "report.name", "../evil"),
    ("report one two", "report", "one name"),
    ("report", "home", "a folder with a store"),
    ("ui --port 0", "--port", "65535"),
    ("ui", "home", "a folder with a store"),
    ("match +cell=gru", "match", "match=lstm:128"),
    ("match match=null", "match", "match=lstm:128"),
]
TABLE = [
    *CELLS,
    *(("train +cell=gru " + words, *rest) for words, *rest in VALUES + KEYS + COMBINATIONS),
    *FLAGS,
]


@pytest.mark.parametrize(("words", "key", "parts"), [(w, k, p) for w, k, *p in TABLE])
def test_is_refused_in_one_message_before_anything_is_written(
    cli: Run, work_dir: Path, words: str, key: str, parts: list[str]
) -> None:
    assert_refused(cli(*words.split(" ")), key, *parts)
    assert list(work_dir.iterdir()) == []


def test_every_key_of_a_sweep_is_checked_before_the_first_run(cli: Run, work_dir: Path) -> None:
    answer = cli("sweep", "+cell=gru", "model.units=4,8,abc")
    assert_refused(answer, "model.units", "'abc'")
    assert list(work_dir.iterdir()) == []


class RunsCode:
    """Pickles to a call that leaves a file behind."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.marker),)


def imdb_file(path: Path, first: object) -> Path:
    rows = np.empty(4, object)
    rows[:] = [[5, 6, 7], [8], [9, 10], [11]]
    train = rows.copy()
    train[0] = first
    labels = np.arange(4) % 2
    np.savez(path, x_train=train, y_train=labels, x_test=rows, y_test=labels)
    return path


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.mark.parametrize("command", [("data",), ("train", "+cell=gru")])
class TestImdbFile:
    """Such a file is read after the store has been opened: only an empty store may remain."""

    @pytest.fixture(autouse=True)
    def _no_half_written_data(self, work_dir: Path) -> Iterator[None]:
        yield
        found = files_in(work_dir)
        assert not [name for name in found if name.endswith((".npy", ".json", ".tmp"))], found
        data = work_dir / "runs" / "data"
        assert not data.exists() or not [path for path in data.iterdir() if path.is_dir()]

    def test_that_is_nowhere(self, cli: Run, command: tuple[str, ...]) -> None:
        answer = cli(*command, "data=imdb", "data.path=/nowhere")
        assert_refused(answer, "data.path", "/nowhere", "RNNBENCH_IMDB")

    def test_that_is_truncated(self, cli: Run, command: tuple[str, ...], elsewhere: Path) -> None:
        whole = imdb_file(elsewhere / "whole.npz", [1, 2]).read_bytes()
        path = elsewhere / "imdb.npz"
        path.write_bytes(whole[: len(whole) // 2])
        assert_refused(cli(*command, "data=imdb", f"data.path={path}"), "data.path", str(path))

    def test_whose_pickle_calls_code(
        self, cli: Run, command: tuple[str, ...], elsewhere: Path
    ) -> None:
        marker = elsewhere / "executed"
        path = imdb_file(elsewhere / "imdb.npz", RunsCode(marker))
        assert_refused(cli(*command, "data=imdb", f"data.path={path}"), "data.path", str(path))
        assert not marker.exists()
        with np.load(path, allow_pickle=True) as file:
            file["x_train"]
        assert marker.exists(), "the file was harmless, so this test showed nothing"


@pytest.mark.parametrize("command", ["train +cell=gru", "report"])
def test_tracking_address_of_an_unknown_kind(cli: Run, work_dir: Path, command: str) -> None:
    answer = cli(*command.split(), "tracking.uri=foo://bar")
    assert_refused(answer, "tracking.uri", "foo://bar")
    assert [name for name in files_in(work_dir) if not name.endswith(".lock")] == []


@pytest.mark.parametrize("command", ["train +cell=gru", "data data=digits"])
def test_home_that_is_a_file(cli: Run, elsewhere: Path, work_dir: Path, command: str) -> None:
    file = elsewhere / "file"
    file.write_text("mine")
    assert_refused(cli(*command.split(), f"home={file}"), "home", str(file))
    assert_refused(cli(*command.split(), f"home={file}/below"), "home", str(file))
    assert file.read_text() == "mine"
    assert files_in(work_dir) == []


# Root may write anywhere, so the child becomes nobody once everything is imported.
AS_NOBODY = """
import multiprocessing.forkserver, os, sys
import rnnbench.cli as cli, rnnbench.cli.train
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
        assert_refused(cli("ui", "--port", str(port)), "--port", "free", "--port 5001")

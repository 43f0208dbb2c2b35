"""Commands that only look, and commands that are refused, leave every folder as it was."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnnbench.config.expand import load
from rnnbench.tracking.store import Store
from tests.conftest import Run

SMALL = "data=digits data.limit=50 data.test_limit=20"
SORTED = "data=arrays data.path=sorted.npz data.num_words=9"
MIXED = "data=csv data.path=mixed.csv data.test_fraction=0.2 data.maxlen=4"
VECTORS = "model.embedding.kind=vectors model.embedding.path=long.bin"
# Words, exit status, and what the answer says.
TABLE = [
    (f"plan +cell=gru {SMALL}", 0, "3 PENDING"),
    (f"plan +cell=gru {SMALL} home=new/deep", 0, "3 PENDING"),
    (f"plan +cell=gru {SMALL} tracking.uri=sqlite:///none.db", 0, "3 PENDING"),
    (f"plan +cell=gru {SMALL} search=random search.n_trials=2", 0, "5 PENDING"),
    (f"plan +cell=gru {SMALL} tracking.experiment=none", 0, "3 PENDING"),
    ("plan +cell=gru data=csv data.path=none.csv data.test_fraction=0.2", 2, "data.path"),
    ("plan +cell=gru data=csv data.path=bad.csv data.test_fraction=0.2", 2, "bad.csv"),
    ("plan +cell=gru home=bad.csv/home", 2, "home"),
    ("match match=lstm:128", 0, "gru"),
    ("explain +cell=gru", 0, "GRU"),
    ("train +cell=gru --cfg job", 0, "epochs"),
    ("sweep +cell=gru home=new nonsense=1", 2, "nonsense"),
    ("sweep +cell=gru home=new model.units=0", 2, "model.units"),
    ("sweep +cell=gru home=new tracking.uri=nonsense", 2, "tracking.uri"),
    ("sweep +cell=gru home=new tracking.uri=sqlite:///none/none.db", 2, "tracking.uri"),
    (f"sweep +cell=gru home=new {SMALL} match=lstm:999999", 2, "match"),
    (f"sweep +cell=gru home=new {SMALL} training.buckets=4", 2, "training.buckets"),
    ("sweep +cell=gru home=new data=csv data.path=bad.csv data.test_fraction=0.2", 2, "bad.csv"),
    ("train +cell=gru home=new/deep data=csv data.path=bad.csv data.test_fraction=0.2", 2, "csv"),
    ("train +cell=gru search=random", 2, "search"),
    (f"baseline mean_embedding home=new {SMALL}", 2, "baseline"),
    ("baseline home=new tracking.uri=nonsense", 2, "tracking.uri"),
    (f"sweep +cell=gru home=new {SORTED}", 2, "validation_fraction"),
    (f"train +cell=gru home=new {SORTED}", 2, "validation_fraction"),
    (f"baseline bag_of_words home=new {SORTED}", 2, "validation_fraction"),
    (f"sweep +cell=gru home=new {SORTED} search=random", 2, "validation_fraction"),
    (f"sweep +cell=gru home=new {MIXED} {VECTORS}", 2, "more after vector 2"),
    ("data home=new data=csv data.path=bad.csv data.test_fraction=0.2", 2, "bad.csv"),
    ("report", 2, "none in"),
    ("report home=new", 2, "home"),
    ("report tracking.uri=sqlite:///none.db", 2, "tracking.uri"),
    ("report tracking.experiment=none", 2, "tracking.experiment"),
    ("report report.source=none", 2, "report.source"),
    ("predict run=nonsense text=good", 2, "run"),
    ("predict run=abc text=good", 2, "run"),
    ("predict run=abc text=good home=new", 2, "home"),
    ("reproduce run=abc", 2, "run"),
    ("diagnose run=abc", 2, "run"),
    (f"diagnose +cell=gru {SMALL} home=new", 2, "home"),
    ("ui --port none", 2, "--port"),
    ("ui home=new", 2, "home"),
    ("trian +cell=gru", 2, "train"),
]


def listing(folder: Path) -> dict[str, str]:
    """Every file and folder with its contents."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def folder(work_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a store, and the folder of temporary files in it."""
    (work_dir / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(work_dir / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(work_dir / "tmp"))
    (work_dir / "bad.csv").write_text("text,label\ngood,1\n")
    (work_dir / "mixed.csv").write_text("text,label\n" + "good film,a\nbad film,b\n" * 50)
    x, y = np.ones((60, 4), int), np.repeat([0, 1], 30)
    np.savez(work_dir / "sorted.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    ones = np.ones(4, "<f4").tobytes() + b"\n"
    rows = b"good " + ones + b"film " + ones
    (work_dir / "long.bin").write_bytes(b"2 4\n" + rows + b"and more")
    Store.open(load([], cell=False))
    return work_dir


def test_what_looks_or_is_refused_writes_nothing(run: Run, folder: Path) -> None:
    before = listing(folder)
    for words, status, told in TABLE:
        answer = run(*words.split())
        assert (answer.status, told in answer.out + answer.err) == (status, True), (words, answer)
        assert listing(folder) == before, words


@pytest.mark.parametrize(
    "words",
    [
        f"plan +cell=gru {SMALL} home=new",
        "sweep +cell=gru home=new nonsense=1",
        "--help",
    ],
)
def test_a_process_leaves_no_temporary_file(folder: Path, words: str) -> None:
    before = listing(folder)
    done = subprocess.run(
        [sys.executable, "-m", "rnnbench", *words.split()],
        env=os.environ | {"TMPDIR": str(folder / "tmp")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 2), done.stderr
    assert listing(folder) == before


def test_a_plan_takes_data_that_is_prepared_from_the_home(run: Run, folder: Path) -> None:
    assert run("data", *SMALL.split()).status == 0
    before = listing(folder)
    assert run("plan", "+cell=gru", *SMALL.split()).status == 0
    assert listing(folder) == before


def test_the_next_command_removes_what_a_killed_one_left(run: Run, folder: Path) -> None:
    home = folder / "runs"
    assert run("data", *SMALL.split()).status == 0
    before = listing(folder)
    for leftover in (
        "locks/0123.lock",
        "data/.digits-0123.lock",
        "data/.digits-0123.77.tmp/x_train.npy",
        "staging/0123/model.keras",
        "staging/search-0123_abc/trials.csv",
        ".mlflow-new.db",
        ".mlflow-new.db-wal",
    ):
        (home / leftover).parent.mkdir(parents=True, exist_ok=True)
        (home / leftover).write_text("left")
    store = Store.open(load([], cell=False))
    with store.locks.acquire("held"):
        (home / "staging" / "held").mkdir(parents=True)
        (home / "staging" / "held" / "model.keras").write_text("in use")
        assert run("data", *SMALL.split()).status == 0
        assert (home / "staging" / "held" / "model.keras").exists()
    assert run("data", *SMALL.split()).status == 0
    left = listing(folder)
    assert [name for name in left if name not in before] == ["runs/staging"]

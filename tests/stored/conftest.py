"""Finished runs with stored weights, trained once: nobody may change them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import rnnbench.cli
from rnnbench.config.expand import load
from rnnbench.config.schema import Config
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store

SMALL = (
    "executor=in_process",
    "data.limit=300",
    "data.test_limit=60",
    "data.maxlen=25",
    "model.units=4",
    "model.embedding.dim=6",
    "training.epochs=2",
    "training.jit_compile=false",
    "optimizer.learning_rate=0.02",
)


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three runs: two with weights on reviews, one without on digits."""
    home = tmp_path_factory.mktemp("stored") / "runs"
    stack = ("model.depth=2", "model.bidirectional=true", "model.head_dropout=0.1")
    for words in (
        ("train", "+cell=lstm_peephole", *SMALL, *stack, "tracking.save_model=last"),
        ("train", "+cell=gru", *SMALL, "training.test=best", "tracking.save_model=best"),
        ("train", "+cell=simple_rnn", "data=digits", *SMALL[:3], "model.units=4"),
    ):
        assert rnnbench.cli.run((*words, f"home={home}")) == 0
    return home


@pytest.fixture
def home(trained_home: Path, work_dir: Path) -> Path:
    """A copy of that store for one test."""
    # Runs keep the address of their files, so the database is copied and the files are shared.
    copy = work_dir / "runs"
    shutil.copytree(trained_home, copy, ignore=shutil.ignore_patterns("artifacts", "locks"))
    return copy


@pytest.fixture
def config(home: Path) -> Config:
    return load([f"home={home}"], cell=False)


@pytest.fixture
def store(config: Config) -> Store:
    return Store.open(config, create=False)


@pytest.fixture
def runs(store: Store) -> dict[str, Record]:
    """The runs by their cell."""
    return {record.params["cell.name"]: record for record in store.records()}

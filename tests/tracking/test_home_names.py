"""A home folder may have any name: its database and its files are in it and nowhere else."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnnbench.config.expand import load
from rnnbench.config.schema import Config
from rnnbench.errors import StoreError
from rnnbench.search.storage import close_storage, open_storage
from rnnbench.stored.lookup import run_file
from rnnbench.tracking.address import local_path, sqlite_address, sqlite_path
from rnnbench.tracking.home import Home
from rnnbench.tracking.store import Store
from tests.conftest import Run

# What addresses give a meaning to is drawn as often as everything else.
CHARACTERS = st.one_of(
    st.sampled_from("%?#&=;:@+ .~$[]{}\\'\"2fF4"),
    st.characters(codec="utf-8", exclude_characters="/\0"),
)
NAMES = st.text(CHARACTERS, min_size=1, max_size=20).filter(lambda name: name not in (".", ".."))


@pytest.fixture(scope="module")
def config() -> Config:
    return load([], cell=False)


@given(NAMES, NAMES)
def test_an_address_leads_back_to_its_path(name: str, inner: str) -> None:
    path = Path("/", name, inner)
    assert sqlite_path(f"{sqlite_address(path)}?timeout=60") == path
    assert local_path(path.as_uri()) == path


def test_addresses_elsewhere_are_no_local_paths() -> None:
    assert sqlite_path("postgresql://host/runs") is None
    assert sqlite_path("sqlite://") is None
    assert local_path("s3://bucket/runs") is None
    assert local_path("file://server/runs") is None
    assert local_path("mlflow-artifacts:/1/a") is None
    assert local_path("") is None
    assert local_path("/runs/artifacts") == Path("/runs/artifacts")


@settings(max_examples=5, deadline=None)
@given(NAMES)
@example("a%20b")
@example("a?b")
@example("a#b")
@example("%2e%2e%2Fc")
def test_a_home_of_any_name_holds_its_store_and_finds_its_files(config: Config, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "place")
        home = place / name / "runs"
        store = Store.open(config.model_copy(update={"home": str(home)}))
        run_id = store.client.create_run(store.experiment_id).info.run_id
        store.client.log_text(run_id, "here", "told.txt")
        close_storage(open_storage(store.home))
        with run_file(store, run_id, "told.txt") as path:
            assert path is not None
            assert path.read_text() == "here"
        assert path.is_relative_to(home)
        assert store.is_ours(next(store._reader.search({})))
        assert [p.name for p in place.iterdir()] == [name]
        assert [p.name for p in (place / name).iterdir()] == ["runs"]
        assert [p.name for p in Path(folder).iterdir()] == ["place"]
        for database in ("mlflow.db", "optuna.db"):
            with closing(sqlite3.connect(home / database)) as connection:
                assert connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0] > 1


def test_a_home_that_no_address_can_hold_is_refused() -> None:
    with pytest.raises(StoreError, match=r"^home: expected a path in UTF-8"):
        Home.of("runs\udcff")


@pytest.mark.slow
def test_runs_in_a_home_of_an_odd_name_are_reported(
    run: Run, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = work_dir / "50%20 off?" / "#1 é"
    monkeypatch.setenv("RNNBENCH_HOME", str(home))
    words = ("data=digits", "data.limit=200", "model.units=4", "training.epochs=1", "seeds=1")
    trained = run("train", "+cell=gru", *words, "training.jit_compile=false")
    assert trained.status == 0, trained.err
    assert "(100%)" not in trained.err
    reported = run("report", "cells", "+cell=gru", *words, "training.jit_compile=false")
    assert reported.status == 0, reported.err
    assert (work_dir / "reports" / "cells" / "index.html").is_file()
    store = Store.open(load([], cell=False), create=False)
    (record,) = store.records()
    with run_file(store, record.run_id, "history.csv") as path:
        assert path is not None
    assert {p.name for p in work_dir.iterdir()} == {"50%20 off?", "reports"}

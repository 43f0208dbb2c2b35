"""``runs/`` is looked for in the folders above, as git does, unless a home is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rnnbench.config import paths
from rnnbench.config.expand import load
from rnnbench.config.paths import NAMED_HOME, resource_dir
from rnnbench.sweep.run import news
from rnnbench.tracking.store import Store
from tests.conftest import Run


@pytest.fixture
def below(work_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder two below one with a store; the working directory."""
    make_store(work_dir)
    folder = work_dir / "a" / "b"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def make_store(folder: Path) -> None:
    (folder / "runs" / "locks").mkdir(parents=True)
    (folder / "runs" / "mlflow.db").touch()


def home(*words: str) -> str:
    return load(words, cell=False).home


def test_the_nearest_store_above_is_used_wherever_one_goes_then(
    below: Path, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load([], cell=False)
    assert config.home == str(work_dir / "runs")
    make_store(below.parent)
    assert home() == str(below.parent / "runs")
    monkeypatch.chdir(work_dir)
    assert config.home == str(work_dir / "runs")


def test_a_store_here_comes_first(below: Path) -> None:
    (below / "runs").mkdir()
    assert home() != str(below / "runs")
    make_database = below / "runs" / "mlflow.db"
    make_database.touch()
    assert home() == str(below / "runs")


def test_what_is_named_wins(below: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home("home=runs") == "runs"
    monkeypatch.setenv("RNNBENCH_HOME", "mine")
    assert home() == "mine"
    assert home("home=other") == "other"


def test_what_is_shipped_names_it_by_the_environment() -> None:
    shipped = yaml.safe_load((resource_dir("conf") / "config.yaml").read_text())
    assert shipped["home"] == NAMED_HOME


@pytest.mark.parametrize("name", ["${seed}", "a${b", "a}$", r"\${x}", "${oc.env:HOME}"])
def test_a_folder_that_is_called_like_a_reference_is_that_folder(
    name: str, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RNNBENCH_HOME", name)
    assert home() == name
    monkeypatch.delenv("RNNBENCH_HOME")
    here = work_dir / name
    here.mkdir()
    monkeypatch.chdir(here)
    config = load(["data.path=${home}/x.csv"], cell=False)
    assert (config.home, config.data.path) == (str(here / "runs"), str(here / "runs" / "x.csv"))


def test_a_key_that_refers_to_the_home_follows_it(below: Path, work_dir: Path) -> None:
    config = load(["data.path=${home}/x.csv"], cell=False)
    assert config.data.path == f"{work_dir}/runs/x.csv"


def test_nothing_is_taken_from_above_the_users_folder(
    below: Path, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(work_dir))
    assert home() == str(work_dir / "runs")
    monkeypatch.setenv("HOME", str(below.parent))
    assert home() == str(below / "runs")
    monkeypatch.setenv("HOME", str(below))
    assert home() == str(below / "runs")


def test_nothing_is_taken_that_is_another_users_or_no_store(
    below: Path, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(paths.os, "getuid", lambda: -1)
        assert home() == str(below / "runs")
    (work_dir / "runs" / "locks").rmdir()
    assert home() == str(below / "runs")


def test_commands_tell_which_home_they_use_and_where_none_was_found(
    run: Run, below: Path, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = run("plan", "+cell=gru", "data=digits", "seeds=1", "home=new")
    assert "using" not in answer.err
    monkeypatch.setenv("HOME", str(below.parent))
    answer = run("predict", "run=abc", "text=good")
    assert answer.status == 2
    assert f"received {below}/runs, and no runs/ with a store in a folder above" in answer.err
    assert f"up to {below.parent}; train something first" in answer.err


def test_a_new_store_is_told(work_dir: Path) -> None:
    config = load([], cell=False)
    assert news(config) == f"starting a new store in {work_dir}/runs"
    Store.open(config)
    assert news(config) == ""

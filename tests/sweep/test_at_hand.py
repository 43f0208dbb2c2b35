"""A data set that would have to be downloaded is left out of a sweep over several, and told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnbench.config.expand import Arm, expand
from rnnbench.data import prepare
from rnnbench.data.sets.imdb import Imdb
from rnnbench.data.sets.keras_files import REVIEWS
from rnnbench.sweep.at_hand import at_hand
from tests.conftest import Run
from tests.data.conftest import imdb_members

SUITE = "experiments=suite"
WORDS = ("+cell=gru", "data=digits,imdb", "sweep.optional_data=[imdb]")


@pytest.fixture(autouse=True)
def no_imdb(work_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the file, whoever's it is."""
    monkeypatch.setenv("KERAS_HOME", str(work_dir / "keras"))


@pytest.fixture
def file(work_dir: Path) -> Path:
    path = work_dir / "imdb.npz"
    np.savez_compressed(path, **imdb_members())
    return path


def names(arms: list[Arm]) -> list[str]:
    return sorted({arm.config.data.name for arm in arms})


def kept(*words: str) -> tuple[list[str], list[str]]:
    told: list[str] = []
    return names(at_hand(expand(words), told.append)), told


def test_a_plan_of_the_suite_says_that_imdb_is_left_out_and_how_to_have_it(run: Run) -> None:
    answer = run("plan", SUITE, "seeds=1")
    assert answer.status == 0, answer.err
    assert "data=imdb is left out" in answer.err
    assert "RNNBENCH_IMDB=/path/to/imdb.npz" in answer.err
    assert "data data=imdb" in answer.err
    assert "data=imdb" not in answer.out
    for data in ("digits", "reviews", "temporal_order"):
        assert f"gru data={data} seed=0" in answer.out


def test_with_its_file_it_is_in_the_sweep(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNBENCH_IMDB", str(file))
    assert kept(SUITE) == (["digits", "imdb", "reviews", "temporal_order"], [])


def test_in_kerass_cache_it_is_at_hand(file: Path, work_dir: Path) -> None:
    (work_dir / "keras" / "datasets").mkdir(parents=True)
    file.rename(work_dir / "keras" / "datasets" / "imdb.npz")
    assert kept(*WORDS) == (["digits", "imdb"], [])


def test_what_was_prepared_before_is_at_hand(
    file: Path, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the file has gone since."""
    monkeypatch.setattr("rnnbench.data.sets.imdb.file_digest", lambda key, path: REVIEWS.digest)
    monkeypatch.setenv("RNNBENCH_IMDB", str(file))
    (config,) = (arm.config.data for arm in expand(WORDS) if arm.config.data.name == "imdb")
    assert Imdb().fingerprint(config).identity["sha256"] == REVIEWS.digest
    prepare(config, work_dir / "runs")
    monkeypatch.delenv("RNNBENCH_IMDB")
    assert kept(*WORDS) == (["digits", "imdb"], [])


def test_a_variable_that_leads_nowhere_is_an_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RNNBENCH_IMDB", "/nowhere")
    answer = run("plan", SUITE)
    assert answer.status == 2
    assert "error: RNNBENCH_IMDB" in answer.err


def test_what_is_not_optional_is_not_left_out() -> None:
    assert kept("+cell=gru", "data=digits,imdb") == (["digits", "imdb"], [])


def test_one_data_set_alone_is_downloaded_as_always() -> None:
    assert kept(SUITE, "data=imdb") == (["imdb"], [])


def test_a_report_of_the_suite_needs_no_data(run: Run) -> None:
    """Runs on IMDB count, wherever its file is now."""
    answer = run("report", "x", SUITE)
    assert answer.status == 2
    assert "left out" not in answer.err

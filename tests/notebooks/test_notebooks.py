"""Frames for notebooks, from a store of made-up runs and from a committed report."""

from __future__ import annotations

import doctest
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnnbench
import rnnbench.notebooks.comparison
import rnnbench.notebooks.load
from rnnbench.errors import ConfigError, StoreError
from rnnbench.report.build import build
from rnnbench.report.snapshot import read_snapshot
from tests.conftest import ROOT
from tests.report.records import OPTIONS

IDENTITY = ["data", "arm", "cell", "seed", "units", "run_id"]
REPORT = str(ROOT / "reports" / "imdb")
SMALL = str(ROOT / "reports" / "long_training")
Load = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module")
def home(filled: Path) -> str:
    return f"home={filled / 'runs'}"


@pytest.fixture(scope="module")
def imdb_runs() -> pd.DataFrame:
    return rnnbench.load_runs(source=REPORT)


@pytest.mark.parametrize("name", ["load", "comparison"])
def test_examples_print_what_they_say(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = doctest.testmod(getattr(rnnbench.notebooks, name))
    assert found.attempted
    assert not found.failed


def test_the_package_imports_nothing_before_it_is_asked_to() -> None:
    code = "import rnnbench, sys; print('load_runs' in dir(rnnbench), 'pandas' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout == "True False\n"
    with pytest.raises(AttributeError, match="load_rums"):
        _ = rnnbench.load_rums


@pytest.mark.parametrize("load", [rnnbench.load_runs, rnnbench.load_history, rnnbench.load_answers])
class TestLoading:
    @pytest.mark.parametrize("is_report", [False, True])
    def test_says_first_what_each_row_is_about(
        self, home: str, load: Load, is_report: bool
    ) -> None:
        table = load(source=SMALL) if is_report else load(home)
        assert list(table.columns[:6]) == IDENTITY
        assert table.columns.is_unique
        assert "model.units" not in table
        told = table.dropna(subset=["seed"])
        assert set(told["cell"]) <= {"simple_rnn", "gru", "lstm"}
        assert set(told["data"]) == {"imdb" if is_report else "digits"}
        assert told["arm"].str.startswith(tuple(set(told["cell"]))).all()

    def test_of_no_store_or_report_is_refused(
        self, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(StoreError, match="home: expected a folder with a store"):
            load("home=nowhere")
        with pytest.raises(StoreError, match="source: expected the folder of a report"):
            load(source="nowhere")
        with pytest.raises(ConfigError, match="no overrides beside it"):
            load("home=nowhere", source=SMALL)


class TestRuns:
    def test_have_a_row_for_each_run(self, home: str) -> None:
        runs = rnnbench.load_runs(home)
        assert list(runs["status"].value_counts().sort_index()) == [1, 8]
        assert runs["units"].dtype == "Int64"
        done = runs[runs["status"] == "FINISHED"]
        assert sorted(done["units"].unique()) == [4, 8]
        assert done.groupby("arm")["arm_key"].nunique().eq(1).all()


class TestHistory:
    def test_has_a_row_for_each_run_and_epoch(self, home: str) -> None:
        history = rnnbench.load_history(home)
        assert len(history) == 8 * 2
        assert not history.duplicated(["run_id", "epoch"]).any()
        assert history["val_accuracy"].notna().all()


class TestAnswers:
    def test_have_a_row_for_each_run_and_sample(self, home: str) -> None:
        answers = rnnbench.load_answers(home)
        assert len(answers) == 8 * 100
        assert list(answers["sample"][:3]) == [0, 1, 2]
        labels = np.arange(100) % 2  # as they were made up
        right = answers["predicted"] == labels[answers["sample"]]
        assert (right == answers["correct"]).all()
        assert answers["probability"].between(0.5, 1).all()

    def test_of_a_report_are_right_or_wrong(self) -> None:
        answers = rnnbench.load_answers(source=SMALL)
        shares = answers.groupby("run_id")["correct"].mean()
        wanted = rnnbench.load_runs(source=SMALL).set_index("run_id")["test_accuracy"]
        assert shares.to_numpy() == pytest.approx(wanted[shares.index].to_numpy(), abs=1e-6)
        assert answers["predicted"].isna().all()


class TestCompare:
    def test_says_what_the_report_says(self, imdb_runs: pd.DataFrame) -> None:
        # A frame has no answers to single test samples.
        tables = replace(read_snapshot(Path(REPORT)), correct={})
        document = build(tables, "x", OPTIONS)
        found = rnnbench.compare(imdb_runs, margin=OPTIONS.margin, confidence=OPTIONS.confidence)
        assert list(found.columns) == [
            *("data", "a", "b", "factor", "metric", "seeds", "difference", "low", "high"),
            *("verdict", "p_better", "p_equivalent", "p_worse", "p"),
            *("wins", "wins_low", "wins_high", "remarks", "reason"),
        ]
        assert len(found) == 3
        shown = {
            (number.value if hasattr(number, "value") else number)
            for section in document.sections
            for block in section.blocks
            for table in block.tables
            for row in table.rows
            for number in row
        }
        for column in ("difference", "low", "verdict", "p_better", "p"):
            assert set(found[column]) <= shown

    def test_of_some_rows_is_about_these(self, imdb_runs: pd.DataFrame) -> None:
        some = imdb_runs[(imdb_runs["seed"] < 4) & (imdb_runs["cell"] != "lstm")]
        (row,) = rnnbench.compare(some.assign(mine=1)).itertuples()
        assert (row.a, row.b, row.seeds, row.factor) == ("gru", "simple_rnn", 4, "cell")
        called = some.assign(arm=some["cell"].map({"gru": "G", "simple_rnn": "S"}))
        assert list(rnnbench.compare(called)["a"]) == ["G"]

    def test_margin_decides_what_matters(self, imdb_runs: pd.DataFrame) -> None:
        wide = set(rnnbench.compare(imdb_runs, margin=0.5)["verdict"])
        assert wide == {"better but it hardly matters"}

    def test_by_a_metric_of_losses_the_lower_arm_is_better(self, imdb_runs: pd.DataFrame) -> None:
        found = rnnbench.compare(imdb_runs, metric="best_val_loss", margin=0)
        assert (found["difference"] < 0).all()
        assert set(found["metric"]) == {"best_val_loss"}
        with pytest.raises(ConfigError, match=r"report\.metric: expected one of auto"):
            rnnbench.compare(imdb_runs, metric="accuracy")

    def test_by_a_factor_leaves_the_others_out(self) -> None:
        runs = rnnbench.load_runs(source=str(ROOT / "reports" / "depth"))
        every, depth = rnnbench.compare(runs), rnnbench.compare(runs, by="model.depth")
        assert set(every["factor"]) == {"cell", "depth"}
        assert set(depth["factor"]) == {"depth"}
        assert len(depth) == len(rnnbench.compare(runs, by="depth")) < len(every)
        with pytest.raises(ConfigError, match="by: expected one of the factors cell, depth"):
            rnnbench.compare(runs, by="width")

    def test_tells_what_is_not_compared_and_why(self, imdb_runs: pd.DataFrame) -> None:
        changed = imdb_runs["cell"] == "gru"
        runs = imdb_runs.assign(
            **{
                "training.batch_size": imdb_runs["batch_size"].astype("string").mask(changed, "7"),
                "optimizer.name": imdb_runs["optimizer.name"].mask(changed, "sgd"),
            }
        )
        (row,) = rnnbench.compare(runs[runs["cell"] != "simple_rnn"]).itertuples()
        assert {row.a, row.b} == {"gru", "lstm"}
        assert row.verdict == "not compared"
        assert "batch size 7 against 128" in row.reason.replace("128 against 7", "7 against 128")
        assert pd.isna(row.p)
        alone = rnnbench.compare(runs).iloc[-1]
        assert (alone["a"], alone["verdict"]) == ("gru", "not compared")
        assert pd.isna(alone["b"])

    def test_of_nothing_is_empty(self, imdb_runs: pd.DataFrame) -> None:
        assert rnnbench.compare(imdb_runs[:0]).empty

    def test_of_a_frame_without_its_columns_is_refused(self, imdb_runs: pd.DataFrame) -> None:
        with pytest.raises(ConfigError, match="a frame without arm_key, seed, units"):
            rnnbench.compare(imdb_runs.drop(columns=["seed", "units", "arm_key"]))
        kept = imdb_runs.loc[:, ~imdb_runs.columns.str.startswith("model.")]
        with pytest.raises(ConfigError, match=r"a frame without model\.\*"):
            rnnbench.compare(kept)
        with pytest.raises(ConfigError, match=r"report\.margin"):
            rnnbench.compare(imdb_runs, margin=7)


def test_a_frame_read_back_from_csv_compares_the_same(
    imdb_runs: pd.DataFrame, tmp_path: Path
) -> None:
    imdb_runs.to_csv(tmp_path / "runs.csv", index=False)
    found = rnnbench.compare(pd.read_csv(tmp_path / "runs.csv"))
    pd.testing.assert_frame_equal(found, rnnbench.compare(imdb_runs))


def test_an_index_may_have_the_name_of_a_column(imdb_runs: pd.DataFrame) -> None:
    indexed = imdb_runs.set_index(["data", "seed"], drop=False)
    assert rnnbench.compare(indexed).equals(rnnbench.compare(imdb_runs))


def test_what_cannot_be_compared_is_refused_by_name(imdb_runs: pd.DataFrame) -> None:
    with pytest.raises(ConfigError, match=r"runs: expected a frame of load_runs.*received a str"):
        rnnbench.compare("reports/imdb")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="a column test_accuracy of type Float64"):
        rnnbench.compare(imdb_runs.assign(test_accuracy="high"))
    with pytest.raises(ConfigError, match="a seed in each finished run"):
        rnnbench.compare(imdb_runs.assign(seed=pd.NA))
    with pytest.raises(ConfigError, match="by: expected one of the factors cell"):
        rnnbench.compare(imdb_runs, by=["cell"])  # type: ignore[arg-type]

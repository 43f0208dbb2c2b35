"""One MLflow run an arm with the mean over its seeds: exact, single, and never a training run."""

from __future__ import annotations

import contextlib
import io
import math
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnbench.cli
from rnnbench.config.expand import expand, load
from rnnbench.config.metrics import EPOCH_METRICS, METRICS
from rnnbench.results.frame import load_runs
from rnnbench.stats import half_width, statistic
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking import names
from rnnbench.tracking.arm_summary import by_epoch, update_arm_summary
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from tests.conftest import Run
from tests.sweep.conftest import SMALL
from tests.sweep.executors import simulated

SWEEP = ("sweep", "+cell=simple_rnn,gru", *SMALL)
TWO, THREE = (*SWEEP, "seeds=2"), (*SWEEP, "seeds=3")


@pytest.fixture(scope="module", autouse=True)
def made_up_numbers() -> Iterator[None]:
    """Whatever is trained: what a mean is of does not matter here."""
    with simulated.training():
        yield


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished sweep of two arms and two seeds."""
    folder = tmp_path_factory.mktemp("summarised")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.chdir(folder)
        assert rnnbench.cli.run(TWO) == 0
    return folder


@pytest.fixture
def swept(original: Path, work_dir: Path) -> Store:
    """The finished sweep in a folder of the test's own."""
    shutil.copytree(original / "runs", work_dir / "runs")
    return Store.open(load([], cell=False))


def summaries(store: Store) -> dict[str, Record]:
    """Return the only summary of each arm."""
    found = store.records(kind="arm")
    assert len({record.tags[names.ARM_KEY] for record in found}) == len(found)
    return {record.tags[names.ARM]: record for record in found}


def replicates(store: Store, summary: Record) -> list[Record]:
    return store.records({names.ARM_KEY: summary.tags[names.ARM_KEY]})


def expected(metric: str, values: Sequence[float]) -> dict[str, float]:
    """Return what NumPy and SciPy make of the values of one metric."""
    spread = scipy.stats.sem(values)
    # An interval of no width where all values are the same, which SciPy refuses to give.
    low, high = (
        scipy.stats.t.interval(0.95, len(values) - 1, np.mean(values), spread)
        if spread
        else (np.mean(values), np.mean(values))
    )
    return {
        metric: float(np.mean(values)),
        f"{metric}_sd": float(np.std(values, ddof=1)),
        f"{metric}_low": float(low),
        f"{metric}_high": float(high),
    }


class TestSummary:
    def test_is_one_finished_run_for_each_arm(self, swept: Store) -> None:
        found = summaries(swept)
        assert set(found) == {"simple_rnn", "gru"}
        for arm, summary in found.items():
            runs = replicates(swept, summary)
            assert summary.status == "FINISHED"
            end = f"({summary.tags[names.ARM_KEY][:6]})"
            assert summary.tags["mlflow.runName"] == f"digits 8: {arm}, mean of 2 seeds {end}"
            assert set(summary.tags[names.REPLICATES].split()) == {run.run_id for run in runs}
            assert names.PARENT not in summary.tags
            assert {run.tags[names.CELL] for run in runs} == {summary.tags[names.CELL]}
            for run in runs:
                shared = {k: v for k, v in run.params.items() if k != "seed"}
                assert summary.params == shared

    def test_has_the_mean_of_every_epoch(self, swept: Store) -> None:
        for summary in summaries(swept).values():
            ids = [run.run_id for run in replicates(swept, summary)]
            histories = swept.histories(ids, EPOCH_METRICS).values()
            found = swept.histories([summary.run_id], EPOCH_METRICS)[summary.run_id]
            assert set(found) == {name for name in EPOCH_METRICS if not METRICS[name].optional}
            for metric, points in found.items():
                wanted = [
                    (epoch, np.mean([dict(history[metric])[epoch] for history in histories]))
                    for epoch in (1, 2)
                ]
                np.testing.assert_allclose(points, wanted, rtol=1e-9)

    def test_has_the_metrics_that_compare_arms_and_their_spread(self, swept: Store) -> None:
        for summary in summaries(swept).values():
            runs = replicates(swept, summary)
            for metric in ("test_accuracy", "test_loss"):
                for name, value in expected(metric, [r.metrics[metric] for r in runs]).items():
                    assert summary.metrics[name] == pytest.approx(value, abs=1e-6)
            for metric in ("best_val_accuracy", "gap_final"):
                wanted = expected(metric, [r.metrics[metric] for r in runs])
                for name in (metric, f"{metric}_sd"):
                    assert summary.metrics[name] == pytest.approx(wanted[name], abs=1e-6)
            for metric in ("gap_best", "val_loss_rise", "fit_seconds", "parameters_total"):
                wanted_mean = np.mean([r.metrics[metric] for r in runs])
                assert summary.metrics[metric] == pytest.approx(wanted_mean, abs=1e-6)
            assert summary.metrics["seeds"] == 2
            assert len(summary.metrics) == 22

    def test_is_listed_and_compared_by_its_test_accuracy_first(self, swept: Store) -> None:
        for summary in summaries(swept).values():
            logged = swept.client.get_run(summary.run_id).data.metrics
            assert next(iter(logged)) == "test_accuracy"
            assert list(logged)[-4:] == ["accuracy", "loss", "val_accuracy", "val_loss"]

    def test_draws_bars_of_what_has_no_epoch(self, swept: Store) -> None:
        for summary in summaries(swept).values():
            (point,) = swept.client.get_metric_history(summary.run_id, "test_accuracy")
            assert point.step == 0

    def test_says_on_which_data_by_which_command_and_which_code(self, swept: Store) -> None:
        for arm, summary in summaries(swept).items():
            (found,) = swept.client.get_run(summary.run_id).inputs.dataset_inputs
            assert found.dataset.name == "digits"
            assert summary.tags["mlflow.source.name"].startswith("python -m rnnbench sweep +cell=")
            assert summary.tags[names.COMMAND] == replicates(swept, summary)[0].tags[names.COMMAND]
            assert f"How good is {arm}".replace("_", "\\_") in summary.tags[names.NOTE]

    def test_is_in_the_description_of_its_sweep(self, swept: Store, run: Run) -> None:
        (parent,) = swept.records(kind="sweep")
        assert parent.tags["mlflow.runName"].startswith(
            "digits 8: simple_rnn, gru, sweep of 4 runs"
        )
        note = parent.tags[names.NOTE]
        assert "Which is better on digits (8 time steps): simple\\_rnn or gru?" in note
        for summary in summaries(swept).values():
            assert f"{summary.metrics['test_accuracy']:.4f}" in note
        swept.client.delete_tag(parent.run_id, names.NOTE)
        assert run(*TWO).status == 0
        (parent,) = swept.records(kind="sweep")
        assert parent.tags[names.NOTE] == note

    def test_is_no_training_run(self, swept: Store) -> None:
        ids = {summary.run_id for summary in summaries(swept).values()}
        assert len(swept.records()) == 4
        assert ids.isdisjoint(record.run_id for record in swept.records())
        runs = load_runs(swept)
        assert (len(runs), set(runs["seed"])) == (4, {0, 1})
        assert ids.isdisjoint(runs["run_id"])

    def test_is_no_part_of_a_report(self, swept: Store, run: Run, work_dir: Path) -> None:
        answer = run("report", "mine")
        assert answer.status == 0, answer.err
        text = (work_dir / "reports" / "mine" / "report.md").read_text(encoding="utf-8")
        assert "gru" in text
        for summary in summaries(swept).values():
            assert summary.run_id not in text
            assert summary.tags["mlflow.runName"] not in text

    def test_is_left_alone_while_its_replicates_are_the_same(self, swept: Store, run: Run) -> None:
        before = summaries(swept)
        assert run(*TWO).status == 0
        for spec in declare(expand(TWO[1:]), DataCache(swept.home.path)):
            update_arm_summary(swept, spec, "another-sweep")
        assert summaries(swept) == before

    def test_is_replaced_when_an_arm_gets_another_seed(self, swept: Store, run: Run) -> None:
        before = summaries(swept)
        assert run(*THREE).status == 0
        after = summaries(swept)
        for arm, summary in after.items():
            runs = replicates(swept, summary)
            assert len(runs) == 3
            assert set(summary.tags[names.REPLICATES].split()) == {r.run_id for r in runs}
            assert f"{arm}, mean of 3 seeds" in summary.tags["mlflow.runName"]
            values = [r.metrics["test_loss"] for r in runs]
            for name, value in expected("test_loss", values).items():
                assert summary.metrics[name] == pytest.approx(value, abs=1e-6)
            old = swept.client.get_run(before[arm].run_id)
            assert old.info.lifecycle_stage == "deleted"

    def test_follows_a_single_run_of_its_arm(self, swept: Store, run: Run) -> None:
        before = summaries(swept)
        assert run("train", "+cell=gru", *TWO[2:-1], "seed=2").status == 0
        after = summaries(swept)
        assert after["gru"].metrics["seeds"] == 3
        assert after["simple_rnn"] == before["simple_rnn"]

    def test_is_not_made_for_a_single_run(self, swept: Store, run: Run) -> None:
        assert run("train", "+cell=lstm", *TWO[2:-1]).status == 0
        assert set(summaries(swept)) == {"simple_rnn", "gru"}

    def test_that_is_missing_or_half_written_is_made_up_for(self, swept: Store, run: Run) -> None:
        trained = swept.records()
        before = summaries(swept)
        swept.client.delete_run(before["gru"].run_id)
        # As after a kill while it was being written: no process holds its lock.
        swept.begin(before["gru"].tags, before["gru"].tags["mlflow.runName"])
        answer = run(*TWO)
        assert answer.status == 0
        assert "4 of 4 runs were finished already" in answer.err
        after = summaries(swept)
        assert after["simple_rnn"] == before["simple_rnn"]
        assert after["gru"].run_id != before["gru"].run_id
        assert after["gru"].status == "FINISHED"
        assert after["gru"].metrics == before["gru"].metrics
        assert swept.records() == trained


class TestSingleSeed:
    def test_has_a_mean_and_no_spread(self, run: Run, work_dir: Path) -> None:
        words = ("sweep", "+cell=simple_rnn", *SMALL, "seeds=1", "training.validation=none")
        assert run(*words).status == 0
        store = Store.open(load([], cell=False))
        (summary,) = summaries(store).values()
        (replicate,) = store.records()
        assert "simple_rnn, mean of 1 seed (" in summary.tags["mlflow.runName"]
        assert summary.metrics["test_loss"] == round(replicate.metrics["test_loss"], 6)
        assert "val_loss" not in summary.metrics
        assert not [n for n in summary.metrics if n.endswith(("_sd", "_low", "_high"))]


# Measured values: no metric is as large as to lose all its digits against another.
values = st.floats(-1e6, 1e6)


@settings(deadline=None)
@given(st.lists(values, min_size=2, max_size=30), st.floats(0.5, 0.999))
def test_half_width_is_that_of_student_as_scipy_computes_it(
    measured: list[float], confidence: float
) -> None:
    width = half_width(statistic(measured), confidence)
    spread = scipy.stats.sem(measured)
    wanted = scipy.stats.t.ppf(0.5 + confidence / 2, len(measured) - 1) * spread
    assert width == pytest.approx(wanted, rel=1e-6, abs=1e-6)
    if spread > 1e-3:
        low, high = scipy.stats.t.interval(confidence, len(measured) - 1, np.mean(measured), spread)
        assert 2 * width == pytest.approx(high - low, rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(st.lists(values, max_size=1))
def test_half_width_of_fewer_than_two_values_is_not_defined(measured: list[float]) -> None:
    assert math.isnan(half_width(statistic(measured), 0.95))


# Runs that ended early, and values that are no number, as they are stored.
points = st.dictionaries(st.integers(1, 5), values | st.just(math.nan), max_size=5)
histories = st.lists(st.dictionaries(st.sampled_from(EPOCH_METRICS), points), max_size=6)


@settings(deadline=None)
@given(histories)
def test_by_epoch_takes_each_epoch_over_the_runs_that_reached_it(
    runs: list[dict[str, dict[int, float]]],
) -> None:
    found = by_epoch(
        {metric: list(points.items()) for metric, points in run.items()} for run in runs
    )
    reached = {step for run in runs for points in run.values() for step in points}
    assert list(found) == sorted(reached)
    for step in reached:
        wanted: dict[str, float] = {}
        for metric in EPOCH_METRICS:
            all_ = [run[metric][step] for run in runs if step in run.get(metric, {})]
            measured = [value for value in all_ if not math.isnan(value)]
            if measured:
                wanted[metric] = float(np.mean(measured))
        assert set(found[step]) == set(wanted)
        for name, value in wanted.items():
            assert found[step][name] == pytest.approx(value, rel=1e-6, abs=1e-6)

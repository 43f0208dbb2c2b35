"""Searches from the command to the stores: trials, winners, budgets, failures, files."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shutil
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import optuna
import pytest

import rnnbench.cli
from rnnbench.cli.strategy import strategy_of
from rnnbench.config.expand import expand, load
from rnnbench.report.wording import arm_words
from rnnbench.results import load_runs
from rnnbench.search.declared import declare_searches
from rnnbench.search.storage import close_storage, open_storage
from rnnbench.search.study import Study
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.plan import Plan, PlannedRun
from rnnbench.sweep.run import make_plan
from rnnbench.tracking import names
from rnnbench.tracking.home import Home
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from tests.printed import printed_rows

pytestmark = pytest.mark.slow

SMALL = (
    *("executor=in_process", "data=digits", "data.limit=200", "data.test_limit=50"),
    *("model.units=4", "seeds=2", "training.jit_compile=false"),
)
# Neither key needs a model of its own to be compiled.
SPACE = (
    "search.space={optimizer.learning_rate: {type: float, low: 1e-3, high: 1e-1, log: true},"
    "training.epochs: {type: int, low: 1, high: 2}}"
)
SEARCH = (*SMALL, "training.epochs=2", "search=random", "search.metric=best_val_loss", SPACE)
ARMS = ("simple_rnn", "gru")
SWEEP = (f"+cell={','.join(ARMS)}", *SEARCH)
PRUNED = (
    "+cell=simple_rnn",
    *SMALL,
    "training.epochs=3",
    "training.batch_size=8",
    "executor.workers=1",
    "search=tpe",
    "search.pruner=median",
    "search.n_startup_trials=2",
    "search.n_trials=8",
    "search.metric=final_val_loss",
    "search.space={optimizer.learning_rate: {type: float, low: 1e-9, high: 1e-1, log: true}}",
)
# Of these the second trial diverges for certain, and the last one does not.
DIVERGING = (
    "+cell=simple_rnn",
    *SMALL,
    "training.epochs=1",
    "cell.activation=relu",
    "optimizer=sgd",
    "search=random",
    "search.n_trials=4",
    "search.space={optimizer.learning_rate: {type: float, low: 1e-12, high: 1e8, log: true}}",
)


_MLFLOW = "mlflow.tracking._tracking_service.utils"


@dataclass(frozen=True)
class Swept:
    """A folder in which a sweep was run, and what that printed."""

    folder: Path
    status: int
    out: str
    err: str

    @cached_property
    def store(self) -> Store:
        return Store.open(load([f"home={self.folder / 'runs'}"], cell=False))

    def records(self, kind: names.Kind, arm: str | None = None) -> list[Record]:
        tags = {} if arm is None else {names.ARM: arm}
        return self.store.records(tags, kind=kind)

    def trials(self, arm: str) -> dict[int, Record]:
        """MLflow's runs of an arm's trials by number."""
        return {int(r.tags[names.TRIAL]): r for r in self.records("trial", arm)}

    def parent_files(self) -> Path:
        """The folder of the search on the parent run."""
        (parent,) = self.records("sweep")
        uri = str(self.store.client.get_run(parent.run_id).info.artifact_uri)
        return Path(uri.removeprefix("file://")) / "search"

    def rows(self, title: str) -> list[list[str]]:
        """The cells of a printed table, without its head."""
        return printed_rows(self.out, title)

    def counted(self) -> list[tuple[int, int]]:
        """The numbers before each line of progress: ``[3/10]``."""
        found = re.findall(r"^\[(\d+)/(\d+)\]", self.err, re.MULTILINE)
        return [(int(done), int(total)) for done, total in found]


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder, with no setting of the user's in force."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "200")
        for name in ("RNNBENCH_HOME", "MLFLOW_TRACKING_URI", "MLFLOW_RUN_ID"):
            patch.delenv(name, raising=False)
        # MLflow remembers by run where files go, which is elsewhere for the copy of a run.
        patch.setattr(f"{_MLFLOW}._artifact_repos_cache", OrderedDict(), raising=False)
        yield


def sweep(folder: Path, *words: str) -> Swept:
    """Run a sweep in a folder."""
    with inside(folder), io.StringIO() as out, io.StringIO() as err:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = rnnbench.cli.run(["sweep", *words])
        return Swept(folder, status, out.getvalue(), err.getvalue())


def plan(folder: Path, *words: str) -> Plan:
    """What a sweep in a folder would do."""
    with inside(folder):
        arms = expand(words)
        return make_plan(arms, strategy_of(arms[0].config))


def moved(swept: Swept, folder: Path) -> Swept:
    """A copy of a sweep in another folder, whose files are its own too."""
    shutil.copytree(swept.folder / "runs", folder / "runs")
    with closing(sqlite3.connect(folder / "runs" / "mlflow.db")) as store, store:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            store.execute(
                f"UPDATE {table} SET {column} = replace({column}, ?, ?)",
                [str(swept.folder), str(folder)],
            )
    return Swept(folder, swept.status, swept.out, swept.err)


@contextlib.contextmanager
def studies(folder: Path) -> Iterator[dict[str, optuna.Study]]:
    """The studies of a folder by arm, as optuna-dashboard reads them."""
    storage = optuna.storages.get_storage(f"sqlite:///{folder / 'runs' / 'optuna.db'}")
    try:
        found = [
            optuna.load_study(study_name=name, storage=storage)
            for name in optuna.get_all_study_names(storage)
        ]
        yield {study.user_attrs["rnnbench.arm"]: study for study in found}
    finally:
        close_storage(storage._backend)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    """A finished search of two arms with three trials and two replicates each."""
    swept = sweep(tmp_path_factory.mktemp("searched"), *SWEEP, "search.n_trials=3")
    assert swept.status == 0, swept.err
    return swept


@pytest.fixture
def searched(original: Swept, tmp_path: Path) -> Swept:
    """That search in a folder of the test's own."""
    return moved(original, tmp_path)


def run_ids(swept: Swept) -> set[str]:
    """Everything that was ever trained in a folder."""
    return {record.run_id for kind in ("run", "trial") for record in swept.records(kind)}


class TestFinishedSearch:
    def test_says_before_it_starts_that_it_chooses_by_another_epoch_than_reports(
        self, searched: Swept
    ) -> None:
        before, _, _ = searched.err.partition("[1/")
        assert "the search chooses by the epoch of the lowest validation loss" in before

    def test_prints_the_best_configuration_of_each_arm(self, searched: Swept) -> None:
        rows = searched.rows("Search: best configuration by arm")
        assert [row[:5] for row in rows] == [[arm, "3 of 3", "3", "0", "0"] for arm in ARMS]
        with studies(searched.folder) as found:
            for row in rows:
                best = found[row[0]].best_trial
                assert row[5:] == [
                    str(best.number),
                    f"{best.value:.4f}",
                    f"{best.params['optimizer.learning_rate']:.4g}",
                    str(best.params["training.epochs"]),
                ]

    def test_prints_the_accuracy_of_the_replicates(self, searched: Swept) -> None:
        rows = searched.rows("Accuracy by arm")
        assert {(row[0], row[1]) for row in rows} == {(arm, "2") for arm in ARMS}
        for row in rows:
            tested = [r.metrics["test_accuracy"] for r in searched.records("run", row[0])]
            assert row[7].startswith(f"{sum(tested) / 2:.4f} ± ")

    def test_counts_trials_and_replicates_on_its_way(self, searched: Swept) -> None:
        assert searched.counted() == [(done, 10) for done in range(1, 11)]

    @pytest.mark.parametrize("arm", ARMS)
    def test_logs_a_run_for_each_trial(self, searched: Swept, arm: str) -> None:
        trials = searched.trials(arm)
        assert sorted(trials) == [0, 1, 2]
        assert len({record.tags[names.STUDY] for record in trials.values()}) == 1
        with studies(searched.folder) as found:
            for number, record in trials.items():
                assert record.status == "FINISHED"
                assert record.tags[names.TRIAL_STATE] == names.COMPLETE
                assert f": {arm}, trial {number} (" in record.tags["mlflow.runName"]
                assert record.tags[names.STUDY] == found[arm].user_attrs["rnnbench.key"]
                for key, value in found[arm].trials[number].params.items():
                    assert record.params[key] == str(value)

    @pytest.mark.parametrize("arm", ARMS)
    def test_logs_every_epoch_of_a_trial_and_never_the_test_set(
        self, searched: Swept, arm: str
    ) -> None:
        with studies(searched.folder) as found:
            for number, record in searched.trials(arm).items():
                known = found[arm].trials[number]
                points = searched.store.client.get_metric_history(record.run_id, "val_loss")
                steps = list(range(1, known.params["training.epochs"] + 1))
                assert [point.step for point in points] == steps == list(known.intermediate_values)
                losses = [point.value for point in points]
                assert list(known.intermediate_values.values()) == [
                    min(losses[:epoch]) for epoch in steps
                ]
                assert known.value == min(losses) == record.metrics["best_val_loss"]
                assert record.params["training.test"] == "none"
                assert not [metric for metric in record.metrics if metric.startswith("test_acc")]
                assert not [metric for metric in record.metrics if metric.startswith("test_loss")]

    def test_gives_trial_k_of_every_arm_the_same_seed_and_values(self, searched: Swept) -> None:
        one, other = (searched.trials(arm) for arm in ARMS)
        for number in range(3):
            for key in ("seed", "optimizer.learning_rate", "training.epochs"):
                assert one[number].params[key] == other[number].params[key]
        assert len({record.params["seed"] for record in one.values()}) == 3

    @pytest.mark.parametrize("arm", ARMS)
    def test_trains_the_winner_again_with_fresh_seeds_and_the_test_set(
        self, searched: Swept, arm: str
    ) -> None:
        replicates = searched.records("run", arm)
        assert [record.params["seed"] for record in replicates] == ["0", "1"]
        seeds = {record.params["seed"] for record in searched.records("trial")}
        assert not seeds & {"0", "1"}
        with studies(searched.folder) as found:
            best = found[arm].best_trial
        for record in replicates:
            assert record.status == "FINISHED"
            assert 0 <= record.metrics["test_accuracy"] <= 1
            for key, value in best.params.items():
                assert record.params[key] == str(value)

    def test_is_grouped_under_one_parent(self, searched: Swept) -> None:
        (parent,) = searched.records("sweep")
        assert parent.status == "FINISHED"
        assert ": simple_rnn, gru, random search (" in parent.tags["mlflow.runName"]
        below = [r for kind in ("run", "trial") for r in searched.records(kind)]
        assert len(below) == 4 + 6
        assert {record.tags[names.PARENT] for record in below} == {parent.run_id}

    def test_counts_no_trial_as_a_run_of_the_comparison(self, searched: Swept) -> None:
        runs = load_runs(searched.store)
        assert sorted(zip(runs["cell"], runs["seed"], strict=True)) == [
            ("gru", 0),
            ("gru", 1),
            ("simple_rnn", 0),
            ("simple_rnn", 1),
        ]
        assert set(runs["run_id"]) == {record.run_id for record in searched.records("run")}

    def test_is_reported_without_its_trials(self, searched: Swept) -> None:
        with inside(searched.folder), contextlib.redirect_stdout(io.StringIO()):
            assert rnnbench.cli.run(["report", "searched"]) == 0
        text = (searched.folder / "reports" / "searched" / "report.md").read_text()
        assert "4 finished runs" in text
        for arm in ARMS:
            assert f"| {arm_words(arm)} | 2 |" in text

    def test_typed_twice_trains_nothing(self, searched: Swept) -> None:
        before = run_ids(searched)
        again = sweep(searched.folder, *SWEEP, "search.n_trials=3")
        assert (again.status, again.out) == (0, searched.out)
        assert "4 of 4 runs were finished already" in again.err
        assert run_ids(again) == before
        with studies(searched.folder) as found:
            assert [len(study.trials) for study in found.values()] == [3, 3]

    def test_is_known_to_a_sweep_of_one_of_its_arms(self, searched: Swept) -> None:
        before = run_ids(searched)
        again = sweep(searched.folder, "+cell=gru", *SEARCH, "search.n_trials=3")
        assert again.status == 0
        assert run_ids(again) == before
        (row,) = again.rows("Search: best configuration by arm")
        assert row in searched.rows("Search: best configuration by arm")


class TestFilesOfTheParent:
    @pytest.mark.parametrize("arm", ARMS)
    def test_hold_every_trial(self, searched: Swept, arm: str) -> None:
        with (searched.parent_files() / arm / "trials.csv").open() as file:
            rows = list(csv.DictReader(file))
        with studies(searched.folder) as found:
            trials = found[arm].trials
        assert [row["number"] for row in rows] == ["0", "1", "2"]
        for row, trial in zip(rows, trials, strict=True):
            assert row["state"] == trial.state.name
            assert float(row["best_val_loss"]) == trial.value
            assert int(row["epochs_reported"]) == trial.params["training.epochs"]
            assert float(row["seconds"]) > 0
            for key, value in trial.params.items():
                assert float(row[key]) == value

    @pytest.mark.parametrize("arm", ARMS)
    def test_hold_the_best_configuration(self, searched: Swept, arm: str) -> None:
        best = json.loads((searched.parent_files() / arm / "best.json").read_text())
        with studies(searched.folder) as found:
            known = found[arm].best_trial
        assert best == {"trial": known.number, "best_val_loss": known.value, "params": known.params}

    @pytest.mark.parametrize("arm", ARMS)
    def test_show_the_history_and_no_importance_of_three_trials(
        self, searched: Swept, arm: str
    ) -> None:
        files = {path.name: path for path in (searched.parent_files() / arm).iterdir()}
        assert set(files) == {"trials.csv", "best.json", "history.png"}
        assert files["history.png"].read_bytes().startswith(b"\x89PNG")

    def test_are_there_for_the_arms_alone(self, searched: Swept) -> None:
        assert {path.name for path in searched.parent_files().iterdir()} == set(ARMS)


class TestStorage:
    def test_is_read_by_optuna_as_by_its_dashboard(self, searched: Swept) -> None:
        with studies(searched.folder) as found:
            assert set(found) == set(ARMS)
            for arm, study in found.items():
                assert study.study_name.startswith(f"digits · {arm} ")
                assert study.study_name.split(" · ")[2] == "random"
                assert study.direction is optuna.study.StudyDirection.MINIMIZE
                assert study.metric_names == ["best_val_loss"]
                assert {trial.state.name for trial in study.trials} == {"COMPLETE"}
                frame = study.trials_dataframe()
                assert list(frame["number"]) == [0, 1, 2]
                assert frame["params_optimizer.learning_rate"].between(1e-3, 1e-1).all()


@dataclass(frozen=True)
class Grown:
    """A search that was given one more trial, and what plans said before and after."""

    before: Plan
    known: set[str]
    drawn: dict[str, Any]  # what the first arm's trial had when its process died
    swept: Swept
    after: Plan


@pytest.fixture(scope="class")
def grown(original: Swept, tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """The search with a fourth trial an arm; the first arm's was begun by a process that died."""
    copy = moved(original, tmp_path_factory.mktemp("grown"))
    words = (*SWEEP, "search.n_trials=4")
    home = Home.of(str(copy.folder / "runs"))
    search, _ = declare_searches(expand(words), DataCache(home.path))
    storage = open_storage(home)
    try:
        study = Study.open(storage, search.key, search.label, search.config)
        _, drawn = study.draw(study.ask())
    finally:
        close_storage(storage)
    before, known = plan(copy.folder, *words), run_ids(copy)
    swept = sweep(copy.folder, *words)
    return Grown(before, known, drawn, swept, plan(copy.folder, *words))


def planned_name(record: Record) -> str:
    """Return what a plan calls a run."""
    trial = record.tags.get(names.TRIAL) if record.tags[names.KIND] == "trial" else None
    number = f"seed={record.seed}" if trial is None else f"trial {trial}"
    return f"{record.tags[names.ARM]} {number}"


def lines(of: Plan, *, trials: bool) -> list[PlannedRun]:
    return [line for line in of.lines if (" trial " in line.name) == trials]


class TestOneMoreTrial:
    def test_is_all_that_a_larger_budget_trains(self, grown: Grown) -> None:
        assert grown.swept.status == 0
        for arm in ARMS:
            trials = grown.swept.trials(arm)
            assert sorted(trials) == [0, 1, 2, 3]
            assert {n for n, r in trials.items() if r.run_id not in grown.known} == {3}
        assert grown.swept.counted()[-1] == (12, 12)
        rows = grown.swept.rows("Search: best configuration by arm")
        assert [row[:3] for row in rows] == [[arm, "4 of 4", "4"] for arm in ARMS]

    def test_goes_on_where_a_dead_process_left_it(self, grown: Grown) -> None:
        with studies(grown.swept.folder) as found:
            assert [len(study.trials) for study in found.values()] == [4, 4]
            resumed = found[ARMS[0]].trials[3]
        assert (resumed.state.name, resumed.params) == ("COMPLETE", grown.drawn)
        record = grown.swept.trials(ARMS[0])[3]
        assert record.params["optimizer.learning_rate"] == str(
            grown.drawn["optimizer.learning_rate"]
        )

    def test_is_what_the_plan_announced(self, grown: Grown) -> None:
        trials = lines(grown.before, trials=True)
        assert [line.name for line in trials] == [
            f"{arm} trial {number}" for arm in ARMS for number in range(4)
        ]
        assert [line.status for line in trials] == ["DONE", "DONE", "DONE", "PENDING"] * 2
        new = [
            planned_name(record)
            for record in grown.swept.records("trial")
            if record.run_id not in grown.known
        ]
        assert sorted(new) == sorted(line.name for line in trials if line.to_train)
        replicates = lines(grown.before, trials=False)
        assert {line.status for line in replicates} == {"PENDING"}
        assert len(replicates) == 4

    def test_leaves_nothing_to_plan(self, grown: Grown) -> None:
        assert {line.status for line in grown.after.lines} == {"DONE"}
        assert len(grown.after.lines) == 8 + 4
        assert grown.after.to_train == []
        for line in grown.after.lines:
            assert line.units == 4
            assert line.parameters
        records = [*grown.swept.records("run"), *grown.swept.records("trial")]
        done = {planned_name(record) for record in records}
        assert {line.name for line in grown.after.lines} <= done

    def test_is_planned_with_seconds_like_those_of_trials_before(self, grown: Grown) -> None:
        took = [
            record.metrics["run_seconds"]
            for kind in ("trial", "run")
            for record in grown.swept.records(kind)
            if record.run_id in grown.known
        ]
        for line in lines(grown.before, trials=True):
            if line.to_train:
                assert line.seconds is not None
                assert 0.1 * min(took) < line.seconds < 10 * max(took)
        assert {line.seconds for line in grown.after.lines} == {None}

    def test_is_in_the_files_of_the_parent(self, grown: Grown) -> None:
        for arm in ARMS:
            table = (grown.swept.parent_files() / arm / "trials.csv").read_text()
            assert len(table.splitlines()) == 1 + 4


@pytest.fixture(scope="class")
def pruned(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    return sweep(tmp_path_factory.mktemp("pruned"), *PRUNED)


class TestPrunedTrials:
    def test_are_recorded_as_such_by_mlflow_and_optuna(self, pruned: Swept) -> None:
        assert pruned.status == 0, pruned.err
        states = {n: r.tags[names.TRIAL_STATE] for n, r in pruned.trials("simple_rnn").items()}
        with studies(pruned.folder) as found:
            assert {t.number: t.state.name for t in found["simple_rnn"].trials} == states
        assert set(states.values()) == {"COMPLETE", "PRUNED"}
        assert sorted(states) == list(range(8))

    def test_end_early_and_have_no_result(self, pruned: Swept) -> None:
        for record in pruned.trials("simple_rnn").values():
            points = pruned.store.client.get_metric_history(record.run_id, "val_loss")
            if record.is_pruned:
                assert record.status == "FINISHED"
                assert len(points) <= 3
                assert "final_val_loss" not in record.metrics
            else:
                assert len(points) == 3
                assert record.metrics["final_val_loss"] == points[-1].value

    def test_are_counted_and_never_win(self, pruned: Swept) -> None:
        (row,) = pruned.rows("Search: best configuration by arm")
        trials = pruned.trials("simple_rnn")
        ended_early = {number for number, record in trials.items() if record.is_pruned}
        assert row[:3] == ["simple_rnn", "8 of 8", str(8 - len(ended_early))]
        assert row[3:5] == [str(len(ended_early)), "0"]
        complete = {n: r.metrics["final_val_loss"] for n, r in trials.items() if not r.is_pruned}
        assert int(row[5]) == min(complete, key=complete.__getitem__)
        assert ": pruned\n" in pruned.err

    def test_are_not_trained_again(self, pruned: Swept) -> None:
        before = run_ids(pruned)
        assert {line.status for line in plan(pruned.folder, *PRUNED).lines} == {"DONE"}
        again = sweep(pruned.folder, *PRUNED)
        assert (again.status, again.out) == (0, pruned.out)
        assert run_ids(again) == before


@pytest.fixture(scope="class")
def diverged(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    return sweep(tmp_path_factory.mktemp("diverged"), *DIVERGING)


class TestDivergingTrial:
    def test_counts_as_failed_and_the_search_goes_on(self, diverged: Swept) -> None:
        assert diverged.status == 0, diverged.err
        states = {n: r.tags[names.TRIAL_STATE] for n, r in diverged.trials("simple_rnn").items()}
        assert sorted(states) == [0, 1, 2, 3]
        assert (states[1], states[3]) == ("FAIL", "COMPLETE")
        with studies(diverged.folder) as found:
            assert {t.number: t.state.name for t in found["simple_rnn"].trials} == states
        (row,) = diverged.rows("Search: best configuration by arm")
        failed = sum(state == "FAIL" for state in states.values())
        assert row[1:5] == ["4 of 4", str(4 - failed), "0", str(failed)]
        assert len(diverged.records("run")) == 2

    def test_says_why(self, diverged: Swept) -> None:
        record = diverged.trials("simple_rnn")[1]
        assert record.status == "FAILED"
        assert "lower optimizer.learning_rate" in record.reason
        assert f"simple_rnn trial 1: failed: {record.reason}" in diverged.err

    def test_is_not_tried_again_unasked(self, diverged: Swept, tmp_path: Path) -> None:
        copy = moved(diverged, tmp_path)
        again = sweep(copy.folder, *DIVERGING)
        assert (again.status, again.out) == (0, diverged.out)
        assert run_ids(again) == run_ids(diverged)

    def test_is_tried_again_where_asked_for_as_planned(
        self, diverged: Swept, tmp_path: Path
    ) -> None:
        copy, words = moved(diverged, tmp_path), (*DIVERGING, "sweep.retry_failed=true")
        failed = [n for n, r in copy.trials("simple_rnn").items() if r.status == "FAILED"]
        planned = [line.name for line in plan(copy.folder, *words).to_train]
        assert planned == [f"simple_rnn trial {number}" for number in sorted(failed)]
        again = sweep(copy.folder, *words)
        assert again.status == 0
        trials = again.trials("simple_rnn")
        rates = [trials[n].params["optimizer.learning_rate"] for n in sorted(failed)]
        new = sorted(set(trials) - {0, 1, 2, 3})
        assert [trials[n].params["optimizer.learning_rate"] for n in new] == rates
        assert all(done <= total for done, total in again.counted())
        with (again.parent_files() / "simple_rnn" / "trials.csv").open() as file:
            numbers = [int(row["number"]) for row in csv.DictReader(file)]
        assert numbers == sorted({*range(4), *new} - set(failed))
        (row,) = again.rows("Search: best configuration by arm")
        assert row[1] == "4 of 4"


class TestImpossibleTrial:
    def test_counts_as_failed_and_is_planned_as_such(self, tmp_path: Path) -> None:
        """Each value goes with the arm, but they don't go together."""
        always = "{type: categorical, choices: [true]}"
        space = f"search.space={{model.stateful: {always}, model.bidirectional: {always}}}"
        words = ("+cell=gru", "data=digits", "search=random", "search.n_trials=2", space)
        swept = sweep(tmp_path, *words)
        assert swept.status == 1
        assert "Traceback" not in swept.err
        found = [(line.name, line.status, line.to_train) for line in plan(tmp_path, *words).lines]
        assert found[:2] == [(f"gru trial {n}", "FAILED", False) for n in range(2)]


class TestDamagedStudies:
    def test_are_one_message_and_moved_away_are_made_up_for_without_training(
        self, searched: Swept
    ) -> None:
        path = searched.folder / "runs" / "optuna.db"
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        again = sweep(searched.folder, *SWEEP, "search.n_trials=3")
        assert again.status == 2
        assert again.err.splitlines()[-1].startswith("error: home: expected a database of Optuna's")
        assert f"{path} (" in again.err
        assert "move it away" in again.err
        assert path.read_bytes() == whole[: len(whole) // 2]

        before = {r.run_id for kind in ("trial", "run") for r in searched.records(kind)}
        path.unlink()
        again = sweep(searched.folder, *SWEEP, "search.n_trials=3")
        assert again.status == 0, again.err
        assert {r.run_id for kind in ("trial", "run") for r in searched.records(kind)} == before

"""``plan``: every run with its status, its size and its expected time, and nothing done."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnbench.cli
from rnnbench.config.expand import expand
from rnnbench.formatting.durations import duration
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.sweep.fixed import FixedSeeds
from rnnbench.sweep.jobs import FIT_SECONDS, SECONDS
from rnnbench.sweep.plan import Expected, Plan, PlannedRun
from rnnbench.sweep.run import make_plan
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec
from tests.conftest import Answer, Run
from tests.printed import printed_rows
from tests.sweep.conftest import COMPILED, SMALL, begin

ARM = ("+cell=simple_rnn", *SMALL)
DIVERGING = (*ARM, "optimizer=sgd", "optimizer.learning_rate=1e30", "cell.activation=relu")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two finished runs of one arm, and one run that diverged."""
    folder = tmp_path_factory.mktemp("planned")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.chdir(folder)
        assert rnnbench.cli.run(("sweep", *ARM, "seeds=2")) == 0
        assert rnnbench.cli.run(("sweep", *DIVERGING, "seeds=1")) == 1
    return folder


@pytest.fixture
def swept(original: Path, work_dir: Path) -> None:
    """The finished sweeps in a folder of the test's own."""
    shutil.copytree(original / "runs", work_dir / "runs")


def rows(answer: Answer) -> dict[str, list[str]]:
    """Return the drawn table that a plan printed: by run, the other cells."""
    assert answer.status == 0, answer.err
    return {name: rest for name, *rest in printed_rows(answer.out)}


def statuses(answer: Answer) -> dict[str, str]:
    return {name: rest[0] for name, rest in rows(answer).items()}


def files(home: Path) -> dict[str, bytes]:
    """Return the files of a home, without the memory that the readers of a journal share."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


class TestStatus:
    def test_is_done_for_finished_runs_and_pending_for_others(self, swept: None, run: Run) -> None:
        answer = run("plan", *ARM, "seeds=4")
        assert statuses(answer) == {
            "simple_rnn seed=0": "DONE",
            "simple_rnn seed=1": "DONE",
            "simple_rnn seed=2": "PENDING",
            "simple_rnn seed=3": "PENDING",
        }
        assert "4 runs: 2 DONE, 2 PENDING. A sweep would train 2 with" in answer.out

    def test_of_what_is_finished_altogether_is_nothing_to_train(
        self, swept: None, run: Run
    ) -> None:
        answer = run("plan", *ARM, "seeds=2")
        assert set(statuses(answer).values()) == {"DONE"}
        assert "2 runs: 2 DONE. A sweep would train nothing." in answer.out

    @pytest.mark.parametrize(
        ("more", "told"), [((), "nothing"), (("sweep.retry_failed=true",), "1 with")]
    )
    def test_is_failed_for_what_failed_by_itself(
        self, swept: None, run: Run, more: tuple[str, ...], told: str
    ) -> None:
        answer = run("plan", *DIVERGING, "seeds=1", *more)
        assert statuses(answer) == {"simple_rnn seed=0": "FAILED"}
        assert f"1 runs: 1 FAILED. A sweep would train {told}" in answer.out

    @pytest.mark.parametrize(
        ("more", "told"), [((), "2 with"), (("sweep.accept_stale=true",), "nothing")]
    )
    def test_is_stale_for_what_older_training_code_finished(
        self,
        swept: None,
        run: Run,
        monkeypatch: pytest.MonkeyPatch,
        more: tuple[str, ...],
        told: str,
    ) -> None:
        monkeypatch.setattr("rnnbench.training.spec.TRAINING_VERSION", 1_000_000)
        answer = run("plan", *ARM, "seeds=2", *more)
        assert set(statuses(answer).values()) == {"STALE"}
        assert f"2 runs: 2 STALE. A sweep would train {told}" in answer.out

    def test_is_running_while_a_process_trains_it(
        self, swept: None, run: Run, store: Store
    ) -> None:
        words = [*ARM, "seeds=3"]
        spec = declare(expand(words), DataCache(store.home.path))[2]
        recorder = begin(store, spec)
        with store.locks.acquire(spec.key):
            assert statuses(run("plan", *words))["simple_rnn seed=2"] == "RUNNING"
        # Its owner is gone: it is pending, and who plans doesn't end it.
        assert statuses(run("plan", *words))["simple_rnn seed=2"] == "PENDING"
        assert [r.run_id for r in store.records(status="RUNNING")] == [recorder.run_id]
        recorder.fail("interrupted", killed=True)
        assert statuses(run("plan", *words))["simple_rnn seed=2"] == "PENDING"

    def test_is_running_for_what_another_machine_trains(
        self, swept: None, run: Run, store: Store
    ) -> None:
        words = [*ARM, "seeds=3", "home=other", f"tracking.uri=sqlite:///{store.home.database}"]
        spec = declare(expand(words), DataCache(store.home.path))[2]
        begin(store, spec)
        assert statuses(run("plan", *words))["simple_rnn seed=2"] == "RUNNING"


class TestLine:
    def test_has_units_and_recurrent_parameters(self, run: Run) -> None:
        answer = run("plan", "+cell=simple_rnn,gru", *SMALL, "data.maxlen=8", "seeds=1")
        # Digits have 8 features a row: gates × (units × (8 + units) + biases).
        assert {name: cells[1:3] for name, cells in rows(answer).items()} == {
            "simple_rnn seed=0": ["4", str(4 * (8 + 4 + 1))],
            "gru seed=0": ["4", str(3 * 4 * (8 + 4 + 2))],
        }

    def test_has_the_units_that_are_matched(self, run: Run) -> None:
        words = ("+cell=lstm,gru", "data=digits", "match=lstm:16")
        planned = rows(run("plan", *words, "seeds=1"))
        matched = rows(run("match", *words))
        assert planned["lstm seed=0"][1] == "16"
        for cell in ("lstm", "gru"):
            units, _, _, parameters = matched[cell][:4]
            assert planned[f"{cell} seed=0"][1:3] == [units, parameters]

    def test_of_the_parameters_agrees_with_the_trained_model(
        self, swept: None, run: Run, store: Store
    ) -> None:
        trained = [r for r in store.records() if r.is_finished]
        counted = {int(r.metrics["parameters_recurrent"]) for r in trained}
        planned = {int(cells[2]) for cells in rows(run("plan", *ARM, "seeds=2")).values()}
        assert planned == counted

    def test_expects_what_the_runs_of_its_arm_took(self, swept: None, store: Store) -> None:
        taken = fmean(r.metrics[SECONDS] for r in store.records() if r.is_finished)
        plan = make_plan(expand([*ARM, "seeds=3", "executor.workers=1"]), FixedSeeds())
        assert [line.seconds for line in plan.lines][:2] == [None, None]  # which are finished
        assert plan.lines[2].seconds == pytest.approx(taken)
        assert plan.seconds == pytest.approx(taken)

    def test_expects_of_longer_training_what_its_work_tells(
        self, swept: None, store: Store
    ) -> None:
        done = [r.metrics for r in store.records() if r.is_finished]
        longer = [m[SECONDS] + 9 * m[FIT_SECONDS] for m in done]
        plan = make_plan(expand([*ARM[:-1], "training.epochs=20", "seeds=1"]), FixedSeeds())
        assert [line.seconds for line in plan.lines] == pytest.approx([fmean(longer)], rel=1e-4)

    def test_expects_nothing_of_a_cell_that_was_never_trained(self, swept: None, run: Run) -> None:
        answer = run("plan", "+cell=simple_rnn,gru", *ARM[1:], "seeds=1")
        assert rows(answer)["gru seed=0"][3] == "–"
        assert "in about" not in answer.out


class TestPlan:
    def test_makes_no_store(self, run: Run, work_dir: Path) -> None:
        assert set(statuses(run("plan", *ARM, "seeds=2")).values()) == {"PENDING"}
        assert run("plan", *ARM, "search=random", "search.n_trials=2").status == 0
        assert list(work_dir.iterdir()) == []

    def test_changes_nothing_in_a_store(
        self, swept: None, run: Run, work_dir: Path, original: Path
    ) -> None:
        before = files(work_dir / "runs")
        run("plan", *ARM, "seeds=5", "model.units=4,5", "sweep.retry_failed=true")
        run("plan", *DIVERGING, "seeds=2")
        assert files(work_dir / "runs") == before
        assert "mlflow.db" in before

    def test_of_a_thousand_runs_is_printed_whole(self, run: Run) -> None:
        answer = run("plan", "+cell=lstm,gru", *SMALL, "seeds=500")
        assert answer.status == 0
        lines = answer.out.splitlines()
        found = [re.fullmatch(r"((?:lstm|gru) seed=\d+) +PENDING +4 +\d+ +–", x) for x in lines]
        named = [match[1] for match in found if match]
        assert len(named) == 1000
        assert set(named) == {f"{cell} seed={s}" for cell in ("lstm", "gru") for s in range(500)}
        assert any(line.startswith("1000 runs: 1000 PENDING.") for line in lines)
        assert lines[-1].endswith("sweep +cell=lstm,gru " + " ".join((*SMALL, "seeds=500")))

    @pytest.mark.parametrize(
        ("words", "named"),
        [
            (("+cell=lsmt",), "cell"),
            (("model.unitz=3",), "model.unitz"),
            (("model.units=0",), "model.units"),
            (("model.head=none",), "model.head"),
            (("seed=0,1",), "seed"),
            (("match=lstm",), "match"),
            (("search=tpe", "search.space.model.units.low=0"), "search.space"),
            (("tracking.uri=ftp://somewhere",), "tracking.uri"),
            (("lstm_vs_gru",), "lstm_vs_gru"),
        ],
    )
    def test_of_wrong_input_is_one_message(
        self, run: Run, words: tuple[str, ...], named: str
    ) -> None:
        answer = run("plan", "data=digits", *words)
        assert (answer.status, answer.out) == (2, "")
        (line,) = answer.err.splitlines()
        assert line.startswith("error: ")
        assert named in line

    def test_imports_neither_tensorflow_nor_mlflow(self, swept: None) -> None:
        script = (
            "import json, sys\n"
            "from rnnbench.cli import run\n"
            "status = run(sys.argv[1:])\n"
            "heavy = {'tensorflow', 'keras', 'mlflow', 'sqlalchemy', 'optuna', 'matplotlib'}\n"
            "print(json.dumps([status, sorted(heavy & set(sys.modules))]))\n"
        )
        words = [sys.executable, "-c", script, "plan", *ARM, "seeds=3"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "2 DONE, 1 PENDING" in done.stdout
        assert json.loads(done.stdout.splitlines()[-1]) == [0, []]


class TestSeconds:
    """Of a whole plan: work is shared among the workers, but no run is divided."""

    @staticmethod
    def line(
        seconds: float | None, *, to_train: bool = True, search: str = "", is_trial: bool = False
    ) -> PlannedRun:
        return PlannedRun("gru seed=0", "PENDING", 4, 168, seconds, to_train, search, is_trial)

    def test_are_shared_by_the_workers(self) -> None:
        assert Plan((self.line(4), self.line(4), self.line(2)), 2).seconds == 5

    def test_are_at_least_those_of_the_longest_run(self) -> None:
        assert Plan((self.line(9), self.line(1)), 4).seconds == 9

    def test_are_at_least_those_of_a_trial_and_the_run_that_waits_for_it(self) -> None:
        trials = [self.line(9, search="a", is_trial=True), self.line(1, search="a", is_trial=True)]
        run, other = self.line(4, search="a"), self.line(5, search="b", is_trial=True)
        assert Plan((*trials, run, other), 4).seconds == 13
        assert Plan((*trials, run, other), 1).seconds == 19

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(
            st.tuples(st.floats(0, 100), st.sampled_from("abc"), st.booleans()),
            min_size=1,
            max_size=12,
        ),
        st.integers(1, 8),
    )
    def test_are_between_the_longest_path_and_one_worker(
        self, rows: list[tuple[float, str, bool]], workers: int
    ) -> None:
        lines = [self.line(s, search=a, is_trial=trial) for s, a, trial in rows]
        seconds = Plan(tuple(lines), workers).seconds
        assert seconds is not None
        total = sum(s for s, _, _ in rows)
        assert total / workers - 1e-9 <= seconds <= total + 1e-9
        for first, arm, _ in rows:
            assert seconds >= first
            for second, other, waits in rows:
                if other == arm and not waits and (first, arm, True) in rows:
                    assert seconds >= first + second

    @pytest.mark.parametrize(
        ("seconds", "told"),
        [
            (0.0, "under 1 s"),
            (0.4, "under 1 s"),
            (1.2, "2 s"),
            (59.5, "1 min 0 s"),
            (200, "3 min 20 s"),
            (7500, "2 h 5 min"),
        ],
    )
    def test_are_never_told_as_fewer(self, seconds: float, told: str) -> None:
        assert duration(seconds) == told

    def test_leave_out_what_is_not_trained(self) -> None:
        done = self.line(100, to_train=False)
        assert Plan((self.line(3), done), 1).seconds == 3
        assert Plan((done, self.line(None, to_train=False)), 1).seconds == 0

    def test_are_unknown_where_those_of_a_run_are(self) -> None:
        assert Plan((self.line(3), self.line(None)), 1).seconds is None


Spec = Callable[..., RunSpec]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    """Declare one run on tiny data, of which an epoch is a unit of work."""
    home = tmp_path_factory.mktemp("expected")
    (base,) = declare(expand(["+cell=gru", *COMPILED, "seeds=1"]), DataCache(home))

    def spec(epochs: int = 1, arm_key: str = "wanted") -> RunSpec:
        training = base.config.training.model_copy(update={"epochs": epochs})
        return replace(
            base, arm_key=arm_key, config=base.config.model_copy(update={"training": training})
        )

    return spec


def finished(
    spec: RunSpec, seconds: float, *, cell: str = "gru", status: str = "FINISHED", **tags: str
) -> Record:
    """Return what the store would tell of a run."""
    identity = {names.ARM_KEY: spec.arm_key, names.CELL: cell, names.WORK: f"{spec.work:.6g}"}
    return Record("id", status, identity | tags, {}, {SECONDS: seconds})


class TestExpected:
    def test_is_unknown_without_runs(self, spec: Spec) -> None:
        assert Expected([]).seconds(spec()) is None

    def test_is_the_mean_of_the_arms_own_runs(self, spec: Spec) -> None:
        known = [finished(spec(), 3.0), finished(spec(), 5.0), finished(spec(1, "other"), 100.0)]
        assert Expected(known).seconds(spec()) == 4.0

    def test_is_the_rate_of_another_arm_of_the_cell_times_the_work(self, spec: Spec) -> None:
        known = [finished(spec(2, "other"), 6.0), finished(spec(3, "third"), 1.0, cell="lstm")]
        assert Expected(known).seconds(spec(7)) == pytest.approx(21.0, rel=1e-4)

    def test_takes_the_median_rate_of_the_five_nearest_in_work(self, spec: Spec) -> None:
        near = [(90, 2.0), (95, 2.0), (100, 2.0), (105, 50.0), (110, 1.0)]
        far = [(1, 70.0), (2, 70.0), (5, 70.0), (2000, 70.0), (5000, 70.0), (9000, 70.0)]
        known = [finished(spec(epochs, str(epochs)), epochs * rate) for epochs, rate in near + far]
        assert Expected(known).seconds(spec(100)) == pytest.approx(200.0, rel=1e-4)

    def test_prefers_runs_that_the_same_loops_computed(self, spec: Spec) -> None:
        kernels = finished(spec(1, "other"), 3.0, **{names.PATH: "xla fused"})
        keras = finished(spec(1, "third"), 9.0, **{names.PATH: "xla"})
        assert Expected([kernels, keras]).seconds(spec(7)) == pytest.approx(21.0, rel=1e-4)
        assert Expected([keras]).seconds(spec(7)) == pytest.approx(63.0, rel=1e-4)

    def test_multiplies_the_seconds_of_the_epochs_alone(self, spec: Spec) -> None:
        known = finished(spec(2, "other"), 16.0)
        known = replace(known, metrics={**known.metrics, FIT_SECONDS: 6.0})
        assert Expected([known]).seconds(spec(7)) == pytest.approx(10 + 21.0, rel=1e-4)

    def test_is_unknown_for_much_more_work_than_was_ever_done(self, spec: Spec) -> None:
        known = [finished(spec(1, "other"), 8.0)]
        assert Expected(known).seconds(spec(29)) is not None
        assert Expected(known).seconds(spec(31)) is None

    @pytest.mark.parametrize("cell", ["lstm", "simple_rnn", "gru_reset_before"])
    def test_learns_nothing_from_other_cells(self, spec: Spec, cell: str) -> None:
        assert Expected([finished(spec(1, "other"), 3.0, cell=cell)]).seconds(spec()) is None

    @pytest.mark.parametrize("arm", ["wanted", "other"])
    def test_learns_nothing_from_runs_without_a_result(self, spec: Spec, arm: str) -> None:
        records = [
            *(finished(spec(1, arm), 3.0, status=s) for s in ("RUNNING", "FAILED", "KILLED")),
            finished(spec(1, arm), 3.0, **{names.TRIAL_STATE: names.PRUNED}),
            replace(finished(spec(1, arm), 3.0), metrics={}),
        ]
        assert Expected(records).seconds(spec()) is None


runs = st.lists(st.tuples(st.integers(1, 10_000), st.floats(0, 1e5)), min_size=1, max_size=12)
times = st.floats(1e-3, 1e3)


@settings(deadline=None)
@given(runs, st.integers(1, 10_000), times)
def test_expected_seconds_are_never_negative_and_follow_the_speed_of_the_machine(
    spec: Spec, known: list[tuple[int, float]], epochs: int, slower: float
) -> None:
    def expect(factor: float) -> float | None:
        records = [
            finished(spec(done, f"arm {number}"), factor * seconds)
            for number, (done, seconds) in enumerate(known)
        ]
        return Expected(records).seconds(spec(epochs))

    expected = expect(1.0)
    if expected is None:
        assert max(done for done, _ in known) < epochs / 29
        return
    assert expected >= 0
    assert expect(slower) == pytest.approx(slower * expected, rel=1e-9)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1000, 10_000), st.floats(0, 1e5)), min_size=1, max_size=5),
    st.integers(1, 100),
    st.integers(1, 290),
)
def test_expected_seconds_are_in_proportion_to_work(
    spec: Spec, known: list[tuple[int, float]], epochs: int, factor: int
) -> None:
    expected = Expected(
        finished(spec(done, f"arm {number}"), seconds)
        for number, (done, seconds) in enumerate(known)
    )
    short, long = expected.seconds(spec(epochs)), expected.seconds(spec(factor * epochs))
    assert short is not None
    assert long == pytest.approx(factor * short, rel=1e-9)

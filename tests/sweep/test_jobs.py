"""The job table: which runs a sweep declares, and what makes two of them the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rnnbench.config.expand import expand
from rnnbench.config.schema import SweepConfig
from rnnbench.errors import ConfigError
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import check_arms, declare
from rnnbench.sweep.jobs import Job, sweep_key
from rnnbench.tracking.record import Record
from rnnbench.training.spec import RunSpec

DIGITS = ("+cell=gru", "data=digits", "data.limit=50", "data.test_limit=20")
SWEEP = SweepConfig(grid={}, per_data={}, optional_data=[], retry_failed=False, accept_stale=False)


Declare = Callable[..., list[RunSpec]]


@pytest.fixture
def declared(tmp_path: Path) -> Declare:
    def call(*words: str) -> list[RunSpec]:
        return declare(expand(words), DataCache(tmp_path / "runs"))

    return call


class TestKeys:
    def test_are_one_for_each_arm_and_seed(self, declared: Declare) -> None:
        specs = declared(*DIGITS, "model.units=4,8", "seeds=3", "seed=5")
        assert len({spec.key for spec in specs}) == len(specs) == 6
        assert len({spec.arm_key for spec in specs}) == 2
        assert {spec.config.seed for spec in specs} == {5, 6, 7}

    @pytest.mark.parametrize(
        "change",
        [
            "executor.threads=2",
            "report.margin=0.2",
            "tracking.save_model=last",
            "seeds=1",
            "training.validation_fraction=0.2",
            "training.early_stopping.min_delta=0.5",
            "model.embedding.dim=7",
        ],
    )
    def test_do_not_depend_on_what_cannot_change_a_result(
        self, declared: Declare, change: str
    ) -> None:
        assert declared(*DIGITS, change)[0].key == declared(*DIGITS)[0].key

    @pytest.mark.parametrize(
        "change",
        [
            "model.units=5",
            "training.epochs=3",
            "data.limit=60",
            "optimizer=sgd",
            "training.validation_fraction=0.3",
            "data.mask=true",
            "cell.activation=relu",
        ],
    )
    def test_depend_on_what_determines_a_result(self, declared: Declare, change: str) -> None:
        words = [word for word in DIGITS if word.split("=")[0] != change.split("=")[0]]
        assert declared(*words, change)[0].key != declared(*DIGITS)[0].key

    def test_are_equal_for_units_named_and_units_matched(self, declared: Declare) -> None:
        matched = declared(*DIGITS, "match=gru:8")[0]
        assert matched.config.model.units == 8
        assert matched.key == declared(*DIGITS, "model.units=8")[0].key

    def test_of_a_sweep_do_not_depend_on_the_order_of_its_axes(self, declared: Declare) -> None:
        one = declared(*DIGITS, "model.units=4,8", "model.depth=1,2")
        other = declared(*DIGITS, "model.depth=2,1", "model.units=8,4")
        assert sweep_key(s.key for s in one) == sweep_key(s.key for s in other)

    def test_declare_equal_runs_once(self, declared: Declare) -> None:
        specs = declared(*DIGITS, "match=null,gru:32", "model.units=32", "seeds=1")
        assert len(specs) == 1


class TestPending:
    @pytest.mark.parametrize(
        ("status", "retry", "pending"),
        [
            (None, False, True),
            ("FINISHED", True, False),
            ("KILLED", False, True),
            ("RUNNING", False, True),
            ("FAILED", False, False),
            ("FAILED", True, True),
        ],
    )
    def test_runs_are_those_never_finished_and_not_failed_for_good(
        self,
        declared: Declare,
        status: str | None,
        retry: bool,
        pending: bool,
    ) -> None:
        record = None if status is None else Record("id", status)
        job = Job(declared(*DIGITS)[0], record)
        options = SWEEP.model_copy(update={"retry_failed": retry})
        assert job.is_pending(options) is pending


class TestStale:
    @pytest.mark.parametrize("status", [None, "KILLED", "FAILED"])
    def test_runs_count_where_asked_for_and_never_hide_a_failure(
        self, declared: Declare, status: str | None
    ) -> None:
        record = None if status is None else Record("new", status)
        job = Job(declared(*DIGITS)[0], record, stale=Record("old", "FINISHED"))
        assert job.status == ("FAILED" if status == "FAILED" else "STALE")
        assert job.is_pending(SWEEP) is (status != "FAILED")
        accepting = SWEEP.model_copy(update={"accept_stale": True})
        assert not job.is_pending(accepting)
        assert job.counted(accepting) == Record("old", "FINISHED")


class TestRefusals:
    def test_a_model_without_a_head_is_for_explain_only(self) -> None:
        with pytest.raises(ConfigError, match=r"model\.head"):
            check_arms(expand([*DIGITS, "model.head=none"]))

    @pytest.mark.parametrize("axis", ["seed=0,1", "seeds=2,3", "executor.threads=1,2"])
    def test_what_all_runs_share_is_no_axis(self, axis: str) -> None:
        with pytest.raises(ConfigError, match="one value for the whole sweep"):
            check_arms(expand([*DIGITS, axis]))

    def test_buckets_of_features_are_refused(self, declared: Declare) -> None:
        with pytest.raises(ConfigError, match=r"training\.buckets.*only tokens tell their length"):
            declared(*DIGITS, "training.buckets=4")

    def test_a_masked_mean_over_nothing_is_refused(self, declared: Declare, tmp_path: Path) -> None:
        x = np.array([[1, 2], [0, 0], [3, 1]], np.int32)
        y = np.array([0, 1, 0])
        np.savez(tmp_path / "own.npz", x_train=x, y_train=y, x_test=x, y_test=y)
        words = ["+cell=gru", "data=arrays", f"data.path={tmp_path}/own.npz", "data.num_words=10"]
        words += ["data.maxlen=2", "data.mask=true"]
        assert declared(*words)
        with pytest.raises(ConfigError, match="1 training samples of padding only"):
            declared(*words, "model.head=mean")

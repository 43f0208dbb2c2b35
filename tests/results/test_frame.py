"""The run table and the names of its arms."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from rnnbench.config.arm_names import told_apart
from rnnbench.results.arm_names import parameters
from rnnbench.results.arms import add_arm_names, finished
from rnnbench.results.frame import frame, with_parameters, without_doubles
from rnnbench.results.rows import COLUMNS, rows_of
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from tests.report.records import MATCHED, record


def test_a_parameter_that_a_run_does_not_have_is_none_in_its_name() -> None:
    runs = frame([record("gru", 0, 0.8), record("gru", 0, 0.8, **{"training.buckets": "16"})])
    assert set(add_arm_names(runs)["arm"]) == {
        "gru buckets=none",
        "gru buckets=16",
    }


class TestRunTable:
    def test_has_the_declared_columns_and_types(self) -> None:
        runs = frame(MATCHED)
        for column in COLUMNS:
            assert str(runs[column.name].dtype) == column.dtype

    def test_keeps_what_was_not_measured_apart_from_zero(self) -> None:
        assert frame(MATCHED)["test_accuracy"].isna().all()

    def test_counts_a_repeated_run_once(self) -> None:
        assert len(finished(frame([*MATCHED, MATCHED[0]]))) == len(MATCHED)

    def test_says_once_what_a_parameter_is_and_gives_all_of_them_back(self) -> None:
        whole = frame([*MATCHED, record("gru", 0, 0.8, **{"data.maxlen": "null"})])
        runs = without_doubles(whole)
        doubled = {"units": "model.units", "cell": "cell.name", "depth": "model.depth"}
        assert not {*doubled.values()} & {*runs.columns}
        assert {*doubled} <= {*runs.columns}
        assert list(runs["data.maxlen"])[-1] == "null"  # which no number says
        pd.testing.assert_frame_equal(with_parameters(runs), whole)

    def test_of_no_runs_is_empty_with_all_columns(self) -> None:
        assert list(frame([]).columns) == [column.name for column in COLUMNS]


class TestArmNames:
    def test_name_what_varies_within_a_cell(self) -> None:
        runs = frame([*MATCHED, record("gru", 0, 0.8, **{"model.depth": "2"})])
        rows = rows_of(runs).rows
        apart = told_apart([(str(row["cell"]), parameters(row)) for row in rows])
        assert all(list(told) == ["model.depth"] for told in apart)
        assert set(add_arm_names(runs)["arm"]) == {"lstm depth=1", "gru depth=1", "gru depth=2"}

    def test_leave_out_what_only_repeats_the_cell(self) -> None:
        assert set(add_arm_names(frame(MATCHED))["arm"]) == {"lstm", "gru"}

    def test_have_the_options_of_a_cell_only_where_these_vary(self) -> None:
        """What a file of a cell does not mention has Keras's default, not none."""
        lstm = {"cell.activation": "tanh", "cell.unit_forget_bias": "True"}
        found = [
            record("lstm", 0, 0.8, **lstm),
            record("lstm", 0, 0.8, **{"cell.activation": "relu"}),
            record("gru", 0, 0.8, **{"cell.activation": "tanh"}),
        ]
        assert list(add_arm_names(frame(found))["arm"]) == [
            "lstm activation=tanh",
            "lstm activation=relu",
            "gru",
        ]

    def test_have_drawn_values_only_where_nothing_else_tells_arms_apart(self) -> None:
        search = {names.SEARCH: '{"sampler": "random", "space": {"optimizer.learning_rate": {}}}'}
        found = []
        for depth, rate in (("1", "0.01"), ("2", "0.002"), ("2", "0.003")):
            changes = {"model.depth": depth, "optimizer.learning_rate": rate}
            known = record("gru", 0, 0.8, **changes)
            found.append(replace(known, tags={**known.tags, **search}))
        assert list(add_arm_names(frame(found[:2]))["arm"]) == ["gru depth=1", "gru depth=2"]
        assert list(add_arm_names(frame(found))["arm"]) == [
            "gru depth=1",
            "gru depth=2 learning_rate=0.002",
            "gru depth=2 learning_rate=0.003",
        ]

    def test_tell_apart_arms_that_differ_in_their_data_only(self) -> None:
        one, other = record("gru", 0, 0.8), record("gru", 1, 0.8)
        other = Record("x", "FINISHED", {**other.tags, names.ARM_KEY: "other0"}, other.params, {})
        arms = list(add_arm_names(frame([one, other]))["arm"])
        assert len(set(arms)) == 2

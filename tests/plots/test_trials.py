"""Rows of trials, curves of the expected best and the order of keys."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from rnnbench.config.metrics import METRICS
from rnnbench.plots.trials import (
    Shares,
    Trials,
    draw_expected_best,
    draw_importance,
    draw_trials,
    expected_curves,
    ordered_keys,
    trial_rows,
)

NAN = float("nan")
VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


class TestTrialRows:
    def test_largest_value_first(self) -> None:
        rows = trial_rows(
            [("a", "gru", [0.1, 0.7, 0.3], 0), ("b", "lstm", [0.8], 2), ("c", "gru", [], 3)],
            largest=True,
        )
        assert rows == [
            Trials("b", "lstm", (0.8,), 1, 2),
            Trials("a", "gru", (0.7, 0.3, 0.1), 1, 0),
            Trials("c", "gru", (), 0, 3),
        ]

    def test_smallest_loss_first(self) -> None:
        rows = trial_rows([("a", "gru", [2.0, 1.0, NAN], 0), ("b", "gru", [0.5], 0)], largest=False)
        assert [(row.arm, row.values) for row in rows] == [("b", (0.5,)), ("a", (1.0, 2.0))]

    def test_label_counts_what_failed(self) -> None:
        with_failed, without = (Trials("gru", "gru", (0.5, 0.4), 1, failed) for failed in (3, 0))
        assert with_failed.label == "gru\n2 complete, 3 failed"
        assert without.label == "gru\n2 complete"

    @given(VALUES, st.booleans())
    def test_top_ones_are_the_best_tenth_and_at_least_one(
        self, values: list[float], largest: bool
    ) -> None:
        (row,) = trial_rows([("a", "gru", values, 0)], largest=largest)
        assert row.top == max(1, round(len(values) / 10))
        assert sorted(row.values) == sorted(values)
        best, rest = row.values[: row.top], row.values[row.top :]
        pairs = itertools.product(best, rest)
        assert all(one >= other if largest else one <= other for one, other in pairs)


class TestExpectedCurves:
    @given(VALUES, st.booleans())
    def test_run_from_the_mean_to_the_best(self, values: list[float], largest: bool) -> None:
        (curve,) = expected_curves(
            trial_rows([("a", "gru", values, 0)], largest=largest), largest=largest
        )
        assert len(curve.expected) == len(values)
        assert curve.expected[0] == pytest.approx(statistics.fmean(values))
        assert curve.expected[-1] == (max(values) if largest else min(values))

    def test_arm_without_a_complete_trial_has_none(self) -> None:
        assert expected_curves([Trials("a", "gru", (), 0, 4)], largest=True) == []


def test_keys_that_matter_most_over_all_arms_come_first() -> None:
    arms = [
        Shares("a", "gru", {"units": 0.5, "dropout": 0.5}),
        Shares("b", "lstm", {"units": 0.2, "rate": 0.6, "dropout": 0.2}),
    ]
    assert ordered_keys(arms) == ["dropout", "units", "rate"]
    assert ordered_keys([]) == []


class TestDrawing:
    def test_every_trial_is_a_point_and_the_top_ones_are_larger(self) -> None:
        rows = trial_rows([("a", "gru", [v / 30 for v in range(30)], 1)], largest=True)
        axes = Figure().subplots()
        draw_trials(axes, rows, METRICS["val_accuracy"])
        rest, top = axes.get_lines()[:2]
        assert (len(rest.get_xdata()), len(top.get_xdata())) == (27, 3)
        assert min(top.get_xdata()) > max(rest.get_xdata())
        assert top.get_markersize() > rest.get_markersize()
        assert [label.get_text() for label in axes.get_yticklabels()] == [rows[0].label]

    @pytest.mark.parametrize("count", [1, 2, 3, 8, 9])
    def test_curves_are_marked_at_doublings_of_the_budget(self, count: int) -> None:
        values = [v / 10 for v in range(count)]
        curves = expected_curves(trial_rows([("a", "gru", values, 0)], largest=True), largest=True)
        axes = Figure().subplots()
        draw_expected_best(axes, curves, replace(METRICS["accuracy"], words="accuracy"))
        (line,) = axes.get_lines()
        marked = [list(line.get_xdata())[place] for place in line.get_markevery()]
        assert marked == [k for k in (1, 2, 4, 8) if k <= count]
        assert axes.get_ylabel() == "expected best accuracy"

    def test_one_bar_for_each_key_and_arm(self) -> None:
        arms = [
            Shares("a", "gru", {"units": 0.7, "dropout": 0.3}),
            Shares("b", "lstm", {"units": 1.0}),
        ]
        axes = Figure().subplots()
        draw_importance(axes, arms)
        assert [bar.get_width() for bar in axes.patches] == [0.7, 0.3, 1.0, 0.0]
        assert [label.get_text() for label in axes.get_yticklabels()] == ["units", "dropout"]
        assert axes.get_legend_handles_labels()[1] == ["a", "b"]
        places = sorted((bar.get_y(), bar.get_y() + bar.get_height()) for bar in axes.patches)
        for (_, end), (start, _) in itertools.pairwise(places):
            assert end <= start + 1e-9

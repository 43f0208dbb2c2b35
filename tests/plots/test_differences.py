"""Rows of comparisons: their labels, verdicts in words, and how far the axis goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from rnnbench.config.metrics import METRICS
from rnnbench.plots.differences import DifferenceRow, difference_rows, draw_differences
from rnnbench.plots.intervals import reach
from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.family import ArmValues, Comparison, family

NAN = float("nan")


def compared(a: list[float], b: list[float]) -> Comparison:
    arms = {"a": ArmValues(dict(enumerate(a))), "b": ArmValues(dict(enumerate(b)))}
    (found,) = family(arms, [("a", "b")], margin=0.01)
    return found


CLEAR = compared([0.90, 0.91, 0.92, 0.93], [0.80, 0.82, 0.81, 0.83])
OPEN = compared([0.9, 0.8, 0.85], [0.8, 0.85, 0.8])
ONE_SEED = compared([0.9], [0.8])
NOTHING = replace(ONE_SEED, difference=Interval(NAN, NAN, NAN))


def test_each_comparison_is_a_row_in_the_order_given() -> None:
    told = ("gru better by more than the margin", "undecided (about 12 to 30 seeds)", "undecided")
    given_ = [
        ("gru", "lstm", "", result, words)
        for result, words in zip((CLEAR, OPEN, ONE_SEED), told, strict=True)
    ]
    rows = difference_rows(given_)
    assert [row.label for row in rows] == ["gru − lstm"] * 3
    assert [row.words.replace("\n", " ") for row in rows] == list(told)
    assert rows[0].words == "gru better\nby more than\nthe margin"
    assert rows[0].difference == CLEAR.difference


def test_comparison_without_a_difference_has_no_Interval() -> None:
    assert difference_rows([("gru", "lstm", "", NOTHING, "undecided")]) == []


def test_long_names_are_broken_at_the_minus_sign() -> None:
    a, b = "gru model.depth=2 data.maxlen=500", "lstm model.depth=2 data.maxlen=500"
    (found,) = difference_rows([(a, b, "", CLEAR, "")])
    assert found.label == f"{a}\n− {b}"


def test_what_both_have_in_common_stands_first() -> None:
    (found,) = difference_rows([("LSTM", "GRU", "4 layers", CLEAR, "")])
    assert found.label == "4 layers:\nLSTM − GRU"


class TestReach:
    def test_goes_as_far_as_the_widest_interval_or_the_margin(self) -> None:
        assert reach([Interval(0.1, -0.1, 0.3)], 0.01) == pytest.approx(1.08 * 0.3)
        assert reach([Interval(0.001, 0.0, 0.002)], 0.01) == pytest.approx(1.08 * 0.01)
        assert reach([Interval(0.2, NAN, NAN)], 0.01) == pytest.approx(1.08 * 0.2)

    def test_one_interval_several_times_as_wide_does_not_squeeze_the_others(self) -> None:
        rows = [Interval(0.02, 0.0, 0.04), Interval(0.01, -0.02, 0.04), Interval(-0.1, -5, 4.8)]
        assert reach(rows, 0.01) == pytest.approx(1.08 * 0.1)

    def test_nothing_at_all_still_has_an_axis(self) -> None:
        assert reach([], 0) > 0
        assert reach([Interval(0, 0, 0)], 0) > 0

    @given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 2)), max_size=8), st.floats(0, 0.5))
    def test_holds_the_margin_and_every_estimate(
        self, found: list[tuple[float, float]], margin: float
    ) -> None:
        rows = [Interval(middle, middle - half, middle + half) for middle, half in found]
        edge = reach(rows, margin)
        assert all(abs(one.estimate) <= edge for one in rows)
        assert margin <= edge


def test_band_is_the_margin_and_hollow_points_are_undecided() -> None:
    rows = difference_rows([("a", "b", "", CLEAR, "better"), ("a", "c", "", OPEN, "undecided")])
    axes = Figure().subplots()
    draw_differences(axes, rows, 0.01, METRICS["test_accuracy"])
    (band,) = axes.patches
    assert band.get_extents().transformed(axes.transData.inverted()).intervalx == pytest.approx(
        [-0.01, 0.01]
    )
    faces = [line.get_markerfacecolor() for line in axes.get_lines() if line.get_marker() == "o"]
    assert faces == ["#000000", "white"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a − b", "a − c"]
    assert "test accuracy" in axes.get_xlabel()
    assert "±0.01" in axes.get_xlabel()


def test_end_beyond_the_axis_is_an_arrow() -> None:
    differences = [Interval(0.02, 0, 0.04), Interval(0.01, -0.02, 0.04), Interval(-0.1, -5, 4.8)]
    rows = [DifferenceRow("a", "b", "", one, "undecided", "undecided") for one in differences]
    axes = Figure().subplots()
    draw_differences(axes, rows, 0.01, METRICS["accuracy"])
    arrows = [line for line in axes.get_lines() if line.get_marker() in ("<", ">")]
    assert [line.get_marker() for line in arrows] == ["<", ">"]
    assert [line.get_ydata()[0] for line in arrows] == [2, 2]
    assert axes.get_xlim()[1] < 0.2

"""Rows of replicates: order, interval, and where each point lies."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy import stats

from rnnbench.config.metrics import METRICS
from rnnbench.formatting.wrapping import filled
from rnnbench.plots.replicates import draw_replicates, height_of, offsets, replicate_rows

TEST = METRICS["test_accuracy"]
NAN = float("nan")


def test_rows_are_sorted_by_mean_with_students_interval() -> None:
    rows = replicate_rows(
        [
            ("low", "gru", {0: 0.5, 1: 0.7}),
            ("high", "lstm", {0: 0.9, 1: NAN, 2: 0.8}),
            ("none", "gru", {0: NAN}),
            ("also low", "gru", {0: 0.6}),
        ],
        0.9,
        TEST,
    )
    assert [(row.arm, row.cell, row.values) for row in rows] == [
        ("high", "lstm", (0.8, 0.9)),
        ("also low", "gru", (0.6,)),
        ("low", "gru", (0.5, 0.7)),
    ]
    assert (rows[0].seeds, rows[0].rank(0.8)) == ((2, 0), "rank 2 of 2")
    expected = stats.t.interval(0.9, 1, 0.85, stats.sem([0.8, 0.9]))
    assert (rows[0].low, rows[0].high) == pytest.approx(expected)
    assert math.isnan(rows[1].low)


@given(st.lists(st.lists(st.floats(0, 1), max_size=6), max_size=6))
def test_no_replicate_is_lost_and_means_fall(arms: list[list[float]]) -> None:
    rows = replicate_rows(
        [(str(i), "gru", dict(enumerate(values))) for i, values in enumerate(arms)], 0.95, TEST
    )
    assert sorted(v for row in rows for v in row.values) == sorted(v for arm in arms for v in arm)
    assert all(one.mean >= other.mean for one, other in itertools.pairwise(rows))


@pytest.mark.parametrize("count", [0, 1, 2, 5, 100])
def test_points_stay_in_their_row_and_equal_ones_apart(count: int) -> None:
    found = offsets(count)
    assert len(set(found)) == count
    assert all(-0.25 <= offset < 0.25 for offset in found)
    assert all(abs(one - other) > 0.1 for one, other in itertools.pairwise(found))


def test_every_replicate_is_drawn_with_the_mean_on_top() -> None:
    rows = replicate_rows(
        [("a", "gru", {0: 0.1, 1: 0.4, 2: 0.2}), ("b", "lstm", {0: 0.9})], 0.95, TEST
    )
    axes = Figure().subplots()
    draw_replicates(axes, rows, TEST)
    points = [list(line.get_xdata()) for line in axes.get_lines() if line.get_linestyle() == "None"]
    assert points == [[0.9], [0.1, 0.2, 0.4]]
    (mean,) = (line for line in axes.get_lines() if list(line.get_xdata()) == [rows[1].mean])
    assert mean.get_zorder() > 3
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b", "a"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert axes.get_xlabel() == "test accuracy"


def test_labels_break_at_spaces_only() -> None:
    assert filled("gru model.depth=2 data.maxlen=500", 20) == "gru model.depth=2\ndata.maxlen=500"
    assert filled("one\ntwo", 30) == "one\ntwo"
    assert filled("model.very-long-key=0.123456789", 10) == "model.very-long-key=0.123456789"


def test_figures_grow_with_rows_and_lines() -> None:
    assert height_of(["a"], 1) < height_of(["a"], 2) < height_of(["a\nb\nc\nd"], 2)
    assert height_of([], 0) > 1

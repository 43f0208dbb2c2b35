"""A line a seed: which arms stand beside each other, and where seeds are named."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from rnnbench.config.metrics import METRICS
from rnnbench.plots.replicates import replicate_rows
from rnnbench.plots.slope import Slope, draw_slope, spread_out, value_limits
from rnnbench.report.build import build
from rnnbench.report.document import Picture
from rnnbench.report.write import pictures
from rnnbench.tracking.record import Record
from tests.report.records import MATCHED, OPTIONS, record, tables

TEST = METRICS["test_accuracy"]
SEEDS = {"lstm": {0: 0.5, 1: 0.8, 2: 0.9}, "gru": {0: 0.4, 2: 0.7}}
ROWS = replicate_rows([(cell, cell, values) for cell, values in SEEDS.items()], 0.95, TEST)
SLOPE = Slope("depth=2", ("lstm", "gru"), tuple(ROWS))


@given(st.lists(st.floats(0, 1), max_size=12), st.floats(0.01, 0.3))
def test_names_lie_apart_in_the_order_of_their_lines(heights: list[float], room: float) -> None:
    places = spread_out(heights, room)
    assert len(places) == len(heights)
    order = sorted(range(len(heights)), key=lambda index: (heights[index], index))
    for one, other in itertools.pairwise(order):
        assert places[other] - places[one] >= room - 1e-9


def test_names_that_have_room_stay_at_their_lines() -> None:
    assert spread_out([0.9, 0.1, 0.5], 0.2) == pytest.approx([0.9, 0.1, 0.5])
    assert spread_out([0.5, 0.5], 0.2) == pytest.approx([0.4, 0.6])


def test_a_seed_has_a_value_of_every_arm_or_none() -> None:
    assert list(SLOPE.by_seed) == [0, 1, 2]
    assert SLOPE.by_seed[0] == (0.5, 0.4)
    assert math.isnan(SLOPE.by_seed[1][1])


def test_a_line_connects_each_seed_and_tells_its_rank() -> None:
    axes = Figure().subplots()
    draw_slope(axes, SLOPE, TEST, value_limits([SLOPE]))
    told = [line.get_gid() or "" for line in axes.get_lines()]
    (first,) = (text for text in told if '"seed 0"' in text)
    assert "lstm 0.5000, rank 3 of 3|gru 0.4000, rank 2 of 2" in first
    names = [text.get_text() for text in axes.texts]
    assert sorted(names) == ["seed 0", "seed 2"]  # gru, the last arm, has no seed 1
    assert axes.get_xlabel() == "depth=2"


class TestReport:
    def pictures(self, records: list[Record]) -> list[Picture]:
        document = build(tables(records), "x", OPTIONS, [])
        return [p for p in pictures(document) if p.key.startswith(("seeds", "replicates"))]

    def test_arms_that_differ_in_their_cell_are_one_figure(self) -> None:
        (picture,) = self.pictures(MATCHED)
        assert picture.key.startswith("seeds_")

    def test_an_arm_without_a_partner_has_its_seeds_in_a_figure_too(self) -> None:
        deep = [record("gru", seed, 0.7, **{"model.depth": "2"}) for seed in range(3)]
        keys = [picture.key for picture in self.pictures([*MATCHED, *deep])]
        assert [key.partition("_")[0] for key in keys] == ["seeds", "replicates"]

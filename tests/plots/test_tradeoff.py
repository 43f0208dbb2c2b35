"""The Pareto front and where arms are drawn along their cost."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from rnnbench.config.metrics import METRICS
from rnnbench.plots.style import legend_columns
from rnnbench.plots.tradeoff import (
    Point,
    arm_order,
    cost_limits,
    cost_ticks,
    draw_tradeoff,
    pareto,
    save_tradeoff,
    side_by_side,
)

NAN = float("nan")
POINTS = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), max_size=12)
COSTS = st.lists(st.floats(1e-3, 1e8), min_size=1, max_size=12).map(sorted)


def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] <= other[0] and one[1] >= other[1]


class TestPareto:
    def test_by_hand(self) -> None:
        #          0         1         2         3          4
        points = [(2, 0.8), (1, 0.7), (3, 0.8), (4, 0.95), (2, 0.75)]
        assert pareto(points) == [1, 0, 3]
        assert pareto([]) == []
        assert pareto([(5, 0.1)]) == [0]

    def test_equal_points_are_all_on_it(self) -> None:
        assert pareto([(1, 0.5), (1, 0.5), (1, 0.4)]) == [0, 1]

    def test_same_accuracy_for_more_is_beaten(self) -> None:
        assert pareto([(2, 0.5), (1, 0.5)]) == [1]

    @given(POINTS)
    def test_holds_exactly_the_points_that_none_beats(
        self, points: list[tuple[float, float]]
    ) -> None:
        expected = [
            i for i, point in enumerate(points) if not any(beats(other, point) for other in points)
        ]
        found = pareto(points)
        assert sorted(found) == expected
        assert [points[i][0] for i in found] == sorted(points[i][0] for i in found)


class TestAxis:
    @given(COSTS)
    def test_has_room_for_all_costs_and_a_factor_of_four(self, costs: list[float]) -> None:
        low, high = cost_limits(costs)
        assert low < costs[0] <= costs[-1] < high
        assert high / low >= 4 * (1 - 1e-9)

    @given(COSTS)
    def test_has_two_to_twelve_round_ticks(self, costs: list[float]) -> None:
        limits = cost_limits(costs)
        ticks = cost_ticks(limits)
        assert 2 <= len(ticks) <= 12
        assert ticks == sorted(set(ticks))
        assert limits[0] <= ticks[0] < ticks[-1] <= limits[1]
        assert {f"{tick:.0e}"[0] for tick in ticks} <= set("1235")
        for tick in ticks:
            assert tick == pytest.approx(float(f"{tick:.0e}"))

    def test_ticks_by_hand(self) -> None:
        assert cost_ticks((65_500, 262_000)) == [100_000, 200_000]
        assert cost_ticks((0.4, 7)) == [0.5, 1, 2, 5]
        assert cost_ticks((50, 2e4)) == [100, 300, 1_000, 3_000, 10_000]

    @pytest.mark.parametrize("cost", [0.0, -1.0, NAN, math.inf])
    def test_cost_that_has_no_logarithm_is_refused(self, cost: float) -> None:
        with pytest.raises(ValueError, match="positive numbers"):
            cost_limits([1.0, cost])

    def test_no_arm_is_refused(self) -> None:
        with pytest.raises(ValueError, match="positive numbers"):
            save_tradeoff({"parameters": []}, METRICS["accuracy"], "nothing", [Path("nothing.png")])


class TestSideBySide:
    def test_arms_far_apart_stay_where_they_are(self) -> None:
        assert side_by_side([100, 200, 400]) == [100, 200, 400]

    def test_arms_of_equal_cost_are_drawn_around_it(self) -> None:
        one, two, three = side_by_side([131_000, 131_000, 131_000])
        assert one < two == 131_000 < three
        assert one * three == pytest.approx(two**2)

    @given(COSTS)
    def test_none_is_drawn_far_from_its_cost(self, costs: list[float]) -> None:
        low, high = cost_limits(costs)
        for cost, place in zip(costs, side_by_side(costs), strict=True):
            assert abs(math.log(place / cost)) <= 0.009 * len(costs) * math.log(high / low) + 1e-9


class TestDrawing:
    def test_one_point_an_arm_with_its_interval_and_the_front(self) -> None:
        points = [
            Point("b", "gru", 200.0, 0.9, 0.88, 0.92),
            Point("a", "lstm", 100.0, 0.8, NAN, NAN),
            Point("c", "simple_rnn", 400.0, 0.7, 0.6, 0.8),
        ]
        axes = Figure().subplots()
        draw_tradeoff(axes, points, "parameters", METRICS["accuracy"], arm_order([points]))
        _, labels = axes.get_legend_handles_labels()
        assert labels == ["Pareto front", "a", "b", "c"]
        front = axes.get_lines()[0]
        assert list(front.get_xdata())[:2] == [100, 200]
        assert list(front.get_ydata()) == [0.8, 0.9, 0.9]
        assert front.get_drawstyle() == "steps-post"
        paths = [path for bars in axes.collections for path in bars.get_paths()]
        ends = [float(end) for path in paths for end in path.vertices[:, 1]]
        assert ends == pytest.approx([NAN, NAN, 0.88, 0.92, 0.6, 0.8], nan_ok=True)
        assert (axes.get_xlabel(), axes.get_xscale()) == ("parameters", "log")

    def test_arms_of_one_cell_are_numbered(self) -> None:
        points = [Point(arm, "gru", 100.0, 0.5, NAN, NAN) for arm in "ba"]
        axes = Figure().subplots()
        draw_tradeoff(axes, points, "parameters", METRICS["accuracy"], arm_order([points]))
        assert axes.get_legend_handles_labels()[1] == ["Pareto front", "1 a", "2 b"]
        assert sorted(text.get_text() for text in axes.texts) == ["1", "2"]

    def test_longer_names_get_fewer_columns(self) -> None:
        assert legend_columns(["gru"]) == 4
        assert legend_columns(["gru model.depth=2 data.maxlen=500"]) == 2
        assert legend_columns(["x" * 300]) == 1
        assert legend_columns([]) == 4

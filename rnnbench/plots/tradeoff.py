"""Accuracy or error against a cost: one point an arm with its interval, and the Pareto front."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.config.metric import Metric
from rnnbench.plots.marks import mark
from rnnbench.plots.style import draw_legend, legend_columns, marker, new_figure, tones, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FRONT = "Pareto front"
_CLOSE = 0.018  # share of the axis within which two arms cost the same to the eye


@dataclass(frozen=True)
class Point:
    """An arm: what it costs, what it reaches, and the ends of the interval (NaN without one)."""

    arm: str
    cell: str
    cost: float
    value: float
    low: float
    high: float

    def told(self, cost: str, metric: Metric) -> str:
        """Return the cost, and what is reached with its interval."""
        shown = metric.shown_within(self.value, self.low, self.high)
        return f"{self.cost:,.6g} {cost}, {score(metric)} {shown}"


def score(metric: Metric) -> str:
    """Return what arms reach in a word: accuracy, or the name of an error."""
    return metric.of_error or "accuracy"


def pareto(points: Sequence[tuple[float, float]]) -> list[int]:
    """Return the indices of the (cost, value) points that none beats, cheapest first.

    A point beats another if it costs no more and is as high, and is better in one of the two:
    of equal points none beats the other.
    """
    front: list[int] = []
    for index in sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1])):
        best = points[front[-1]] if front else (math.nan, -math.inf)
        if points[index][1] > best[1] or points[index] == best:
            front.append(index)
    return front


def cost_limits(costs: Sequence[float]) -> tuple[float, float]:
    """Return the ends of a logarithmic axis with room at both sides: at least a factor of four.

    Raises:
        ValueError: for a cost that such an axis cannot show.
    """
    if not costs or not all(0 < cost < math.inf for cost in costs):
        raise ValueError(f"costs: expected positive numbers, received {list(costs)}")
    low, high = min(costs), max(costs)
    room = max((high / low) ** 0.08, 2 / math.sqrt(high / low))
    return low / room, high * room


def cost_ticks(limits: tuple[float, float]) -> list[float]:
    """Return the round numbers on a logarithmic axis, few enough to stand beside each other."""
    decades = math.log10(limits[1] / limits[0])
    steps = ((0.8, (1, 2, 3, 5)), (1.5, (1, 2, 5)), (3, (1, 3)), (math.inf, (1,)))
    digits = next(digits for most, digits in steps if decades < most)
    powers = range(math.floor(math.log10(limits[0])), math.ceil(math.log10(limits[1])) + 1)
    ticks = [digit * 10.0**power for power in powers for digit in digits]
    return [tick for tick in ticks if limits[0] <= tick <= limits[1]]


def cost_axis(
    axes: Axes, limits: tuple[float, float], ticks: Sequence[float] | None = None
) -> None:
    """Make the axis of costs a logarithmic one, with ticks at round numbers unless given."""
    axes.set_xscale("log")
    axes.set_xlim(limits)
    axes.set_xticks(cost_ticks(limits) if ticks is None else ticks)
    axes.minorticks_off()
    axes.xaxis.set_major_formatter("{x:,.12g}")


def side_by_side(costs: Sequence[float]) -> list[float]:
    """Return where rising costs are drawn: where arms cost about the same, beside each other."""
    low, high = cost_limits(costs)
    step = (high / low) ** _CLOSE
    groups: list[list[float]] = []
    for cost in costs:
        if groups and cost < groups[-1][0] * step:
            groups[-1].append(cost)
        else:
            groups.append([cost])
    return [
        cost * step ** (place - (len(group) - 1) / 2)
        for group in groups
        for place, cost in enumerate(group)
    ]


def arm_order(panels: Iterable[Sequence[Point]]) -> list[Point]:
    """Return one point of each arm: as in the first panel, the cheapest first, then the others."""
    first: dict[str, Point] = {}
    for panel in panels:
        for point in sorted(panel, key=_cheapest):
            first.setdefault(point.arm, point)
    return list(first.values())


def _cheapest(point: Point) -> tuple[float, float, str]:
    return point.cost, -point.value, point.arm


def draw_tradeoff(
    axes: Axes, points: Sequence[Point], cost: str, metric: Metric, arms: Sequence[Point]
) -> None:
    """Draw arms on an axis.

    Args:
        axes: what is drawn on.
        points: the arms that have such a cost.
        cost: what they cost, with its unit.
        metric: what they reach.
        arms: all arms of the figure, in the order that gives them a number and a shade.
    """
    points = sorted(points, key=_cheapest)
    costs = [point.cost for point in points]
    limits = cost_limits(costs)
    front = [points[index] for index in pareto([(p.cost, metric.sign * p.value) for p in points])]
    ends = [*(point.cost for point in front), limits[1]]
    levels = [*(point.value for point in front), front[-1].value]
    (line,) = axes.step(ends, levels, "--", where="post", color="#888888", label=FRONT, zorder=1)
    mark(line, arm=FRONT)
    numbered = len({arm.cell for arm in arms}) < len(arms)
    names = {arm.arm: f"{n} {arm.arm}" if numbered else arm.arm for n, arm in enumerate(arms, 1)}
    shade = dict(zip(names, tones([arm.cell for arm in arms]), strict=True))
    for rank, (point, x) in enumerate(zip(points, side_by_side(costs), strict=True)):
        drawn = axes.errorbar(
            [x],
            [point.value],
            [
                [point.value - max(point.low, metric.low)],
                [min(point.high, metric.high) - point.value],
            ],
            marker=marker(point.cell),
            linestyle="none",
            color=shade[point.arm],
            markersize=8,
            markeredgecolor="black",
            markeredgewidth=0.6,
            label=names[point.arm],
        )
        facts = {"arm": names[point.arm], "told": point.told(cost, metric)}
        for part in filter(None, (drawn[0], *drawn[2])):
            mark(part, **facts)
        if numbered:
            place: dict[str, Any] = {
                "xytext": (4, 5 if rank % 2 else -11),
                "textcoords": "offset points",
            }
            number = names[point.arm].partition(" ")[0]
            text = axes.annotate(number, (x, point.value), fontsize=8, **place)
            mark(text, arm=names[point.arm])
    cost_axis(axes, limits)
    axes.set(xlabel=cost, ylabel=score(metric))
    axes.grid(alpha=0.25)


def save_tradeoff(
    panels: Mapping[str, Sequence[Point]], metric: Metric, title: str, paths: Iterable[Path]
) -> None:
    """Draw what arms reach against each cost, such as "recurrent parameters", into each file."""
    arms = arm_order(panels.values())
    rows = -(-(1 + len(arms)) // legend_columns(f"10 {point.arm}" for point in arms))
    with new_figure(4.6 * len(panels), 4 + 0.2 * rows, title) as figure:
        drawn = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (cost, points) in zip(drawn, panels.items(), strict=True):
            draw_tradeoff(axes, points, cost, metric, arms)
            axes.tick_params(labelleft=True)  # on a page each panel stands alone
        draw_legend(*drawn)
        write(figure, paths)

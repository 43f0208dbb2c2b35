"""Seeds across arms that differ in their cell: a line a seed, the mean and its interval beside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.config.metric import Metric
from rnnbench.formatting.wrapping import filled
from rnnbench.plots.marks import mark
from rnnbench.plots.replicates import ReplicateRow
from rnnbench.plots.style import colour, marker, new_figure, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE: dict[str, Any] = {"color": "#6E7781", "linewidth": 0.9, "alpha": 0.75}
_LEADER: dict[str, Any] = {"color": "#6E7781", "linewidth": 0.5}
_LETTER = 12.0  # points from one seed's name to the next
_HEIGHT = 3.1  # inches of a panel
_NAME = 10  # letters in a line of an arm's name
_MOST_NAMED = 16  # seeds
_BESIDE = 0.18  # how far left of its seeds an arm's mean stands


@dataclass(frozen=True)
class Slope:
    """Arms that differ in their cell and nothing else.

    Attributes:
        title: what their names have in common; may be empty.
        labels: what is each arm's own.
        arms: their replicates, in the order in which they are drawn.
    """

    title: str
    labels: tuple[str, ...]
    arms: tuple[ReplicateRow, ...]

    @property
    def by_seed(self) -> Mapping[int, tuple[float, ...]]:
        """For each seed the value of every arm; NaN where it was not measured."""
        known = [dict(zip(arm.seeds, arm.values, strict=True)) for arm in self.arms]
        seeds = sorted({seed for values in known for seed in values})
        return {seed: tuple(values.get(seed, math.nan) for values in known) for seed in seeds}


def spread_out(heights: Sequence[float], room: float) -> list[float]:
    """Return heights, in the same order, at least ``room`` apart and else as near as can be."""
    order = sorted(range(len(heights)), key=lambda index: (heights[index], index))
    pools: list[tuple[float, int]] = []  # neighbours that touch: the height of their first, size
    for place, index in enumerate(order):
        pools.append((heights[index] - place * room, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (low, few), (high, more) = pools[-2:]
            pools[-2:] = [((low * few + high * more) / (few + more), few + more)]
    spread = [level for level, size in pools for _ in range(size)]
    found = [0.0] * len(heights)
    for place, (index, level) in enumerate(zip(order, spread, strict=True)):
        found[index] = level + place * room
    return found


def value_limits(slopes: Iterable[Slope]) -> tuple[float, float]:
    """Return the ends of an axis that holds every seed and every interval."""
    rows = [arm for slope in slopes for arm in slope.arms]
    lows = [min(arm.values[0], arm.shown[0]) for arm in rows]
    highs = [max(arm.values[-1], arm.shown[1]) for arm in rows]
    room = 0.04 * (max(highs) - min(lows)) or 0.01
    return min(lows) - room, max(highs) + room


def draw_slope(axes: Axes, slope: Slope, metric: Metric, limits: tuple[float, float]) -> None:
    """Draw a line a seed on an axis between ``limits``."""
    for seed, values in slope.by_seed.items():
        known = [place for place, value in enumerate(values) if value == value]
        (line,) = axes.plot(known, [values[place] for place in known], **_LINE)
        told = (
            f"{slope.labels[place]} {metric.shown(value)}, {slope.arms[place].rank(value)}"
            for place, value in enumerate(values)
            if value == value
        )
        mark(line, name=f"seed {seed}", told=told)
    for place, arm in enumerate(slope.arms):
        style: dict[str, Any] = {"marker": marker(arm.cell), "color": colour(arm.cell)}
        seeds = [place] * len(arm.values)
        axes.plot(seeds, arm.values, linestyle="none", markersize=4, alpha=0.8, **style)
        beside = place - _BESIDE
        if arm.low == arm.low:
            (bar,) = axes.plot([beside] * 2, arm.shown, color="black", linewidth=1.4, zorder=3)
            mark(bar, name=arm.arm, told=arm.words)
        style |= {"markersize": 8, "markeredgecolor": "black", "zorder": 4}
        (mean,) = axes.plot([beside], [arm.mean], **style)
        mark(mean, name=arm.arm, told=arm.words)
    _name_seeds(axes, slope, limits)
    axes.set_xlim(-0.45, len(slope.arms) - 1 + 0.05)
    axes.set_ylim(*limits)
    axes.set_xticks(range(len(slope.arms)), [filled(label, _NAME) for label in slope.labels])
    axes.set(xlabel=filled(slope.title, 32), ylabel=metric.words)
    axes.grid(alpha=0.25, axis="y")


def _name_seeds(axes: Axes, slope: Slope, limits: tuple[float, float]) -> None:
    """Name the lines at their right ends; where there is no room, the outermost ones."""
    last = {seed: values[-1] for seed, values in slope.by_seed.items() if values[-1] == values[-1]}
    room = _LETTER / (72 * _HEIGHT) * (limits[1] - limits[0])
    if len(last) > _MOST_NAMED:
        order = sorted(last, key=lambda seed: last[seed])
        last = {seed: last[seed] for seed in (order[0], order[-1])}
    places = spread_out(list(last.values()), room)
    over = max([0.0, *(place - limits[1] for place in places)])
    for seed, place in zip(last, places, strict=True):
        end, height = len(slope.arms) - 1, place - over
        axes.plot([end + 0.05, end + 0.12], [last[seed], height], clip_on=False, **_LEADER)
        axes.text(end + 0.14, height, f"seed {seed}", fontsize=9, va="center", color="#444444")


def _arm_width(slope: Slope) -> float:
    """Return how many inches an arm's name needs."""
    lines = (line for label in slope.labels for line in filled(label, _NAME).split("\n"))
    return max(0.75, 0.1 * max(map(len, lines)))


def save_slopes(slopes: Sequence[Slope], metric: Metric, title: str, paths: Iterable[Path]) -> None:
    """Draw a panel for each group of arms into each file, all on one scale."""
    columns = 2 if len(slopes) == 4 else min(3, len(slopes))
    rows = -(-len(slopes) // columns)
    width = max(len(slope.arms) * _arm_width(slope) for slope in slopes)
    limits = value_limits(slopes)
    size = (columns * (1.25 + width), 0.5 + (_HEIGHT + 0.9) * rows)
    with new_figure(*size, filled(title, 40 * columns)) as figure:
        panels = figure.subplots(rows, columns, squeeze=False)
        for axes, slope in zip(panels.flat, slopes, strict=False):
            draw_slope(axes, slope, metric, limits)
        for axes in panels.flat[len(slopes) :]:
            axes.set_visible(False)
        write(figure, paths)

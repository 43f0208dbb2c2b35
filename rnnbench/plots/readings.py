"""A measure against a number on a logarithmic axis: a line an arm, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.formatting.wrapping import filled
from rnnbench.plots.marks import mark
from rnnbench.plots.replicates import drawing
from rnnbench.plots.style import dashes, draw_legend, legend_height, marker, tones
from rnnbench.plots.tradeoff import cost_axis, cost_limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STEP = 0.008  # share of the axis between two arms at the same place
_APART = 1.4  # how many times as far two places are where each has a tick of its own
_WIDTH = 4.7  # inches: a phone shows it


@dataclass(frozen=True)
class Reading:
    """A value at a place, the ends of its interval (NaN without one), and what is told of it."""

    at: float
    value: float
    low: float
    high: float
    told: str


@dataclass(frozen=True)
class Readings:
    """An arm with its readings, by rising place."""

    arm: str
    cell: str
    points: tuple[Reading, ...]


def draw_readings(
    axes: Axes, lines: Sequence[Readings], along: str, measure: str, limits: Mapping[str, float]
) -> None:
    """Draw a line for each arm on an axis.

    Args:
        axes: what is drawn on.
        lines: at least one; places are positive.
        along: what the places are, with their unit.
        measure: what the values are.
        limits: places that stand out, by what a legend says of them.
    """
    places = sorted({point.at for line in lines for point in line.points})
    ends = cost_limits(places)
    step = (ends[1] / ends[0]) ** _STEP
    for words, place in limits.items():
        mark(axes.axvline(place, color="#888888", linewidth=0.9, label=words, zorder=0), arm=words)
    cells = [line.cell for line in lines]
    styles = zip(lines, tones(cells), dashes(cells), strict=True)
    for number, (line, tone, dash) in enumerate(styles):
        aside = step ** (number - (len(lines) - 1) / 2)
        xs = [point.at * aside for point in line.points]
        known = [(x, p) for x, p in zip(xs, line.points, strict=True) if p.low == p.low]
        if known:
            bars = axes.vlines(
                [x for x, _ in known],
                [point.low for _, point in known],
                [point.high for _, point in known],
                color=tone,
                linewidth=1.2,
            )
            mark(bars, arm=line.arm)
        style: dict[str, Any] = {"marker": marker(line.cell), "markersize": 6}
        values = [point.value for point in line.points]
        (drawn,) = axes.plot(xs, values, dash, color=tone, label=line.arm, **style)
        mark(drawn, arm=line.arm, told=[point.told for point in line.points])
    apart = all(high >= _APART * low for low, high in pairwise(places))
    cost_axis(axes, ends, places if apart else None)
    axes.set(xlabel=along, ylabel=measure)
    axes.grid(alpha=0.25)


def save_readings(
    lines: Sequence[Readings],
    along: str,
    measure: str,
    title: str,
    limits: Mapping[str, float],
    paths: Iterable[Path],
) -> None:
    """Draw a line for each arm into each file; see :func:`draw_readings`."""
    names = [*limits, *(line.arm for line in lines)]
    height = 4 + legend_height(names, _WIDTH)
    with drawing((_WIDTH, height), filled(title, 50), paths) as axes:
        draw_readings(axes, lines, along, measure, limits)
        draw_legend(axes)

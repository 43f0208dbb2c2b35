"""Differences on every data set with their intervals, and their mean below: a forest plot."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.config.metric import Metric
from rnnbench.formatting.wrapping import filled
from rnnbench.plots.intervals import draw_background, draw_interval, reach
from rnnbench.plots.marks import mark
from rnnbench.plots.replicates import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rnnbench.stats.bootstrap import Interval

_OWN, _TOGETHER = "#555555", "#000000"
_LABEL = 26  # letters in a line
_HALF = 2.5  # inches of the panel


@dataclass(frozen=True)
class ForestRow:
    """A difference.

    Attributes:
        group: what is compared, above its rows.
        label: the data set, or what the mean is over.
        difference: with its interval; both ends are NaN where there is none.
        is_mean: whether it is over the data sets.
    """

    group: str
    label: str
    difference: Interval
    is_mean: bool = False

    def told(self, metric: Metric) -> str:
        """Return the difference with its interval."""
        found = self.difference
        return metric.shown_within(found.estimate, found.low, found.high, "+")


def draw_forest(axes: Axes, rows: Sequence[ForestRow], margin: float, metric: Metric) -> None:
    """Draw the rows from top to bottom, those of a comparison under its name."""
    edge = reach([row.difference for row in rows], margin)
    draw_background(axes, margin)
    ticks: list[tuple[int, str, bool]] = []
    place = 0
    for group, own in itertools.groupby(rows, key=lambda row: row.group):
        if place:
            axes.axhline(place - 0.5, color="#DDDDDD", linewidth=0.6, zorder=0)
        ticks.append((place, group, True))
        for row in own:
            place += 1
            _draw(axes, place, row, edge, row.told(metric))
            ticks.append((place, row.label, False))
        place += 1
    axes.set_yticks([where for where, _, _ in ticks], [filled(t, _LABEL) for _, t, _ in ticks])
    for label, (_, _, is_group) in zip(axes.get_yticklabels(), ticks, strict=True):
        label.set(fontsize=9, fontweight="bold" if is_group else "normal")
    axes.set_ylim(place - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, pad=9)  # room for arrows
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"difference in {filled(metric.words, _LABEL)}\nshaded: too small to matter")
    axes.grid(alpha=0.25, axis="x")
    axes.set_axisbelow(True)
    axes.set_xlim(-edge, edge)
    axes.locator_params(axis="x", nbins=4)


def _draw(axes: Axes, place: int, row: ForestRow, edge: float, told: str) -> None:
    colour = _TOGETHER if row.is_mean else _OWN
    facts = {"name": f"{row.group}, {row.label}", "told": told}
    width = 2.6 if row.is_mean else 1.6
    draw_interval(axes, place, row.difference, edge, colour=colour, width=width, facts=facts)
    estimate, shape = row.difference.estimate, "D" if row.is_mean else "o"
    (point,) = axes.plot([estimate], [place], shape, color=colour, markersize=6.5, zorder=3)
    mark(point, **facts)


def save_forest(
    rows: Sequence[ForestRow], margin: float, metric: Metric, title: str, paths: Iterable[Path]
) -> None:
    """Draw all differences into each file."""
    labels = [filled(text, _LABEL) for row in rows for text in (row.group, row.label)]
    longest = max(len(line) for label in labels for line in label.split("\n"))
    texts = [*dict.fromkeys(row.group for row in rows), *(row.label for row in rows)]
    lines = sum(1 + 0.7 * filled(text, _LABEL).count("\n") for text in texts)
    size = (_HALF + 0.085 * longest, 1.3 + 0.27 * lines)
    with drawing(size, filled(title, 44), paths) as axes:
        draw_forest(axes, rows, margin, metric)

"""The best accuracy so far against what was spent: a line an arm with its spread over seeds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnbench.config.metric import Metric
from rnnbench.formatting.wrapping import filled
from rnnbench.plots.marks import mark
from rnnbench.plots.style import (
    dashes,
    draw_band,
    draw_legend,
    legend_height,
    new_figure,
    tones,
    write,
)
from rnnbench.plots.tradeoff import cost_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rnnbench.results.courses import Cost, RunCourse

Values = NDArray[np.float64]
_WIDTH = 4.5  # inches of a panel: a phone shows it
_FAR = 8.0  # how many times as much one arm spends as another from which on the axis is logarithmic


@dataclass(frozen=True)
class ArmCourse:
    """How far the runs of an arm had come on average, epoch by epoch.

    Attributes:
        arm, cell: whose.
        spent: mean of what was spent by the runs that trained so long ``(epochs,)``.
        mean, sd: of the best validation so far ``(epochs,)``; a run that has ended keeps its own.
            The standard deviation is 0 for one run.
    """

    arm: str
    cell: str
    spent: Values = field(compare=False)
    mean: Values = field(compare=False)
    sd: Values = field(compare=False)


@dataclass(frozen=True)
class Panel:
    """Arms against one cost.

    Attributes:
        name: short, as a page's choice shows it.
        along: what is spent, with its unit.
        unit: of it, after a number.
        at: where arms are compared.
        lines: the arms.
    """

    name: str
    along: str
    unit: str
    at: float
    lines: tuple[ArmCourse, ...]


def arm_course(arm: str, cell: str, runs: Mapping[int, RunCourse], cost: Cost) -> ArmCourse:
    """Return the mean of the runs of an arm, at least one, by seed."""
    most = max(len(course.best) for course in runs.values())

    def filled_up(values: Values, rest: float) -> Values:
        return np.concatenate([values, np.full(most - len(values), rest)])

    spent = np.array([filled_up(course.spent[cost], math.nan) for course in runs.values()])
    best = np.array([filled_up(course.best, course.best[-1]) for course in runs.values()])
    sd = best.std(axis=0, ddof=1) if len(best) > 1 else np.zeros(most)
    rising = np.maximum.accumulate(np.nanmean(spent, axis=0))
    return ArmCourse(arm, cell, rising, best.mean(axis=0), sd)


def draw_courses(axes: Axes, panel: Panel, metric: Metric) -> None:
    """Draw the arms of a panel on an axis."""
    totals = [float(line.spent[-1]) for line in panel.lines]
    firsts = [float(line.spent[0]) for line in panel.lines]
    axes.axvline(panel.at, color="#888888", linestyle="--", linewidth=0.9, zorder=0)
    cells = [line.cell for line in panel.lines]
    for line, tone, style in zip(panel.lines, tones(cells), dashes(cells), strict=True):
        kept = _turns(line)
        spent, mean, sd = (values[kept] for values in (line.spent, line.mean, line.sd))
        if sd.any():
            draw_band(axes, spent, mean - sd, mean + sd, tone, arm=line.arm)
        (drawn,) = axes.plot(spent, mean, style, color=tone, label=line.arm)
        mark(drawn, arm=line.arm, told=compress(_told(line, panel.unit, metric), kept))
    if max(totals) > _FAR * min(totals):
        cost_axis(axes, (min(firsts) / 1.15, 1.15 * max(totals)))
    else:
        axes.set_xlim(0, 1.03 * max(totals))
    axes.xaxis.set_major_formatter("{x:,.12g}")
    axes.set_gid(panel.name)
    axes.set(
        xlabel=f"{panel.along}\n(dashed: compared at {panel.at:,.{digits(panel.at)}f})",
        ylabel=metric.words,
    )
    axes.grid(alpha=0.25)


def _turns(line: ArmCourse) -> NDArray[np.bool_]:
    """Return which epochs ``(epochs,)`` a line needs: none in the middle of a level stretch."""
    same = (np.diff(line.mean) == 0) & (np.diff(line.sd) == 0)
    kept = np.ones(len(line.mean), dtype=bool)
    kept[1:-1] = ~(same[:-1] & same[1:])
    return kept


def digits(spent: float) -> int:
    """Return how many decimals a cost is told with: one of a few seconds that are not whole."""
    return 1 if spent < 10 and spent != round(spent) else 0


def _told(line: ArmCourse, unit: str, metric: Metric) -> list[str]:
    """Return what is told of each epoch."""
    rows = zip(line.spent, line.mean, line.sd, strict=True)
    return [
        f"epoch {epoch}, {spent:,.{digits(spent)}f} {unit}: "
        f"{metric.shown_mean(mean, sd or math.nan)}"
        for epoch, (spent, mean, sd) in enumerate(rows, 1)
    ]


def save_courses(
    panels: Sequence[Panel], metric: Metric, title: str, paths: Iterable[Path]
) -> None:
    """Draw a panel for each cost, side by side, into each file."""
    names = [line.arm for line in panels[0].lines]
    width = _WIDTH * len(panels)
    height = 4.1 + legend_height(names, width)
    with new_figure(width, height, filled(title, 45 * len(panels))) as figure:
        drawn = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, panel in zip(drawn, panels, strict=True):
            draw_courses(axes, panel, metric)
            axes.tick_params(labelleft=True)  # on a page each panel stands alone
        draw_legend(*drawn)
        write(figure, paths)

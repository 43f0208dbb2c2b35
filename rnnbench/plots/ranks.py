"""Critical-difference diagram: average ranks of arms over data sets (Demsar 2006)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.formatting.wrapping import filled
from rnnbench.plots.marks import mark
from rnnbench.plots.replicates import WIDTH, drawing
from rnnbench.plots.style import colour, marker
from rnnbench.stats.ranks import average_ranks, critical_difference, groups

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = 26  # characters in a line of an arm's name
_BARS, _ROWS = 0.55, 0.4  # where bars begin below the axis, and how far they are apart


def draw_ranks(
    axes: Axes, arms: Sequence[str], cells: Sequence[str], ranks: Sequence[float], distance: float
) -> None:
    """Draw ranks on a line with names at either side, and a bar below arms that don't differ."""
    count = len(arms)
    order = sorted(range(count), key=lambda index: (ranks[index], index))
    bars = groups(ranks, distance)
    room = 0.03 * (count - 1)
    for place, index in enumerate(order):
        left = place < math.ceil(count / 2)
        row = _BARS + _ROWS * len(bars) + (place if left else count - 1 - place)
        end = 1 - room if left else count + room
        axes.plot([ranks[index]] * 2 + [end], [0, row, row], color="#777777", linewidth=0.9)
        (point,) = axes.plot(
            [ranks[index]],
            [0],
            marker=marker(cells[index]),
            color=colour(cells[index]),
            markersize=8,
            markeredgecolor="black",
            markeredgewidth=0.6,
            zorder=3,
        )
        mark(point, name=arms[index], told=f"average rank {ranks[index]:.2f}")
        name = filled(f"{arms[index]} ({ranks[index]:.2f})", _NAME)
        beyond, side = (end - room / 4, "right") if left else (end + room / 4, "left")
        axes.text(beyond, row, name, ha=side, va="center", fontsize=9)
    for place, bar in enumerate(bars):
        ends = [ranks[bar[0]] - room / 4, ranks[bar[-1]] + room / 4]
        axes.plot(ends, [_BARS + _ROWS * (place - 0.2)] * 2, "k-", linewidth=3.5)
    axes.plot([1, count], [0, 0], "k-", linewidth=1.2, zorder=2)
    for rank in range(1, count + 1):
        axes.plot([rank, rank], [-0.18, 0], "k-", linewidth=1.2)
        axes.text(rank, -0.25, str(rank), ha="center", va="bottom", fontsize=9)
    told = "no distance decides"
    if math.isfinite(distance):
        axes.plot([1, 1 + distance], [-1.2, -1.2], "k|-", linewidth=1.2, markersize=7)
        told = f"critical difference {distance:.2f}"
    axes.text(1, -1.4, told, va="bottom", fontsize=9)
    axes.set_ylim(_BARS + _ROWS * len(bars) + math.ceil(count / 2) - 0.4, -2)
    axes.set_axis_off()


def save_ranks(
    arms: Sequence[str],
    scores: ArrayLike,
    confidence: float,
    paths: Iterable[Path],
    cells: Sequence[str] | None = None,
) -> None:
    """Draw the diagram into each file; by default arms are named after their cells.

    Scores are ``(data sets, arms)``, larger is better; see :mod:`rnnbench.stats.ranks`.
    """
    ranks = average_ranks(scores)
    datasets = len(np.asarray(scores))
    distance = critical_difference(len(arms), datasets, confidence)
    lines = max(filled(arm, _NAME - 7).count("\n") + 1 for arm in arms)
    units = 2.2 + _ROWS * len(groups(ranks, distance)) + math.ceil(len(arms) / 2)
    title = f"Average ranks over {datasets} data sets (1 is the best), {100 * confidence:g} %"
    with drawing((WIDTH, 0.4 + units * (0.14 + 0.15 * lines)), title, paths) as axes:
        draw_ranks(axes, arms, cells or arms, ranks.tolist(), distance)

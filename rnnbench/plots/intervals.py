"""Differences and their intervals on an axis around zero, far ends drawn as arrows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rnnbench.plots.marks import mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rnnbench.stats.bootstrap import Interval

MARGIN_COLOUR = "#DCE6F2"
_WIDER = 4.0  # how many times wider than the middle one an interval is drawn in full


def reach(differences: Sequence[Interval], margin: float) -> float:
    """Return how far from zero the axis goes, in the unit of the differences.

    As far as the estimates, the margin and the intervals, of which one that is several times as
    wide as most does not squeeze the others: its end is drawn as an arrow.
    """
    ends = sorted(max(abs(one.low), abs(one.high)) for one in differences if one.low == one.low)
    middle = ends[(len(ends) - 1) // 2] if ends else 0.0
    shown = [end for end in ends if end <= _WIDER * middle]
    return 1.08 * max([margin, *shown, *(abs(one.estimate) for one in differences)]) or 1.0


def draw_background(axes: Axes, margin: float) -> None:
    """Shade the differences within the margin, and draw a line at zero."""
    axes.axvspan(-margin, margin, color=MARGIN_COLOUR, zorder=0, linewidth=0)
    axes.axvline(0, color="black", linewidth=0.8, zorder=1)


def draw_interval(
    axes: Axes,
    place: int,
    difference: Interval,
    edge: float,
    *,
    colour: str,
    width: float,
    facts: Mapping[str, str],
) -> None:
    """Draw an interval, where there is one, as a bar at a height of an axis.

    Args:
        axes: what is drawn on.
        place: the height.
        difference: with its interval.
        edge: how far the axis goes (:func:`reach`).
        colour: of the bar.
        width: of the bar in points.
        facts: what a page tells of it.
    """
    if difference.low != difference.low:
        return
    ends = [max(difference.low, -edge), min(difference.high, edge)]
    style = {"color": colour, "linewidth": width}
    (bar,) = axes.plot(ends, [place, place], solid_capstyle="butt", **style)  # type: ignore[arg-type]
    mark(bar, **facts)
    for end, shape in ((difference.low, "<"), (difference.high, ">")):
        if abs(end) > edge:
            where = math.copysign(edge, end)
            axes.plot([where], [place], shape, color=colour, markersize=6, clip_on=False)

"""Differences of two arms with their intervals around zero, and what they decide."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.config.metric import Metric
from rnnbench.formatting.wrapping import filled
from rnnbench.plots.intervals import draw_background, draw_interval, reach
from rnnbench.plots.marks import mark
from rnnbench.plots.replicates import WIDTH, drawing, finish_rows, height_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from rnnbench.stats.bootstrap import Interval
    from rnnbench.stats.family import Comparison, Verdict

_DECIDED = "#000000"
_UNDECIDED = "#777777"
_MIDDLE, _LETTER = 2.1, 0.08  # inches between the texts at both sides, and of a letter
_LABEL, _WORDS = 28, 12  # letters in a line


@dataclass(frozen=True)
class DifferenceRow:
    """One comparison as a row.

    Attributes:
        a, b: what is compared.
        shared: what both have in common; may be empty.
        difference: with its interval, NaN where seeds tell nothing of it.
        verdict: what follows.
        said: the verdict as a reader would say it.
    """

    a: str
    b: str
    shared: str
    difference: Interval
    verdict: Verdict
    said: str

    @property
    def label(self) -> str:
        """What is subtracted from what, in two lines where one is too long, and of what."""
        label = f"{self.a} − {self.b}"
        if filled(label, _LABEL) != label:
            label = f"{self.a}\n− {self.b}"
        return f"{filled(self.shared + ':', _LABEL)}\n{label}" if self.shared else label

    def told(self, metric: Metric) -> str:
        """Return the difference with its interval, and the verdict."""
        found = self.difference
        shown = metric.shown_within(found.estimate, found.low, found.high, "+")
        return f"{shown}: {' '.join(self.words.split())}"

    @property
    def words(self) -> str:
        """The verdict in lines that stand beside the row."""
        return filled(self.said, _WORDS)


def difference_rows(
    comparisons: Iterable[tuple[str, str, str, Comparison, str]],
) -> list[DifferenceRow]:
    """Return a row for each comparison that has a difference, in the order given.

    Args:
        comparisons: names of A and B, what they have in common, A minus B, and the verdict as a
            reader would say it.
    """
    return [
        DifferenceRow(a, b, shared, result.difference, result.verdict, said)
        for a, b, shared, result, said in comparisons
        if not math.isnan(result.difference.estimate)
    ]


def draw_differences(
    axes: Axes, rows: Sequence[DifferenceRow], margin: float, metric: Metric
) -> None:
    """Draw one row a comparison on an axis."""
    edge = reach([row.difference for row in rows], margin)
    draw_background(axes, margin)
    for place, row in enumerate(rows):
        undecided = row.verdict == "undecided"
        facts = {"name": row.label.replace("\n", " "), "told": row.told(metric)}
        colour = _UNDECIDED if undecided else _DECIDED
        draw_interval(axes, place, row.difference, edge, colour=colour, width=2.2, facts=facts)
        (point,) = axes.plot(
            [row.difference.estimate],
            [place],
            "o",
            markersize=6.5,
            color=colour,
            markerfacecolor="white" if undecided else colour,
            zorder=3,
        )
        mark(point, **facts)
    what = filled(f"difference in {metric.words}", _LABEL)
    unit = f"{what}\nshaded: too small to matter (±{metric.shown_margin(margin)})"
    finish_rows(axes, [row.label for row in rows], unit)
    axes.set_xlim(-edge, edge)
    axes.locator_params(axis="x", nbins=4)
    verdicts = axes.secondary_yaxis("right")
    verdicts.set_yticks(range(len(rows)), [row.words for row in rows], fontsize=9)
    verdicts.tick_params(length=0, pad=9)
    verdicts.spines["right"].set_visible(False)


def _width(rows: Sequence[DifferenceRow]) -> float:
    """Return a width in inches: where names are short, one that a phone shows."""
    sides = ([row.label for row in rows], [row.words for row in rows])
    letters = sum(max(len(line) for text in side for line in text.split("\n")) for side in sides)
    return min(WIDTH, _MIDDLE + _LETTER * letters)


def save_differences(
    rows: Sequence[DifferenceRow], margin: float, metric: Metric, title: str, paths: Iterable[Path]
) -> None:
    """Draw all comparisons, and the margin within which arms are equivalent, into each file."""
    texts = [text for row in rows for text in (row.label, row.words)]
    size = (_width(rows), height_of(texts, len(rows)))
    with drawing(size, title, paths) as axes:
        draw_differences(axes, rows, margin, metric)

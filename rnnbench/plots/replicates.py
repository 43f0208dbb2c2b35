"""Every replicate of every arm as a point, with the mean and its interval on top."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.config.metric import Metric
from rnnbench.formatting.wrapping import filled
from rnnbench.plots.marks import mark
from rnnbench.plots.style import colour, marker, new_figure, write
from rnnbench.stats import half_width, statistic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

WIDTH = 8.0  # inches: 9 points are 12 pixels where a page shows the figure 800 pixels wide
_GOLDEN = 0.618033988749895
_LABEL = 40  # characters in a line of a label


@dataclass(frozen=True)
class ReplicateRow:
    """The replicates of one arm, lowest value first, with the mean and its interval.

    ``seeds`` are those of ``values``; ``low`` and ``high`` are NaN for a single one.
    """

    arm: str
    cell: str
    values: tuple[float, ...]
    seeds: tuple[int, ...]
    mean: float
    low: float
    high: float
    metric: Metric

    @property
    def shown(self) -> tuple[float, float]:
        """The ends of the interval that values can have; the mean where there is none."""
        if self.low != self.low:
            return self.mean, self.mean
        # Student's may leave the limits with two seeds.
        return max(self.low, self.metric.low), min(self.high, self.metric.high)

    @property
    def words(self) -> str:
        """The mean, its interval and how many seeds it is of."""
        count = f"{len(self.values)} seed{'s' * (len(self.values) != 1)}"
        ends = self.shown if self.low == self.low else (self.low, self.high)
        return f"mean {self.metric.shown_within(self.mean, *ends)}, {count}"

    def rank(self, value: float) -> str:
        """Return the place of a replicate's value among them all, 1 for the best."""
        sign = self.metric.sign
        better = sum(sign * other > sign * value for other in self.values)
        return f"rank {1 + better} of {len(self.values)}"


def replicate_rows(
    arms: Iterable[tuple[str, str, Mapping[int, float]]],
    confidence: float,
    metric: Metric,
) -> list[ReplicateRow]:
    """Return one row an arm, the best mean first, with Student's interval of the mean.

    Args:
        arms: name, cell and a value by seed; NaN, and arms without a value, are left out.
        confidence: of the interval, for example 0.95.
        metric: whose values these are.
    """
    rows = []
    for arm, cell, measured in arms:
        known = sorted((value, seed) for seed, value in measured.items() if value == value)
        if known:
            values, seeds = zip(*known, strict=True)
            summary = statistic(values)
            width = half_width(summary, confidence)
            ends = (summary.mean - width, summary.mean + width)
            rows.append(ReplicateRow(arm, cell, values, seeds, summary.mean, *ends, metric))
    return sorted(rows, key=lambda row: (-metric.sign * row.mean, row.arm))


def offsets(count: int, height: float = 0.5) -> list[float]:
    """Return how far from the middle of its row each of ``count`` ordered points is drawn.

    Multiples of the golden ratio: neighbours lie far apart, and the same points at the same place.
    """
    return [height * ((0.5 + index * _GOLDEN) % 1 - 0.5) for index in range(count)]


def draw_strip(axes: Axes, row: float, values: Sequence[float], cell: str, **style: Any) -> Line2D:
    """Draw values as points around the height ``row`` of an axis, in a cell's colour."""
    heights = [row + offset for offset in offsets(len(values))]
    (points,) = axes.plot(
        sorted(values),
        heights,
        linestyle="none",
        **{"marker": marker(cell), "color": colour(cell), "markeredgewidth": 0, **style},
    )
    return points


def finish_rows(axes: Axes, labels: Sequence[str], unit: str) -> None:
    """Name the rows of an axis from top to bottom, and what its values are."""
    axes.set_yticks(range(len(labels)), [filled(label, _LABEL) for label in labels], fontsize=9)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(unit)
    axes.grid(alpha=0.25, axis="x")
    axes.set_axisbelow(True)
    for row in range(1, len(labels)):
        axes.axhline(row - 0.5, color="#DDDDDD", linewidth=0.6, zorder=0)


def height_of(labels: Iterable[str], rows: int) -> float:
    """Return the height in inches of a figure whose rows have such labels."""
    lines = max((filled(label, _LABEL).count("\n") + 1 for label in labels), default=1)
    return 1.2 + rows * max(0.36, 0.06 + 0.17 * lines)


@contextmanager
def drawing(size: tuple[float, float], title: str, paths: Iterable[Path]) -> Iterator[Axes]:
    """Give an axis to draw on, and then write its figure into each file, the same bytes each time.

    Args:
        size: width and height in inches.
        title: above the axis.
        paths: PNG, SVG or PDF files.
    """
    with new_figure(*size, filled(title, 80)) as figure:
        yield figure.subplots()
        write(figure, paths)


def draw_replicates(axes: Axes, rows: Sequence[ReplicateRow], metric: Metric) -> None:
    """Draw one row an arm on an axis."""
    for place, row in enumerate(rows):
        points = draw_strip(axes, place, row.values, row.cell, alpha=0.6, markersize=5)
        pairs = zip(row.seeds, row.values, strict=True)
        mark(
            points,
            name=row.arm,
            told=(f"seed {seed} {metric.shown(value)}" for seed, value in pairs),
        )
        if row.low == row.low:
            (bar,) = axes.plot(row.shown, [place] * 2, color="black", linewidth=1.4, zorder=3)
            mark(bar, name=row.arm, told=row.words)
        (mean,) = axes.plot(
            [row.mean],
            [place],
            marker=marker(row.cell),
            color=colour(row.cell),
            markersize=9,
            markeredgecolor="black",
            zorder=4,
        )
        mark(mean, name=row.arm, told=row.words)
    finish_rows(axes, [row.arm for row in rows], metric.words)


def save_replicates(
    rows: Sequence[ReplicateRow], metric: Metric, title: str, paths: Iterable[Path]
) -> None:
    """Draw the replicates of all arms into each file."""
    height = height_of((row.arm for row in rows), len(rows))
    with drawing((WIDTH, height), title, paths) as axes:
        draw_replicates(axes, rows, metric)

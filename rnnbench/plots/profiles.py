"""Performance profiles: which share of an arm's runs does better than a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.formatting.wrapping import filled
from rnnbench.plots.marks import mark
from rnnbench.plots.replicates import WIDTH, drawing
from rnnbench.plots.style import dashes, draw_band, draw_legend, legend_columns, tones
from rnnbench.stats.profiles import Profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NARROW, _LETTERS = 4.7, 60  # inches that a phone shows, and how many letters of a legend they hold


@dataclass(frozen=True)
class ProfileLine:
    """The profile of one arm, in its cell's colour."""

    arm: str
    cell: str
    profile: Profile

    @property
    def middle(self) -> float:
        """The value that half of the runs do better than."""
        found = self.profile.thresholds[self.profile.share <= 0.5]
        return float(found[0 if self.profile.share[0] > self.profile.share[-1] else -1])


def draw_profiles(axes: Axes, lines: Sequence[ProfileLine], metric: str) -> None:
    """Draw a line with its band for each arm."""
    cells = [line.cell for line in lines]
    styled = list(zip(lines, tones(cells), dashes(cells), strict=True))
    styled.sort(key=lambda style: cells.index(style[0].cell))  # a cell's arms one after another
    for line, tone, dash in styled:
        found = line.profile
        if not np.isnan(found.low).any():
            draw_band(axes, found.thresholds, found.low, found.high, tone, arm=line.arm)
        (curve,) = axes.plot(
            found.thresholds, found.share, dash, color=tone, linewidth=1.6, label=line.arm
        )
        # A hundred points: a script reads their values off the axes.
        mark(curve, arm=line.arm, across=metric, along="share of runs")
    axes.set_xlabel(metric)
    axes.set_ylabel("share of runs that do better")
    axes.set_ylim(-0.02, 1.02)
    axes.grid(alpha=0.25)


def save_profiles(
    lines: Sequence[ProfileLine], metric: str, title: str, paths: Iterable[Path]
) -> None:
    """Draw the profiles of all arms into each file."""
    names = [line.arm for line in lines]
    columns = min(len(names), legend_columns(names))
    is_narrow = columns * (6 + max(map(len, names), default=0)) <= _LETTERS
    width, letters = (_NARROW, 46) if is_narrow else (WIDTH, 80)
    height = 3.7 + 0.2 * -(-len(names) // columns)
    with drawing((width, height), filled(title, letters), paths) as axes:
        draw_profiles(axes, lines, metric)
        draw_legend(axes)

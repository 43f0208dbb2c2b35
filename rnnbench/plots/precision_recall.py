"""Precision at every recall: a line an arm, with its spread over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.formatting.wrapping import filled
from rnnbench.plots.marks import mark
from rnnbench.plots.replicates import drawing
from rnnbench.plots.style import dashes, draw_band, draw_legend, legend_height, tones

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GUESSING = "guessing"
_WIDTH = 4.7  # inches: a phone shows it


@dataclass(frozen=True)
class PrecisionLine:
    """The precision of an arm, interpolated, and its spread over seeds.

    Attributes:
        arm, cell: whose.
        recall: ``(n,)``, rising.
        mean, sd: of the precision at each recall ``(n,)``; the spread of one seed is 0.
    """

    arm: str
    cell: str
    recall: np.ndarray = field(compare=False)
    mean: np.ndarray = field(compare=False)
    sd: np.ndarray = field(compare=False)


def precision_line(arm: str, cell: str, recall: np.ndarray, seeds: np.ndarray) -> PrecisionLine:
    """Return the line of an arm from the precision of each seed ``(seeds, n)``."""
    known = np.asarray(seeds, np.float64)
    sd = known.std(axis=0, ddof=1) if len(known) > 1 else np.zeros(known.shape[1])
    return PrecisionLine(arm, cell, recall, known.mean(axis=0), sd)


def draw_precision(axes: Axes, lines: Sequence[PrecisionLine], share: float) -> None:
    """Draw a line for each arm on an axis.

    Args:
        axes: what is drawn on.
        lines: at least one.
        share: of the class among all samples, which is the precision of guessing.
    """
    guess = axes.axhline(share, color="#888888", linewidth=0.9, label=GUESSING, zorder=0)
    mark(guess, arm=GUESSING, told=f"precision {share:.3f}, the share of the class")
    cells = [line.cell for line in lines]
    for line, tone, dash in zip(lines, tones(cells), dashes(cells), strict=True):
        if line.sd.any():
            low, high = (np.clip(line.mean + s * line.sd, 0, 1) for s in (-1, 1))
            draw_band(axes, line.recall, low, high, tone, arm=line.arm)
        (curve,) = axes.plot(line.recall, line.mean, dash, color=tone, label=line.arm)
        each = (
            f"recall {recall:.2f}: precision {mean:.3f}" + (f" ± {sd:.3f}" if sd else "")
            for recall, mean, sd in zip(line.recall, line.mean, line.sd, strict=True)
        )
        mark(curve, arm=line.arm, told=each)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set(xlabel="recall", ylabel="precision")
    axes.grid(alpha=0.25)


def save_precision(
    lines: Sequence[PrecisionLine], share: float, title: str, paths: Iterable[Path]
) -> None:
    """Draw a line for each arm into each file; see :func:`draw_precision`."""
    names = [GUESSING, *(line.arm for line in lines)]
    height = 3.9 + legend_height(names, _WIDTH)
    with drawing((_WIDTH, height), filled(title, 50), paths) as axes:
        draw_precision(axes, lines, share)
        draw_legend(axes)

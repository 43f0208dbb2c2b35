"""Confusion matrices: a panel an arm, a cell a true class and an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.formatting.wrapping import filled
from rnnbench.plots.marks import mark
from rnnbench.plots.style import colour, new_figure, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST = 5e-4  # share below which a cell is empty
_STRONGEST = 0.65  # opacity of a cell of all samples, on which ink can still be read
_LETTERS = 14  # of the name of a class
_LETTER = 0.075  # inches
_CELL = 0.29  # inches
_SIDE = 2.2  # inches of a small matrix: panels of a page grow to a width
_COLUMNS = 3


@dataclass(frozen=True)
class Confusion:
    """What an arm answered to the samples of each class.

    Attributes:
        arm, cell: whose.
        shares: of the samples of a true class, by answer ``(k, k)``, the mean over seeds; rows of
            classes without samples are NaN.
    """

    arm: str
    cell: str
    shares: np.ndarray = field(compare=False)


def told(one: Confusion, names: Sequence[str], true: int, answer: int) -> str:
    """Return what is said of a cell of the matrix."""
    share = f"{100 * one.shares[true, answer]:.1f} % of {names[true]}"
    if true == answer:
        return f"{share} answered correctly"
    return f"{share} answered as {names[answer]}"


def draw_confusion(axes: Axes, one: Confusion, names: Sequence[str]) -> None:
    """Draw a matrix on an axis; what is rarer than one in two thousand is left empty."""
    from matplotlib.patches import Rectangle

    for true, answer in np.argwhere(one.shares >= _LEAST):
        share = float(one.shares[true, answer])
        place = (answer - 0.5, true - 0.5)
        opacity = round(_STRONGEST * share, 3)
        tile = Rectangle(place, 1, 1, color=colour(one.cell), alpha=opacity, linewidth=0)
        mark(axes.add_patch(tile), name=one.arm, told=told(one, names, true, answer))
        if share >= 0.005:
            axes.text(answer, true, f"{100 * share:.0f}", fontsize=8, ha="center", va="center")
    count = len(names)
    shown = [_cut(name) for name in names]
    axes.set_xticks(range(count), shown, fontsize=8)
    is_narrow = _LETTER * (1 + max(map(len, shown))) > _side(names) / count
    axes.tick_params(axis="x", labelrotation=90 if is_narrow else 0)
    axes.set_yticks(range(count), shown, fontsize=8)
    axes.tick_params(length=0)
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_aspect("equal")
    axes.set(xlabel="answer", ylabel="true class")
    for spine in axes.spines.values():
        spine.set(visible=True, color="#dddddd")
    axes.set_title(filled(one.arm, 34), fontsize=10)


def _cut(name: str) -> str:
    """Return a name with its two ends where it is too long: classes often begin alike."""
    return name if len(name) <= _LETTERS else f"{name[:7]}…{name[7 - _LETTERS + 1 :]}"


def _side(names: Sequence[str]) -> float:
    """Return how wide and high a matrix is, in inches."""
    return max(_SIDE, _CELL * len(names))


def save_confusions(
    matrices: Sequence[Confusion], names: Sequence[str], title: str, paths: Iterable[Path]
) -> None:
    """Draw a panel for each arm into each file."""
    columns = min(_COLUMNS, len(matrices))
    rows = -(-len(matrices) // columns)
    letters = min(_LETTERS, max(map(len, names)))
    side = _side(names)
    width, height = side + 0.65 + _LETTER * letters, side + 0.9 + _LETTER * letters
    with new_figure(columns * width, 0.5 + rows * height, filled(title, 60)) as figure:
        panels = figure.subplots(rows, columns, squeeze=False)
        for axes, one in zip(panels.flat, matrices, strict=False):
            draw_confusion(axes, one, names)
        for axes in panels.flat[len(matrices) :]:
            axes.set_visible(False)
        write(figure, paths)

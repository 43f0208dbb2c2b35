"""Gradients through time: a panel an epoch, a line a cell, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.plots.marks import mark
from rnnbench.plots.style import draw_legend, legend_height, new_figure, tones, write
from rnnbench.training.gradient_flow import Flow
from rnnbench.training.through_time import CELL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINES = ("-", "-.", (0, (5, 1)))
_DOTS = ":"  # for the cell state of an LSTM
_PANELS = 4  # in a row


@dataclass(frozen=True)
class GradientLine:
    """The norms of one state of one layer of an arm at one epoch, over its seeds.

    Attributes:
        arm, cell: whose.
        epoch, layer, state: which.
        seeds: how many replicates were measured.
        norms: geometric mean over them by time step, ``(time,)``; NaN where one was zero.
    """

    arm: str
    cell: str
    epoch: int
    layer: str
    state: str
    seeds: int
    norms: np.ndarray = field(compare=False)

    @property
    def name(self) -> str:
        """How a legend calls it."""
        return f"{self.arm}, cell state" if self.state == CELL else self.arm


def gradient_lines(arm: str, cell: str, replicates: Iterable[Sequence[Flow]]) -> list[GradientLine]:
    """Return the lines of an arm from what was measured in each replicate, epoch by epoch."""
    found: dict[tuple[int, str, str], list[np.ndarray]] = {}
    for flows in replicates:
        for flow in flows:
            found.setdefault((flow.epoch, flow.layer, flow.state), []).append(flow.norms)
    lines = []
    for (epoch, layer, state), several in found.items():
        norms = np.array([one for one in several if len(one) == len(several[0])], np.float64)
        logarithms = np.log(np.where(norms > 0, norms, np.nan))
        mean = np.exp(logarithms.mean(axis=0))
        lines.append(GradientLine(arm, cell, epoch, layer, state, len(norms), mean))
    return sorted(lines, key=lambda line: line.epoch)


def draw_gradients(axes: Axes, lines: Sequence[GradientLine]) -> None:
    """Draw the lines of one epoch on an axis; steps are counted back from the last."""
    from matplotlib.ticker import LogFormatter

    cells = {line.arm: line.cell for line in lines}
    kinds = {cell: cycle(_LINES) for cell in cells.values()}
    toned = zip(cells.items(), tones(list(cells.values())), strict=True)
    styles = {arm: (tone, next(kinds[cell])) for (arm, cell), tone in toned}
    for line in lines:
        tone, dash = styles[line.arm]
        steps = np.arange(1 - len(line.norms), 1)
        style = _DOTS if line.state == CELL else dash
        (curve,) = axes.plot(
            steps, line.norms, linestyle=style, color=tone, linewidth=1.4, label=line.name
        )
        # Hundreds of steps: a script reads their values off the axes.
        mark(curve, arm=line.name, across="time step", along="norm")
    axes.set_yscale("log")
    # Matplotlib's own labels of such an axis are formulas.
    axes.yaxis.set_major_formatter(LogFormatter())
    axes.yaxis.set_minor_formatter(LogFormatter())
    axes.set_xlabel("time step, 0 is the last")
    axes.grid(alpha=0.25)


def save_gradients(lines: Sequence[GradientLine], title: str, paths: Iterable[Path]) -> None:
    """Draw a panel for each epoch into each file."""
    epochs = sorted({line.epoch for line in lines})
    names = list(dict.fromkeys(line.name for line in lines))
    columns = min(_PANELS, len(epochs))
    rows = -(-len(epochs) // columns)
    height = 0.6 + 2.9 * rows + legend_height(names)
    with new_figure(max(5.0, 2.55 * columns), height, title, simplify=True) as figure:
        panels = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for axes, epoch in zip(panels.flat, epochs, strict=False):
            draw_gradients(axes, [line for line in lines if line.epoch == epoch])
            axes.tick_params(labelleft=True)  # on a page each panel stands alone
            axes.set_title("before training" if epoch == 0 else f"epoch {epoch}", fontsize=10)
        for axes in panels.flat[len(epochs) :]:
            axes.set_visible(False)
        for row in panels:
            row[0].set_ylabel("norm of the gradient")
        fullest = max(panels.flat, key=lambda axes: len(axes.get_legend_handles_labels()[1]))
        draw_legend(fullest)
        write(figure, paths)

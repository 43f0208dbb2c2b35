"""One colour and one marker for each cell, everywhere; figures that repeat byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rnnbench.cells import CELLS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNKNOWN_COLOUR = "#555555"
RC: Any = {
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "rnnbench",
    "svg.fonttype": "path",
}


def colour(cell: str) -> str:
    """Return the colour of a cell."""
    return CELLS[cell].colour if cell in CELLS else UNKNOWN_COLOUR


def shades(cell: str, count: int) -> list[Any]:
    """Return ``count`` shades of a cell's colour, its own first, each lighter than the last."""
    import seaborn as sns

    palette = sns.light_palette(colour(cell), n_colors=count + 2, reverse=True)
    return list(palette[:count])


def marker(cell: str) -> str:
    """Return the marker of a cell."""
    return CELLS[cell].marker if cell in CELLS else "x"


def finish_epoch_axis(axes: Axes, label: str) -> None:
    """Label an axis over epochs, with ticks at whole epochs only."""
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=8)

"""One colour and one marker for each cell, everywhere; figures that repeat byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.cells import CELLS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNKNOWN_COLOUR = "#555555"
RC: Any = {
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "rnnbench",
    "svg.fonttype": "path",
    "text.parse_math": False,
}


_UNDATED: dict[str, Any] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def colour(cell: str) -> str:
    """Return the colour of a cell."""
    return CELLS[cell].colour if cell in CELLS else UNKNOWN_COLOUR


def shades(cell: str, count: int) -> list[Any]:
    """Return ``count`` shades of a cell's colour, its own first, each lighter than the last."""
    if count == 1:
        from matplotlib.colors import to_rgb

        return [to_rgb(colour(cell))]  # without seaborn, which takes a second to load
    import seaborn as sns

    palette = sns.light_palette(colour(cell), n_colors=count + 2, reverse=True)
    return list(palette[:count])


def marker(cell: str) -> str:
    """Return the marker of a cell."""
    return CELLS[cell].marker if cell in CELLS else "x"


def finish_epoch_axis(axes: Axes, label: str, *, legend: bool = True) -> None:
    """Label an axis over epochs, with ticks at whole epochs only."""
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    if legend:
        axes.legend(frameon=False, fontsize=8)


def legend_columns(names: Iterable[str]) -> int:
    """Return into how many columns names fit below a figure."""
    return max(1, min(4, 110 // (6 + max(map(len, names), default=0))))


def draw_legend(axes: Axes) -> None:
    """Put the legend below the axis."""
    handles, labels = axes.get_legend_handles_labels()
    style: dict[str, Any] = {"frameon": False, "fontsize": 9, "ncols": legend_columns(labels)}
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.legend(handles, labels, loc="outside lower center", **style)


@contextmanager
def new_figure(width: float, height: float, title: str) -> Iterator[Figure]:
    """Give an empty figure, in inches, that :func:`write` will lay out.

    Whatever is written on it is drawn as it stands: ``$`` in a label begins no formula.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(RC):
        figure = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontsize=11)
        yield figure


def write(figure: Figure, paths: Iterable[Path], dpi: float | None = None) -> None:
    """Lay a figure out once and write it into PNG, SVG and PDF files, the same bytes each time."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # As the figure's own layout engine it would lay out, and draw twice, for every file.
    ConstrainedLayoutEngine().execute(figure)
    for path in paths:
        metadata = _UNDATED.get(path.suffix, {"Software": None})
        figure.savefig(path, metadata=metadata, dpi=dpi)

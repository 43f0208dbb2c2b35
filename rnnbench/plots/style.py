"""One colour and one marker for each cell, everywhere; figures that repeat byte for byte."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from io import StringIO
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zlib import crc32

from rnnbench.models.cells import CELLS
from rnnbench.plots.marks import Fact, mark, mark_panels
from rnnbench.plots.svg import compact

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import ColorType

    from rnnbench.stats.bootstrap import Values

UNKNOWN_COLOUR = "#555555"  # of what has no cell
# Of cells that are not rnnbench's own: which of them follows from a cell's name.
_OWN_COLOURS = ("#B40000", "#9000FC", "#240090", "#661100")
_OWN_MARKERS = ("P", "X", "p", "h", "*")
_LINES = ("-", "--", ":", "-.")  # of arms of one cell
_WIDE, _LETTERS = 8.0, 13.75  # inches of most figures, and letters of a legend in one
RC: Any = {
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "rnnbench",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,  # letters that a publisher's check accepts, and that can be searched
    "path.simplify_threshold": 0.35,
    "axes.facecolor": "none",
    "text.parse_math": False,
}
_UNDATED: Any = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def colour(cell: str) -> str:
    """Return the colour of a cell, the same in every figure of every report."""
    if cell in CELLS or not cell:
        return CELLS[cell].colour if cell else UNKNOWN_COLOUR
    return _OWN_COLOURS[crc32(cell.encode()) % len(_OWN_COLOURS)]


def dashes(cells: Sequence[str]) -> list[str]:
    """Return a kind of line for each arm, by their cells: those of one have different ones."""
    kinds = {cell: cycle(_LINES) for cell in cells}
    return [next(kinds[cell]) for cell in cells]


def shades(cell: str, count: int) -> list[ColorType]:
    """Return ``count`` shades of a cell's colour, its own first, each lighter than the last."""
    if count == 1:
        from matplotlib.colors import to_rgb

        return [to_rgb(colour(cell))]
    palette = _seaborn().light_palette(colour(cell), n_colors=count + 2, reverse=True)
    return list(palette[:count])


def tones(cells: Sequence[str]) -> list[ColorType]:
    """Return a colour for each arm: shades of its cell's, its own for the first arm of a cell."""
    palettes = {cell: iter(shades(cell, count)) for cell, count in Counter(cells).items()}
    return [next(palettes[cell]) for cell in cells]


def _seaborn() -> Any:
    """Return seaborn, loaded without scipy: it would be a second, for estimates of densities."""
    missing = [name for name in ("scipy.stats", "scipy.cluster") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(missing))  # type: ignore[arg-type]
    try:
        return import_module("seaborn")
    finally:
        for name in missing:
            del sys.modules[name]


def marker(cell: str) -> str:
    """Return the marker of a cell, the same in every figure of every report."""
    if cell in CELLS or not cell:
        return CELLS[cell].marker if cell else "x"
    return _OWN_MARKERS[crc32(cell.encode()) // len(_OWN_COLOURS) % len(_OWN_MARKERS)]


def finish_epoch_axis(axes: Axes, label: str) -> None:
    """Label an axis over epochs, with ticks at whole epochs only."""
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)


def legend_columns(names: Iterable[str], width: float = _WIDE) -> int:
    """Return into how many columns names fit below a figure, whose width is in inches."""
    letters = int(_LETTERS * min(width, _WIDE))
    return max(1, min(4, letters // (6 + max(map(len, names), default=0))))


def legend_height(names: Sequence[str], width: float = _WIDE) -> float:
    """Return how many inches the legend of a figure takes below it."""
    return 0.2 * -(-len(names) // legend_columns(names, width))


def draw_band(
    axes: Axes, places: Values, low: Values, high: Values, tone: ColorType, **facts: Fact
) -> None:
    """Draw the band between two lines ``(n,)`` in a light tone, and say what it stands for."""
    xs, ys = [*places, *places[::-1]], [*low, *high[::-1]]
    (band,) = axes.fill(xs, ys, color=tone, alpha=0.15, linewidth=0)
    mark(band, **facts)


def draw_legend(*panels: Axes) -> None:
    """Put one legend of all panels below them, with each name once."""
    named = {
        label: handle
        for axes in panels
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure = panels[0].get_figure(root=True)
    assert figure is not None
    columns = legend_columns(named, figure.get_figwidth())
    style: dict[str, Any] = {"frameon": False, "fontsize": 9, "ncols": columns}
    figure.legend(list(named.values()), list(named), loc="outside lower center", **style)


@contextmanager
def new_figure(
    width: float, height: float, title: str, *, simplify: bool = False
) -> Iterator[Figure]:
    """Give an empty figure, in inches, that :func:`write` will lay out.

    Whatever is written on it is drawn as it stands: ``$`` in a label begins no formula. Lines of
    hundreds of points may be simplified where no eye sees it.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context({**RC, "path.simplify": simplify}):
        figure = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontsize=11)
        yield figure


def rehearse(format_: str) -> None:
    """Draw nothing of interest, so that all that drawing needs is loaded, fonts included."""
    _seaborn()
    with TemporaryDirectory() as folder, new_figure(2, 2, "0.5") as figure:
        figure.subplots()
        write(figure, [Path(folder, f"figure.{format_}")])


def write(figure: Figure, paths: Iterable[Path], dpi: float | None = None) -> None:
    """Lay a figure out, once, and write it as PNG, SVG and PDF, the same bytes each time."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    _leave_layout_tables_out()
    # As the figure's own layout engine it would lay out, and draw twice, for every file.
    ConstrainedLayoutEngine().execute(figure)
    mark_panels(figure)
    for path in paths:
        metadata = _UNDATED.get(path.suffix, {"Software": None})
        if path.suffix == ".svg":
            drawn = StringIO()
            figure.savefig(drawn, format="svg", metadata=metadata)
            path.write_text(compact(drawn.getvalue()), encoding="utf-8", newline="\n")
        else:
            figure.savefig(path, metadata=metadata, dpi=dpi)


@cache
def _leave_layout_tables_out() -> None:
    """Leave out of the fonts in PDF files how their letters are laid out, which they are already.

    Taking those tables apart is a third of what writing a PDF file takes.
    """
    from fontTools.subset import Options

    Options._drop_tables_default += ["GDEF", "GPOS", "GSUB"]

"""What a drawn mark stands for, kept beside it in an SVG for the page's script to tell.

Matplotlib carries one text through to an SVG, an artist's ``gid``: facts travel in it as JSON, and
:mod:`rnnbench.plots.svg` writes them as ``data-`` attributes. PNG and PDF files ignore them.

A mark has an ``arm`` (what a legend's entry hides) and what a tooltip says: ``name``, its first
line where that is not the arm, and ``told``, one text for the whole mark or one for each of its
points. The marks of one arm that have ``steps`` (``epoch``) are told together, step by step.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

PREFIX = "facts:"
SEPARATOR = "|"
_POINTS = 72.0  # an inch, the unit of an SVG

Fact = str | float | Iterable[str]


def mark(artist: Artist, **facts: Fact) -> None:
    """Say what an artist stands for."""
    known = {key: _as_text(fact) for key, fact in facts.items()}
    artist.set_gid(PREFIX + json.dumps(known, ensure_ascii=False))


def facts_of(gid: str) -> Mapping[str, str] | None:
    """Return what was said of the artist with such a ``gid``; ``None`` where nothing was."""
    if not gid.startswith(PREFIX):
        return None
    known: dict[str, str] = json.loads(gid.removeprefix(PREFIX))
    return known


def short(value: float, digits: int = 4) -> str:
    """Return a number with some decimals, in as few characters as a script reads."""
    shown = f"{value:.{digits}f}"
    shown = shown.rstrip("0").rstrip(".") if digits else shown
    return shown.replace("0.", ".", 1) if shown.startswith(("0.", "-0.")) else shown


def mark_panels(figure: Figure) -> None:
    """Say where the panels and the legends of a figure lie that is laid out, and their scales."""
    for axes in figure.axes:
        if not axes.get_visible():
            continue
        box = axes.get_tightbbox()
        assert box is not None
        outer, inner = box.padded(2), axes.get_window_extent()
        scale, height = _POINTS / figure.dpi, figure.bbox.height
        left, right = inner.x0 * scale, inner.x1 * scale
        top, bottom = ((height - y) * scale for y in (inner.y1, inner.y0))
        size = (outer.width * scale, outer.height * scale)
        mark(
            axes,
            panel=axes.get_gid() or "",
            box=_numbers(outer.x0 * scale, (height - outer.y1) * scale, *size),
            # Where on the picture the ends of the axes are, and their values.
            x=_numbers(left, right, *axes.get_xlim()),
            y=_numbers(bottom, top, *axes.get_ylim()),
            **({"log": "y"} if axes.get_yscale() == "log" else {}),
        )
        mark(axes.xaxis, axis="x")
        mark(axes.yaxis, axis="y")
    for legend in figure.legends:
        mark(legend, legend="")
        for text in legend.get_texts():
            mark(text, entry=text.get_text())


def _numbers(*values: float) -> str:
    return " ".join(f"{value:.6g}" for value in values)


def _as_text(fact: Fact) -> str:
    if isinstance(fact, str):
        return fact
    if isinstance(fact, int | float):
        return f"{fact:.6g}"
    return SEPARATOR.join(text.replace(SEPARATOR, "/") for text in fact)

"""Figures as parts of the page: a script reads what their marks stand for, and words reflow.

An SVG of :func:`rnnbench.plots.style.write` is taken apart into its panels, which stand beside each
other or, on a phone, one below the other, and the entries of its legend. Only what draws is let
through: as a part of the page its styles and scripts would be the page's.

Plotly's script alone (4.8 MB, its basic bundle 1.2 MB) is larger than a whole page may be, and so
is Vega-Embed's (832 kB with Vega and Vega-Lite), which a policy without ``eval`` does not run; the
script for these figures has 16 kB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from markupsafe import Markup

from rnnbench.plots.svg import HREF, SHARED, SVG, references, rename, tag, written

_ELEMENTS = frozenset({"svg", "g", "defs", "path", "use", "text", "clipPath", "rect"})
_ATTRIBUTES = frozenset(
    {
        *SHARED,
        *("id", "d", "x", "y", "width", "height", "transform", "viewBox", "opacity", HREF),
        *("stroke-linejoin", "stroke-miterlimit", "stroke-dashoffset", "font-style", "font-weight"),
    }
)
_LETTERS = 10.0  # points of a letter where an SVG of ours says nothing else
_SMALLEST = 10.0  # pixels of a letter, below which a panel scrolls rather than shrinks
_WIDTHS = ((500.0, "panel widest"), (360.0, "panel wide"))  # points; style says how far they grow
# Where a legend's handle is, from the left end of its text and in sizes of its letters.
_HANDLE = (-2.95, -1.1, 2.4, 1.5)


@dataclass(frozen=True)
class Entry:
    """An entry of a legend: what it names, and how that is drawn."""

    arm: str
    handle: Markup


@dataclass(frozen=True)
class Figure:
    """What a page shows of a figure."""

    panels: tuple[Markup, ...]
    entries: tuple[Entry, ...]


def take_apart(text: str, prefix: str) -> Figure:
    """Return the panels and the legend of an SVG, with ids that begin with ``prefix``.

    Args:
        text: the SVG.
        prefix: not the beginning of any other id of the page.
    """
    root = ElementTree.fromstring(text)
    _keep_what_draws(root)
    known = {str(element.get("id")): element for element in root.iter() if element.get("id")}
    panels = [element for element in root.iter() if element.get("data-panel") is not None]
    drawn = [(panel, _numbers(panel.attrib.pop("data-box"))) for panel in panels]
    legends = [element for element in root if element.get("data-legend") is not None]
    handles = [found for legend in legends for found in _handles(legend)]
    whole = [] if panels else [(root, _numbers(root.get("viewBox") or _size(root)))]
    return Figure(
        tuple(
            Markup(_picture([panel], box, known, f"{prefix}{place}-"))
            for place, (panel, box) in enumerate([*drawn, *whole])
        ),
        tuple(
            Entry(arm, Markup(_picture(parts, box, known, f"{prefix}L{place}-", "handle")))
            for place, (arm, box, parts) in enumerate(handles)
        ),
    )


def _keep_what_draws(element: Element) -> None:
    for key, value in list(element.attrib.items()):
        outside = key == HREF and not value.startswith("#")
        if outside or (key not in _ATTRIBUTES and not key.startswith("data-")):
            del element.attrib[key]
    element[:] = [child for child in element if tag(child) in _ELEMENTS]
    if tag(element) != "text":
        element.text = None
    element.tail = None
    for child in element:
        _keep_what_draws(child)


def _handles(legend: Element) -> Iterator[tuple[str, Sequence[float], list[Element]]]:
    """Yield each entry's name, where its handle is, and what draws it."""
    look = {key: value for key, value in legend.attrib.items() if not key.startswith("data-")}
    parts: list[Element] = []
    for element in legend:
        name = element.get("data-entry")
        if name is None:
            parts.append(element)
            continue
        text = next(element.iter(f"{{{SVG}}}text"))
        size = float(text.get("font-size") or element.get("font-size") or 10)
        x, y = float(text.get("x", 0)), float(text.get("y", 0))
        left, top, width, height = (size * part for part in _HANDLE)
        group = Element(f"{{{SVG}}}g", look)
        group[:] = parts
        yield name, (x + left, y + top, width, height), [group]
        parts = []


def _picture(
    parts: Sequence[Element],
    box: Sequence[float],
    known: dict[str, Element],
    prefix: str,
    kind: str = "",
) -> str:
    """Return an SVG of some parts of another one, with the definitions that they refer to."""
    svg = Element(f"{{{SVG}}}svg")
    svg.set("class", kind or next((name for wide, name in _WIDTHS if box[2] >= wide), "panel"))
    svg.set("width", f"{box[2] * _SMALLEST / _letters(parts):.0f}")
    svg.set("viewBox", " ".join(f"{value:.6g}" for value in box))
    inside = [deepcopy(part) for part in parts]
    defined = {name for part in inside for element in part.iter() if (name := element.get("id"))}
    needed = {name for part in inside for name in references(part)} - defined
    missing = [deepcopy(known[name]) for name in sorted(needed & known.keys())]
    if missing:
        definitions = Element(f"{{{SVG}}}defs")
        definitions[:] = missing
        svg.append(definitions)
    svg.extend(inside)
    ids = {name for element in svg.iter() if (name := element.get("id"))}
    rename(svg, {name: prefix + name for name in ids | needed})
    for element in svg.iter():
        if HREF in element.attrib:
            element.set("href", element.attrib.pop(HREF))
    return written(svg).replace(f' xmlns="{SVG}"', "", 1)


def _letters(parts: Sequence[Element]) -> float:
    """Return the size of the smallest letters, in points."""
    sizes = [float(element.get("font-size", _LETTERS)) for part in parts for element in part.iter()]
    return min(sizes, default=_LETTERS)


def _size(root: Element) -> str:
    return f"0 0 {root.get('width', '1')} {root.get('height', '1')}".replace("pt", "")


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split()]

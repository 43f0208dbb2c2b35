"""Matplotlib's SVG in a quarter of its bytes, with what its marks stand for.

Text stays text, places are told to a tenth of a point, the lines of an axis are one path, names and
groups that nothing refers to are gone, and styles are attributes: a page whose security policy
allows no inline style shows them, too. What :mod:`rnnbench.plots.marks` says of a mark stands
beside it as ``data-`` attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from rnnbench.plots.marks import facts_of
from rnnbench.plots.svg_paths import PLACES, lowered, rounded, short_path, straight

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
# As wide as DejaVu Sans, with which a figure is laid out, or narrower: nothing overlaps.
FONTS = "DejaVu Sans, Verdana, sans-serif"
REFERENCE = re.compile(r"url\(#([^)]+)\)")
_HEX = re.compile(r"#(\w)\1(\w)\2(\w)\3$")
_SIZE = re.compile(r"([\d.]+)px")
_PLAIN = {
    "fill": "#000000",
    "fill-opacity": "1",
    "opacity": "1",
    "stroke-opacity": "1",
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "stroke-dashoffset": "0",
    "text-anchor": "start",
}
# What a group may say for all that is in it: not opacity, which would blend its children as one.
SHARED = (
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap"),
    *("stroke-dasharray", "stroke-linejoin", "font-size", "text-anchor", "clip-path"),
)
_LETTERS = "10"  # points of a letter, where nothing else is said
_ALIKE = 3  # neighbours from which on a group is shorter
_FINE = 2  # decimals of what is no place: of a marker, a width, a share
_PLACES = frozenset({"x", "y"})

ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)


def compact(text: str) -> str:
    """Return an SVG of Matplotlib's with the same look and fewer bytes."""
    root = ElementTree.fromstring(text)
    for element in list(root):
        if tag(element) == "metadata" or element.find(f"{{{SVG}}}style") is not None:
            root.remove(element)
    _draw_in_place(root)
    for path in root.findall(f".//{{{SVG}}}defs/{{{SVG}}}path"):
        path.attrib.pop("style", None)  # each use has its own
    for element in root.iter():
        _style(element)
        _describe(element)
        element.text = element.text if tag(element) == "text" else None
        element.tail = None
    _draw_ticks(root)
    _shorten(root)
    used = set(references(root))
    ids = [name for element in root.iter() if (name := element.get("id", "")) in used]
    names = {name: f"m{number}" for number, name in enumerate(ids)}
    for element in root.iter():
        if element.get("id") not in names:
            element.attrib.pop("id", None)
    rename(root, names)
    _tidy(root)
    root.attrib |= {"font-family": FONTS, "font-size": _LETTERS, "stroke-linejoin": "round"}
    root.attrib.pop("version", None)
    return written(root) + "\n"


def without_facts(text: str) -> str:
    """Return a figure with nothing that only the script of a page reads."""
    root = ElementTree.fromstring(text)
    for element in root.iter():
        for key in [key for key in element.attrib if key.startswith("data-")]:
            del element.attrib[key]
    return written(root) + "\n"


def tag(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def written(root: Element) -> str:
    """Return an element as text."""
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def references(root: Element) -> Iterator[str]:
    """Yield the ids that elements refer to."""
    for element in root.iter():
        for value in element.attrib.values():
            yield from REFERENCE.findall(value)
        if element.get(HREF, "").startswith("#"):
            yield element.attrib[HREF][1:]


def rename(root: Element, names: dict[str, str]) -> None:
    """Give ids other names, wherever they stand."""
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, names[value])
            elif key == HREF:
                element.set(key, "#" + names[value.removeprefix("#")])
            elif "url(#" in value and not key.startswith("data-"):
                element.set(key, REFERENCE.sub(lambda m: f"url(#{names[m[1]]})", value))


def _draw_in_place(root: Element) -> None:
    """Draw lines of a collection where they are: defined and used once, moved by the height."""
    paths = {path.get("id"): path for path in root.findall(f".//{{{SVG}}}defs/{{{SVG}}}path")}
    for use in root.iter(f"{{{SVG}}}use"):
        path = paths.get(use.get(HREF, "")[1:])
        if path is not None and use.get("x") in ("0", "0.0"):
            use.tag = f"{{{SVG}}}path"
            use.set("d", lowered(path.get("d", ""), float(use.attrib.pop("y"))))
            del use.attrib["x"], use.attrib[HREF]


def _draw_ticks(root: Element) -> None:
    """Draw the ticks of axes as lines, which become one path with their neighbours."""
    paths = {path.get("id"): path for path in root.findall(f".//{{{SVG}}}defs/{{{SVG}}}path")}
    for axis in (element for element in root.iter() if "data-axis" in element.attrib):
        for use in list(axis.iter(f"{{{SVG}}}use")):
            path = paths.get(use.get(HREF, "")[1:])
            ends = re.findall(r"-?[\d.]+", "" if path is None else path.get("d", ""))
            if len(ends) == 4:
                x, y = float(use.attrib.pop("x")), float(use.attrib.pop("y"))
                left, top, right, bottom = map(float, ends)
                use.tag = f"{{{SVG}}}path"
                use.set("d", f"M {x + left:f} {y + top:f} L {x + right:f} {y + bottom:f}")
                del use.attrib[HREF]


def _style(element: Element) -> None:
    """Turn an element's style into attributes, without what holds anyway."""
    for part in filter(None, map(str.strip, element.attrib.pop("style", "").split(";"))):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        size = _SIZE.search(value) if key in ("font", "font-size") else None
        if size is not None:
            element.attrib |= {"font-size": size[1]} if size[1] != _LETTERS else {}
        elif key not in ("font-family", "white-space") and _PLAIN.get(key) != value:
            element.set(key, _HEX.sub(r"#\1\2\3", value))


def _describe(element: Element) -> None:
    facts = facts_of(element.get("id", ""))
    if facts is not None:
        element.attrib.pop("id")
        element.attrib |= {f"data-{key}": fact for key, fact in facts.items()}


def _shorten(element: Element, *, fine: bool = False, told: bool = False) -> None:
    """Write numbers with as many digits as are seen.

    Args:
        element: with all that is in it.
        fine: whether it is what others use, such as a marker.
        told: whether a script tells the points of its paths one by one.
    """
    fine = fine or tag(element) == "defs"
    told = told or "data-told" in element.attrib
    for key, value in element.attrib.items():
        if key == "d":
            element.set(key, short_path(value, _FINE if fine else PLACES, may_skip=not told))
        elif not key.startswith("data-") and key != "id":
            element.set(key, rounded(value, PLACES if key in _PLACES else _FINE))
    if re.fullmatch(r"rotate\(-?0 .*\)", element.get("transform", "")):
        element.attrib.pop("transform")
    if straight(element.get("d", "")):
        # A line has no corners and nothing inside.
        for key in ("stroke-linejoin", *["fill"] * ("stroke" in element.attrib)):
            element.attrib.pop(key, None)
    for child in element:
        _shorten(child, fine=fine, told=told)


def _tidy(element: Element) -> None:
    """Drop what shows nothing, take groups apart that say nothing, and say once what many share."""
    kept: list[Element] = []
    for child in element:
        _tidy(child)
        name = tag(child)
        unseen = name in ("path", "use") and child.get("fill") == "none" and not child.get("stroke")
        if name == "defs":
            child[:] = [one for one in child if one.get("id")]
        empty = name in ("g", "defs") and not len(child)
        if unseen or empty:
            continue
        kept += _apart(child) if name == "g" else [child]
    if "data-axis" in element.attrib:
        # Grid, ticks and labels don't lie over each other.
        kept.sort(key=lambda child: (tag(child), _line(child)))
    if "data-axis" in element.attrib or "data-panel" in element.attrib:
        kept = [part for _, run in groupby(kept, _line) for part in _joined(list(run))]
    if tag(element) in ("g", "svg"):
        kept = [part for _, run in groupby(kept, _look) for part in _grouped(list(run))]
    element[:] = kept
    if element.attrib:
        _share(element)


def _apart(group: Element) -> list[Element]:
    """Return what stands for a group: what is in it, where the group says nothing of its own."""
    if not group.attrib:
        return list(group)
    told = any(key.startswith("data-") for key in group.attrib)
    if len(group) == 1 and not told and not set(group.attrib) & set(group[0].attrib):
        group[0].attrib |= group.attrib
        return [group[0]]
    return [group]


def _line(element: Element) -> tuple[tuple[str, str], ...]:
    """Return what the lines of one path share; nothing for what is no line."""
    if tag(element) != "path" or not straight(element.get("d", "")):
        return ()
    return tuple(sorted((key, value) for key, value in element.attrib.items() if key != "d"))


def _joined(lines: list[Element]) -> list[Element]:
    """Return neighbours that are lines and look alike as one path."""
    if not _line(lines[0]) or any(key.startswith("data-") for key in lines[0].attrib):
        return lines
    lines[0].set("d", "".join(straight(line.attrib["d"]) for line in lines))
    return lines[:1]


def _look(element: Element) -> tuple[str, ...]:
    return (tag(element), *(element.get(key, "") for key in SHARED))


def _grouped(alike: list[Element]) -> list[Element]:
    """Return neighbours that look alike as one group, where that is shorter."""
    if len(alike) < _ALIKE or not any(_look(alike[0])[1:]):
        return alike
    group = Element(f"{{{SVG}}}g")
    group[:] = alike
    _share(group)
    return [group]


def _share(group: Element) -> None:
    """Move to a group what all that it draws has."""
    drawn = [child for child in group if tag(child) != "defs"]
    if tag(group) != "g" or not drawn:
        return
    for key in SHARED:
        value = drawn[0].get(key)
        alike = value is not None and all(child.get(key) == value for child in drawn)
        if alike and key not in group.attrib and "data-panel" not in group.attrib:
            group.set(key, str(value))
            for child in drawn:
                child.attrib.pop(key)

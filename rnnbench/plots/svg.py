"""Matplotlib's SVG in a third of its bytes, with what its marks stand for.

Text stays text, numbers have two decimals (a hundredth of a point), names and groups that nothing
refers to are gone, and styles are attributes: a page whose security policy allows no inline style
shows them, too. What :mod:`rnnbench.plots.marks` says of a mark stands beside it as ``data-``
attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count, groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from rnnbench.plots.marks import facts_of

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
# As wide as DejaVu Sans, with which a figure is laid out, or narrower: nothing overlaps.
FONTS = "DejaVu Sans, Verdana, sans-serif"
REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_LINE_TO = re.compile(r"([ML] \S+) (\S+)")
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
    *("stroke-dasharray", "font-size", "text-anchor", "clip-path"),
)
_ALIKE = 3  # neighbours from which on a group is shorter
_LONG = 24  # numbers from which on a path goes on in steps

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
        _shorten(element)
        element.text = element.text if tag(element) == "text" else None
        element.tail = None
    used = set(references(root))
    names = {name: f"m{number}" for number, name in zip(count(), _ids(root, used), strict=False)}
    for element in root.iter():
        if element.get("id") not in names:
            element.attrib.pop("id", None)
    rename(root, names)
    _tidy(root)
    root.attrib |= {"font-family": FONTS, "font-size": "10", "stroke-linejoin": "round"}
    root.attrib.pop("version", None)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>") + "\n"


def tag(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


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


def _ids(root: Element, used: set[str]) -> Iterator[str]:
    return (name for element in root.iter() if (name := element.get("id", "")) in used)


def _draw_in_place(root: Element) -> None:
    """Draw lines of a collection where they are: defined and used once, moved by the height."""
    paths = {path.get("id"): path for path in root.findall(f".//{{{SVG}}}defs/{{{SVG}}}path")}
    for use in root.iter(f"{{{SVG}}}use"):
        path = paths.get(use.get(HREF, "")[1:])
        if path is not None and use.get("x") in ("0", "0.0"):
            use.tag = f"{{{SVG}}}path"
            use.set("d", _lowered(path.get("d", ""), float(use.attrib.pop("y"))))
            del use.attrib["x"], use.attrib[HREF]


def _lowered(data: str, down: float) -> str:
    return _LINE_TO.sub(lambda found: f"{found[1]} {float(found[2]) + down:f}", data)


def _style(element: Element) -> None:
    """Turn an element's style into attributes, without what holds anyway."""
    for part in filter(None, map(str.strip, element.attrib.pop("style", "").split(";"))):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        size = _SIZE.search(value) if key in ("font", "font-size") else None
        if size is not None:
            element.set("font-size", size[1])
        elif key not in ("font-family", "white-space") and _PLAIN.get(key) != value:
            element.set(key, _HEX.sub(r"#\1\2\3", value))


def _describe(element: Element) -> None:
    facts = facts_of(element.get("id", ""))
    if facts is not None:
        element.attrib.pop("id")
        element.attrib |= {f"data-{key}": fact for key, fact in facts.items()}


def _shorten(element: Element) -> None:
    for key, value in element.attrib.items():
        if key == "d":
            element.set(key, _path(value))
        elif not key.startswith("data-") and key != "id":
            element.set(key, _NUMBER.sub(_rounded, value))
    if re.fullmatch(r"rotate\(-?0 .*\)", element.get("transform", "")):
        element.attrib.pop("transform")


def _rounded(found: re.Match[str]) -> str:
    return _number(float(found[0]))


def _number(value: float) -> str:
    shown = f"{value:.2f}".rstrip("0").rstrip(".")
    shown = re.sub(r"^(-?)0\.", r"\1.", shown)
    return "0" if shown == "-0" else shown


def _path(data: str) -> str:
    """Return a path in which a line that goes on needs no letter, a long one in steps."""
    tokens = _NUMBER.sub(_rounded, data).split()
    letters = [token for token in tokens if token.isalpha()]
    if len(tokens) > _LONG and letters == ["M", *["L"] * (len(letters) - 1)]:
        return _steps([float(token) for token in tokens if not token.isalpha()])
    parts: list[str] = []
    last = ""
    for token in tokens:
        goes_on = token == last or (last == "M" and token == "L")
        parts += [] if token.isalpha() and goes_on else [token]
        last = token if token.isalpha() else last
    return re.sub(r" ?([A-Za-z]) ?", r"\1", " ".join(parts))


def _steps(numbers: list[float]) -> str:
    """Return a path of lines by how far each goes: shorter, and as exact."""
    before = [0.0, 0.0, *numbers[:-2]]
    steps = (_number(one - other) for one, other in zip(numbers, before, strict=True))
    return "m" + " ".join(steps).replace(" -", "-")


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
        kept.sort(key=tag)  # grid, ticks and labels don't lie over each other
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

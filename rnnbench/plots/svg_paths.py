"""What an SVG draws as few bytes: a tenth of a point is less than an eye sees, or a pixel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import hypot

Point = tuple[float, float]

_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
PLACES = 1  # decimals of points
_LINE_TO = re.compile(r"([ML] \S+) (\S+)")
_LONG = 24  # numbers from which on a path is worth a closer look
_SEEN = 0.06  # points beside a straight line from which on it is another one
_STRAIGHT = re.compile(r"M([-.\d]+) ([-.\d]+) ([-.\d]+) ([-.\d]+)z?$")


def rounded(text: str, places: int = PLACES) -> str:
    """Return a text with the numbers in it in so many decimals."""
    return _NUMBER.sub(lambda found: _shown(float(found[0]), places), text)


def lowered(data: str, down: float) -> str:
    """Return a path of lines that lies so many points lower."""
    return _LINE_TO.sub(lambda found: f"{found[1]} {float(found[2]) + down:f}", data)


def short_path(data: str, places: int = PLACES, *, may_skip: bool = False) -> str:
    """Return a path in which a line that goes on needs no letter, a long one in steps.

    Args:
        data: Matplotlib's.
        places: decimals.
        may_skip: whether points may be left out of a long line that lies as before without them.
    """
    tokens = rounded(data, places).split()
    closed = tokens[-1:] == ["z"]
    letters = [token for token in tokens[: -1 if closed else None] if token.isalpha()]
    if len(tokens) > _LONG and letters == ["M", *["L"] * (len(letters) - 1)]:
        numbers = [float(token) for token in tokens if not token.isalpha()]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        return _steps(_without_steps(points) if may_skip else points, places) + "z" * closed
    parts: list[str] = []
    last = ""
    for token in tokens:
        goes_on = token == last or (last == "M" and token == "L")
        parts += [] if token.isalpha() and goes_on else [token]
        last = token if token.isalpha() else last
    return re.sub(r" ?([A-Za-z]) ?", r"\1", " ".join(parts))


def straight(data: str) -> str:
    """Return a path of one line, as short as it can be written; empty for any other."""
    found = _STRAIGHT.match(data)
    if found is None:
        return ""
    x, y, to_x, to_y = found.groups()
    end = f"V{to_y}" if x == to_x else f"H{to_x}" if y == to_y else f"L{to_x} {to_y}"
    return f"M{x} {y}{end}"


def _shown(value: float, places: int) -> str:
    """Return a number in as few characters as readers of an SVG take."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    text = re.sub(r"^(-?)0\.", r"\1.", text)
    return "0" if text in ("-0", "") else text


def _steps(points: Sequence[Point], places: int) -> str:
    """Return a path of lines by how far each goes: shorter, and as exact."""
    before = [(0.0, 0.0), *points[:-1]]
    steps = (
        _shown(one - other, places)
        for point, last in zip(points, before, strict=True)
        for one, other in zip(point, last, strict=True)
    )
    return "m" + " ".join(steps).replace(" -", "-")


def _without_steps(points: list[Point]) -> list[Point]:
    """Return a line without the points that lie on it anyway (Douglas and Peucker 1973)."""
    kept = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        beside = [_beside(points[n], points[first], points[last]) for n in range(first + 1, last)]
        if beside and (most := max(beside)) > _SEEN:
            middle = first + 1 + beside.index(most)
            kept.add(middle)
            spans += [(first, middle), (middle, last)]
    return [points[n] for n in sorted(kept)]


def _beside(point: Point, start: Point, end: Point) -> float:
    """Return how far a point is from the line between two others."""
    (x, y), (ax, ay), (bx, by) = point, start, end
    length = hypot(bx - ax, by - ay)
    if not length:
        return hypot(x - ax, y - ay)
    share = max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length**2))
    return hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay))

"""Text broken into lines between words, by the columns that a terminal gives its letters."""

from __future__ import annotations

import re

HANG = "  "  # before what a long name or text goes on with
# Behind these a long word may end its line; not inside a number such as 0.001.
_JOINT = re.compile(r"(?<=[=_/.])(?!(?<=\d.)\d)")
_NARROW = re.compile(r"[\x20-\x7e±·–−─]*")  # of which each takes one column


def wrapped(text: str, width: int | None, hang: str = HANG, *, joints: bool = True) -> list[str]:
    """Return a text as lines that end between words, or at a joint of a word without room.

    Args:
        text: one line; no word or number of it is broken, however long.
        width: columns of a terminal, ``None`` for any number.
        hang: what each line but the first begins with.
        joints: whether words without room are broken at their joints; paths to be copied are not.
    """
    if width is None or width_of(text) <= width:
        return [text]
    lines = [""]
    for word in text.split():
        room = width - width_of(hang)
        parts = _JOINT.split(word) if joints and width_of(word) > room else [word]
        for number, part in enumerate(parts):
            blank = " " if number == 0 and lines[-1].strip() else ""
            if not lines[-1].strip() or width_of(lines[-1] + blank + part) <= width:
                lines[-1] += blank + part
            else:
                lines.append(hang + part)
    return lines


def filled(text: str, width: int | None) -> str:
    """Return a text whose lines are broken further, at spaces only."""
    lines = (wrapped(line, width, hang="", joints=False) for line in text.split("\n"))
    return "\n".join(part for parts in lines for part in parts)


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if _NARROW.fullmatch(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def longest(text: str) -> int:
    """Return the columns that a text needs at least, its hanging lines included."""
    parts = [part for word in text.split() for part in _JOINT.split(word)]
    hang = len(HANG) if len(parts) > 1 else 0
    return max((width_of(p) + (hang if n else 0) for n, p in enumerate(parts)), default=0)

"""Text for a terminal of 80 columns or less, wrapped between words."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping

_WIDEST = 80
_NARROWEST = 40
_GAP = 2
_SHORT = 40
_JOINT = "\0"  # where a line must not end


def paragraph(text: str, indent: int = 0, hanging: int | None = None) -> list[str]:
    """Return the lines of a text; those after the first start at ``hanging``."""
    lines = textwrap.wrap(
        text,
        width=_width(),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_JOINT, " ") for line in lines]


def together(text: str) -> str:
    """Return a short text that is not broken across lines."""
    return text.replace(" ", _JOINT) if len(text) <= _SHORT else text


def listed(texts: Mapping[str, str], indent: int = 2) -> list[str]:
    """Return names with their texts in two columns; a long name has its text below it."""
    most = _width() // 2 + indent
    usual = [len(name) for name in texts if len(name) + indent < most]
    start = indent + max(usual, default=0) + _GAP
    lines: list[str] = []
    for name, text in texts.items():
        head = " " * indent + name
        below = paragraph(text, start)
        if len(head) + _GAP <= start and below:
            below[0] = head.ljust(start) + below[0].lstrip()
        else:
            lines.append(head)
        lines += below
    return lines


def _width() -> int:
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))

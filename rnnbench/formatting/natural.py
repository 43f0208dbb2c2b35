"""Natural sort order: numbers within texts sort by size."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)")


def natural_key(text: str) -> tuple[list[str | float], str]:
    """Return what texts sort by, so that 3 comes before 20.

    >>> sorted(["horizon 20", "horizon 3", "horizon 1"], key=natural_key)
    ['horizon 1', 'horizon 3', 'horizon 20']
    """
    parts: list[str | float] = [*_NUMBER.split(text)]
    parts[1::2] = [float(number) for number in parts[1::2]]
    return parts, text

"""Numbers as text: digits after the dot, or a power of ten where these are many."""

from __future__ import annotations

import math
from typing import Literal

Sign = Literal["", "+"]
_MOST_PLACES = 12
_LARGEST = 1e12
_DIGITS = 3  # after the dot of a large number


def written(value: float, places: int, sign: Sign = "") -> str:
    """Return ``0.8712``, ``131,584`` or ``4.012e-30``.

    Args:
        value: of any size.
        places: digits after the dot, to which a power of ten is rounded, too.
        sign: ``+`` where a plus sign is written, too.
    """
    if not value or not math.isfinite(value):
        return f"{value:{sign},.{min(places, _MOST_PLACES)}f}"
    if places > _MOST_PLACES:
        return f"{value:{sign}.{max(0, places + math.floor(math.log10(abs(value))))}e}"
    return f"{value:{sign}.{_DIGITS}e}" if abs(value) >= _LARGEST else f"{value:{sign},.{places}f}"

"""Which values an option takes whose schema is the default that it has."""

from __future__ import annotations

import math
from typing import Any, NamedTuple


class OptionMeaning(NamedTuple):
    """What an option does, and where it is bounded."""

    text: str
    least: float = -math.inf
    below: float = math.inf


def words_for(default: Any, meaning: OptionMeaning | None = None) -> str:
    """Return in words which values an option takes.

    Args:
        default: its value by default. Whether it is a number, a whole number, true or false, or
            text follows from that; ``None`` stands for a number that may be missing.
        meaning: its bounds.
    """
    if isinstance(default, bool):
        return "true or false"
    if isinstance(default, str):
        return "text"
    words = "a whole number" if isinstance(default, int) else "a finite number"
    if meaning and math.isfinite(meaning.least):
        words += f" at least {meaning.least:g}"
    if meaning and math.isfinite(meaning.below):
        both = " and" if math.isfinite(meaning.least) else ""
        words += f"{both} below {meaning.below:g}"
    return words + (" or null" if default is None else "")


def is_allowed(value: Any, default: Any, meaning: OptionMeaning | None = None) -> bool:
    """Return whether an option takes a value; arguments as those of :func:`words_for`."""
    if value is None:
        return default is None
    if isinstance(default, bool | str):
        return type(value) is type(default)
    kinds = (int,) if isinstance(default, int) else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
        return False
    return meaning is None or meaning.least <= value < meaning.below

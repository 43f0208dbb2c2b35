"""What a user may have meant by a word that is unknown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MOST_SUGGESTED = 3
_SHORTEST_PART = 3


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean ...?`` for the nearest known words, or an empty string.

    Nearest are dotted keys that end alike, as ``data.maxlen`` for ``maxlen``; then what is spelled
    alike; then what has the word in it.
    """
    known, lower = list(known), word.casefold()
    near = [name for name in known if name.split(".")[-1] == lower.split(".")[-1]]
    if not 1 <= len(near) <= _MOST_SUGGESTED:
        near = difflib.get_close_matches(lower, known, n=1, cutoff=0.6)
    if not near and len(word) >= _SHORTEST_PART:
        near = [name for name in known if lower in name][:_MOST_SUGGESTED]
    return f"did you mean {' or '.join(near)}?" if near else ""

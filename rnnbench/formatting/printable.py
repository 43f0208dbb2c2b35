"""Text from stores, files and words as it can be shown: nothing in it drives a terminal."""

from __future__ import annotations

import operator
import re
from collections.abc import Hashable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

_Value = TypeVar("_Value")
# Control characters but for tab and line feed, what turns the direction of text around, and halves
# of surrogate pairs, as which Python reads the bytes of a path that are no UTF-8.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


_NO_TEXT = frozenset({float, int, bool})


def printable(text: str) -> str:
    """Return text with its control characters as Python writes them: ``\\x1b`` for escape."""
    if text.isprintable():  # as most are
        return text
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


def all_printable(value: _Value) -> _Value:
    """Return a value with every text in it, its tuples, named or not, and dataclasses printable."""
    return cast(_Value, _all(value))


def _all(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        shown = tuple(map(_all, value))
        if all(map(operator.is_, shown, value)):
            return value
        return type(value)._make(shown) if hasattr(value, "_make") else shown
    changed = {}
    for name in _names(cast(Hashable, type(value))):
        part = getattr(value, name)
        if part is None or type(part) in _NO_TEXT or (type(part) is str and part.isprintable()):
            continue  # as most are
        if (new := _all(part)) is not part:
            changed[name] = new
    return replace(value, **changed) if changed else value


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    """Return the names of a dataclass's fields; none of anything else."""
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()

"""``training.class_weight``: none, balanced, or a number for each class."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

NAMED = ("none", "balanced")


def canonical(value: object) -> str:
    """Return the value as one text, whichever way it was given: equal weights are equal texts.

    Raises:
        ValueError: where it is neither a name nor numbers above 0 for two classes or more.
    """
    if isinstance(value, str) and value in NAMED:
        return value
    given = json.loads(value) if isinstance(value, str) else value
    if not isinstance(given, Mapping) or len(given) < 2:
        raise ValueError(value)
    weights = {str(name): _weight(number) for name, number in given.items()}
    return json.dumps(weights, ensure_ascii=False, sort_keys=True)


def by_class(value: str) -> dict[str, float] | None:
    """Return the number of each class by name; ``None`` for what has a name itself."""
    return None if value in NAMED else json.loads(value)


def _weight(number: object) -> float:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise ValueError(number)
    if not 0 < number < math.inf:
        raise ValueError(number)
    return float(number)

"""Which values a key or an option takes, in words: for messages, help and documentation.

A key has a schema; the schema of an option is the default that it has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple


def words_of(node: Mapping[str, Any]) -> str:
    """Return what a node of the JSON schema allows, as in ``a whole number at least 1``."""
    if "anyOf" in node:
        return " or ".join(words_of(branch) for branch in node["anyOf"])
    if "discriminator" in node:
        known = ", ".join(node["discriminator"]["mapping"])
        return f"a section with {node['discriminator']['propertyName']}: one of {known}"
    if "enum" in node:
        return "one of " + ", ".join(map(str, node["enum"]))
    if "const" in node:
        return str(node["const"])
    kind = {
        "integer": "a whole number",
        "number": "a finite number",
        "boolean": "true or false",
        "string": "text",
        "null": "null",
        "array": "a list",
        "object": "a section of keys",
    }.get(node.get("type", ""), "a value")
    bounds = [
        f"{word} {node[name]:g}" if isinstance(node[name], float) else f"{word} {node[name]}"
        for name, word in (
            ("minimum", "at least"),
            ("exclusiveMinimum", "above"),
            ("maximum", "at most"),
            ("exclusiveMaximum", "below"),
        )
        if name in node
    ]
    if node.get("type") == "object" and "properties" not in node:
        return "keys with their values"
    if "minItems" in node:
        bounds.append(f"of at least {node['minItems']}")
    if "minLength" in node:
        bounds.append("that is not empty")
    if "pattern" in node:
        bounds.append("of letters, digits, dots, hyphens and underscores")
    return " ".join([kind, " and ".join(bounds)]).strip()


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

"""Nested mappings: merged, and their values by dotted key, as in ``model.units``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def value_at(node: Any, key: str) -> Any:
    """Return what stands under a dotted key, the mapping itself under none, else ``None``."""
    for part in key.split(".") if key else ():
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def section_of(mapping: Mapping[str, Any], key: str) -> tuple[Any, str]:
    """Return what a dotted key is in, and its name there."""
    above, _, name = key.rpartition(".")
    return value_at(mapping, above), name


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return both mappings merged, section by section; ``above`` has the last word."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            value = merge(known, value)
        merged[key] = value
    return merged


def flat(mapping: Mapping[str, Any], whole: Sequence[str] = (), prefix: str = "") -> dict[str, Any]:
    """Return values by dotted key; the keys in ``whole`` keep their mappings."""
    found: dict[str, Any] = {}
    for key, value in mapping.items():
        dotted = f"{prefix}{key}"
        if isinstance(value, Mapping) and dotted not in whole:
            found |= flat(value, whole, f"{dotted}.")
        else:
            found[dotted] = value
    return found

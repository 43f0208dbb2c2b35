"""Values of nested mappings by dotted key, as in ``model.units``."""

from __future__ import annotations

from collections.abc import Mapping
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

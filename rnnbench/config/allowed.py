"""Which values a key takes, in words: for messages, help and documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def words_of(node: Mapping[str, Any]) -> str:
    """Return what a node of the JSON schema allows, as in ``a whole number at least 1``."""
    if "anyOf" in node:
        return " or ".join(words_of(branch) for branch in node["anyOf"])
    if "discriminator" in node:
        tag, known = (
            node["discriminator"]["propertyName"],
            ", ".join(node["discriminator"]["mapping"]),
        )
        return f"a section with {tag}: one of {known}"
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

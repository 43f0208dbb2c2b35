"""References from one key to another, as in ``${model.units}``: found, and kept from growing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from omegaconf import Container
from omegaconf.base import Container as Base
from omegaconf.errors import InterpolationResolutionError

MOST_REFERENCES = 1_000
MOST_NESTED = 20  # references to references


def refers(node: Any) -> bool:
    """Return whether a value refers to another key."""
    if isinstance(node, dict):
        return any(refers(value) for value in node.values())
    if isinstance(node, list):
        return any(refers(value) for value in node)
    return isinstance(node, str) and "${" in node.replace("${oc.", "")


@contextmanager
def bounded() -> Iterator[None]:
    """Let OmegaConf follow so many references and no more.

    Keys that name others twice, which name others twice, stand for more than fits into memory.

    Raises:
        InterpolationResolutionError: for more references, or for some that come back to themselves.
    """
    follow, left, depth = Base._resolve_node_interpolation, MOST_REFERENCES, 0

    def counted(container: Container, *args: Any, **keys: Any) -> Any:
        nonlocal left, depth
        left -= 1
        if left < 0:
            raise InterpolationResolutionError(f"more than {MOST_REFERENCES:,} references")
        if depth == MOST_NESTED:
            told = f"Recursive interpolation: more than {MOST_NESTED} references in a row"
            raise InterpolationResolutionError(told)
        depth += 1
        try:
            return follow(container, *args, **keys)
        finally:
            depth -= 1

    Base._resolve_node_interpolation = counted  # type: ignore[method-assign, assignment]
    # So many take more of the stack than callers may have left.
    deepest = sys.getrecursionlimit()
    sys.setrecursionlimit(deepest + 200 * MOST_NESTED)
    try:
        yield
    finally:
        sys.setrecursionlimit(deepest)
        Base._resolve_node_interpolation = follow  # type: ignore[method-assign]

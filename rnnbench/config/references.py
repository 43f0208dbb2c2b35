"""References from one key to another, as in ``${model.units}``: found, and kept from growing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from omegaconf import Container
from omegaconf.base import Container as Base
from omegaconf.errors import InterpolationResolutionError

MOST_REFERENCES = 1_000


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
    follow, left = Base._resolve_node_interpolation, MOST_REFERENCES

    def counted(container: Container, *args: Any, **keys: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise InterpolationResolutionError(f"more than {MOST_REFERENCES:,} references")
        return follow(container, *args, **keys)

    Base._resolve_node_interpolation = counted  # type: ignore[method-assign, assignment]
    try:
        yield
    except RecursionError:
        raise InterpolationResolutionError("Recursive interpolation detected") from None
    finally:
        Base._resolve_node_interpolation = follow  # type: ignore[method-assign]

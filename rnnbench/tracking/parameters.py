"""What of a configuration the store keeps as parameters."""

from __future__ import annotations

from typing import Any

from rnnbench.config.keys import LOGGED, is_about
from rnnbench.config.recorded import recorded
from rnnbench.config.schema import Config


def parameters(config: Config) -> dict[str, str]:
    """Return what MLflow shows as parameters: the dotted keys that describe a run."""
    flat: dict[str, str] = {}

    def visit(prefix: str, node: Any) -> None:
        for name, value in node.items():
            if isinstance(value, dict):
                visit(f"{prefix}{name}.", value)
            else:
                flat[prefix + name] = "null" if value is None else str(value)

    described = recorded(config)
    visit("", {key: part for key, part in described.items() if is_about(key, *LOGGED)})
    return flat

"""The section of the configuration that an extension gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnbench.config.optimizers import Optimizer
from rnnbench.errors import ConfigError
from rnnbench.extensions.origin import Origin
from rnnbench.extensions.registry import EXTENSION, load

_DATA: Mapping[str, Any] = {
    "path": None,
    "num_words": None,
    "maxlen": None,
    "padding": "pre",
    "truncating": "pre",
    "mask": False,
    "limit": None,
    "test_limit": None,
}


def own_section(content: Mapping[Any, Any], origin: Origin) -> dict[Any, Any]:
    """Import an extension and return its section, with its name and source in the target's place.

    Args:
        content: what the file that names it says besides.
        origin: which it is.

    Raises:
        ConfigError: where there is no such extension, or the file gives it another name.
    """
    name, found = load(origin)
    if content.get("name", name) != name or EXTENSION in content:
        raise ConfigError(
            f"{origin.kind}.name",
            f"{name}, as {origin.target} says",
            str(content.get("name")),
            f"leave name and {EXTENSION} out of {origin.file}",
        )
    defaults = own_defaults(origin.kind, found.value)
    return {"name": name, EXTENSION: found.identity, **defaults, **content}


def own_defaults(kind: str, value: object) -> dict[str, Any]:
    """Return keys and values by default, those that only the extension has included.

    Args:
        kind: of the extension.
        value: the user's object. An optimizer has a ``learning_rate`` and ``options``; a data set
            may have ``defaults``, of keys of ``data`` and of its own.
    """
    if kind == "data":
        own = getattr(value, "defaults", {})
        return {**_DATA, **(own if isinstance(own, Mapping) else {})}
    if isinstance(value, Optimizer):
        return {"learning_rate": value.learning_rate, "clipnorm": None, **value.options}
    return {}

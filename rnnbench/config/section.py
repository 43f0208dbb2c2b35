"""What all sections of the configuration have in common.

A field of a section is one key. Its type and bounds say which values it takes; its ``description``
says in one sentence what it does, and what null means; markers (:mod:`rnnbench.config.roles`) say
what it is for. :mod:`rnnbench.config.keys` reads all of it, for help, documentation and wherever
keys are treated differently.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from types import ModuleType
from typing import Any

# Pydantic would read what every installed package says of itself, to find plugins.
if os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__") == "__all__":
    # Even then it would import what reads that: email, sockets, archives.
    loader = ModuleType("pydantic.plugin._loader")
    loader.get_plugins = tuple  # type: ignore[attr-defined]
    sys.modules.setdefault(loader.__name__, loader)

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from rnnbench.config.roles import IdleWhere, is_idle
from rnnbench.extensions.registry import EXTENSION


class Section(BaseModel):
    """A group of keys. Idle ones are no part of a dump, unless they are logged all the same."""

    # Deferred, because the whole configuration is built of its sections, not beside them.
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True
    )

    @model_serializer(mode="wrap")
    def _without_idle(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = handler(self)
        for name, idle in _left_out(type(self)):
            if is_idle(idle, self, name):
                plain.pop(name, None)
        return plain


class Extensible(Section):
    """A section whose further keys belong to what its name names, which checks them."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)

    @property
    def options(self) -> dict[str, Any]:
        """Keys that only what is named has."""
        return {k: v for k, v in (self.__pydantic_extra__ or {}).items() if k != EXTENSION}

    @property
    def extension(self) -> str | None:
        """Version and source of what comes from the user's own module, or ``None``."""
        return (self.__pydantic_extra__ or {}).get(EXTENSION)


@cache
def idle_markers(section: type[Section]) -> tuple[tuple[str, IdleWhere], ...]:
    """Return the keys of a section that may be idle, with the marker that says when."""
    return tuple(
        (name, marker)
        for name, field in section.model_fields.items()
        for marker in field.metadata
        if isinstance(marker, IdleWhere)
    )


@cache
def _left_out(section: type[Section]) -> tuple[tuple[str, IdleWhere], ...]:
    """Return those of them that are no part of a dump where they are idle."""
    return tuple(pair for pair in idle_markers(section) if not pair[1].is_logged)

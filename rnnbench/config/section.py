"""What all sections of the configuration have in common.

A field of a section is one key. Its type and bounds say which values it takes; its ``description``
says in one sentence what it does, and what null means; :class:`Unit` says what a number counts.
:mod:`rnnbench.config.describe` reads all three for help and documentation.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

# Pydantic would read what every installed package says of itself, to find plugins.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True)
class Unit:
    """What a number counts or measures, as in ``Annotated[int, Unit("epochs")]``."""

    name: str


class Section(BaseModel):
    """A group of keys."""

    # Deferred, because the whole configuration is built of its sections, not beside them.
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True
    )

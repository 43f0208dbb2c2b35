"""The presets that a command line names."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.config.overrides import axis_values, parse


def is_preset(word: str) -> bool:
    """Return whether a word chooses presets, as in ``experiments=A,B``."""
    return word.lstrip("+").startswith("experiments=")


def preset_names(overrides: Sequence[str]) -> list[str | None]:
    """Return the presets that overrides choose, ``[None]`` for none."""
    for override in parse([word for word in overrides if is_preset(word)]):
        values = axis_values(override) if override.is_sweep_override() else [override.value()]
        return [None if value is None else str(value) for value in values]
    return [None]

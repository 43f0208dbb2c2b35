"""The axes of a sweep, and what is refused before any of its combinations is written down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.types import Override, OverrideType

from rnnbench.config.overrides import CELL, MOST_COMBINATIONS, axis_values, with_value
from rnnbench.errors import ConfigError

_MOST_COMPOSED = 500  # of which each takes Hydra a quarter of a second


@dataclass(frozen=True)
class Axis:
    """A key with several values.

    Attributes:
        key: dotted, or a group.
        values: plain Python objects.
        override: the word, or ``None`` where a preset declared the axis.
        is_composed: whether Hydra composes each value, instead of it being set on a copy.
    """

    key: str
    values: list[Any]
    override: Override | None
    is_composed: bool

    def word(self, value: Any) -> str:
        """Return the override for one value."""
        if self.override is not None:
            return with_value(self.override, value)
        prefix = "+" if self.key == CELL else ""
        return f"{prefix}{self.key}={value}"


def check_typed(overrides: Sequence[Override]) -> None:
    """Refuse what would be ignored: units beside ``match``, and ``seeds`` beside ``until``.

    Raises:
        ConfigError: where both were typed and the one that decides is null for no arm.
    """
    typed = {o.key_or_group: o for o in overrides if o.type != OverrideType.DEL}
    until, seeds = typed.get("until"), typed.get("seeds")
    if until is not None and seeds is not None and until.value() is not None:
        raise ConfigError(
            "seeds",
            "no number of seeds beside until=decided, which finds it",
            str(seeds.input_line),
            f"type most_{seeds.input_line} for a limit, or leave until out",
        )
    match, units = typed.get("match"), typed.get("model.units")
    if match is None or units is None:
        return
    if None in (axis_values(match) if match.is_sweep_override() else [match.value()]):
        return
    raise ConfigError(
        "match",
        "null beside a typed model.units, which it would replace",
        f"{match.input_line} {units.input_line}",
        "leave one of the two out",
    )


def check_axes(axes: Sequence[Axis]) -> None:
    """Refuse axes that cannot be swept.

    Raises:
        ConfigError: for several seeds, or for more combinations than can be written down soon.
    """
    for axis in axes:
        if axis.key in ("seed", "seeds") and len(axis.values) > 1:
            raise _several_seeds(axis)
    _refuse_too_many(axes, MOST_COMBINATIONS, "combinations")
    composed = [axis for axis in axes if axis.is_composed]
    _refuse_too_many(composed, _MOST_COMPOSED, "combinations that Hydra has to compose")


def _several_seeds(axis: Axis) -> ConfigError:
    values, count = axis.values, len(axis.values)
    are_whole = all(type(value) is int for value in values)
    is_range = are_whole and values == list(range(values[0], values[0] + count))
    start = f"seed={values[0]} " if is_range and values[0] else ""
    return ConfigError(
        axis.key,
        "one value for the whole sweep",
        ",".join(map(str, values)) if count <= 10 else f"{count} values",
        f"did you mean {start}seeds={count}? Replicates are counted from seed upwards",
    )


def _refuse_too_many(axes: Sequence[Axis], most: int, of: str) -> None:
    count = math.prod(len(axis.values) for axis in axes)
    if count > most:
        longest = max(axes, key=lambda axis: len(axis.values))
        factors = " x ".join(f"{len(axis.values)} {axis.key}" for axis in axes)
        raise ConfigError(
            longest.key,
            f"a sweep of at most {most:,} {of}",
            f"{count:,} ({factors})",
            "give fewer values, or several sweeps: finished runs are shared",
        )

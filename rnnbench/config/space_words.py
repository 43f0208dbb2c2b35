"""The words of a command that change the search space.

The keys of a search space have dots in them, which Hydra would take for levels. So these words are
kept from Hydra and applied to what it composes:

    search.space={model.units: {type: int, low: 8, high: 64}}    the whole space
    search.space.model.units={type: int, low: 8, high: 64}       one entry
    search.space.model.units.high=64                             one value of an entry
    ~search.space.model.units                                    without that entry
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.types import Override, OverrideType

from rnnbench.config.overrides import parse
from rnnbench.errors import ConfigError

KEY = "search.space"
_FORM = "{type: float, low: 1e-4, high: 1e-2, log: true}"


def split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words for Hydra, and those for the search space."""
    ours = [word for word in words if _is_ours(word)]
    return [word for word in words if not _is_ours(word)], ours


def apply(mapping: dict[str, Any], words: Sequence[str]) -> None:
    """Change the search space of a composed configuration.

    Raises:
        ConfigError: for a word that names no entry, or gives no range.
    """
    if not words:
        return
    space = mapping["search"]["space"]
    for override in sorted(parse(words), key=lambda o: len(o.key_or_group)):
        entry = override.key_or_group[len(KEY) :].lstrip(".")
        name, _, field = entry.rpartition(".")
        value = override.value()
        if override.type == OverrideType.DEL:
            _delete(space, entry)
        elif not entry:
            if not isinstance(value, dict):
                raise ConfigError(
                    KEY, "ranges by key", value, f"type {KEY}={{optimizer.learning_rate: {_FORM}}}"
                )
            space.clear()
            space.update(value)
        elif isinstance(value, dict) and not (field == "when" and name in space):
            space[entry] = value  # a mapping is a range, but for the condition of one
        elif name in space:
            space[name] = {**space[name], field: value}
        else:
            expected = f"a range, as in {_FORM}"
            raise ConfigError(f"{KEY}.{entry}", expected, value, "give the whole range")


def for_hydra(space: dict[str, Any]) -> list[str]:
    """Return the words that give Hydra a whole space, for its own answers."""
    return [f"~{KEY}", f"+{KEY}={Override._get_value_element_as_str(space)}"]


def _is_ours(word: str) -> bool:
    name = word.lstrip("+~").partition("=")[0]
    return name == KEY or name.startswith(f"{KEY}.")


def _delete(space: dict[str, Any], entry: str) -> None:
    if not entry:
        space.clear()
    elif entry not in space:
        known = ", ".join(space) or "none"
        raise ConfigError(f"{KEY}.{entry}", f"an entry of the space: {known}", entry, "drop ~")
    else:
        del space[entry]

"""The keys of the configuration in words, with those that belong to single cells."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from rnnbench.config.describe import KeyDescription, describe, role_words, shown
from rnnbench.models.cells import CELLS, DEFAULTS, OPTION_MEANINGS


@cache
def key_descriptions() -> tuple[KeyDescription, ...]:
    """Return every key of the configuration, in the order of the schema."""
    return describe(tuple(CELLS), tuple(_cell_options()))


def _cell_options() -> Iterator[KeyDescription]:
    for option, meaning in OPTION_MEANINGS.items():
        cells = tuple(name for name, cell in CELLS.items() if option in cell.options)
        values = CELLS[cells[0]].options[option]
        allowed = "one of " + ", ".join(map(shown, values))
        some = cells if len(cells) < len(CELLS) else ()
        key, usual = f"cell.{option}", shown(DEFAULTS[option])
        role = role_words(key)
        other = next(shown(value) for value in values if value != DEFAULTS[option])
        yield KeyDescription(key, meaning, allowed, usual, "", role, some, f"{key}={other}")

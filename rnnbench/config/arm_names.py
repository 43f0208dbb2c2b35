"""What tells arms apart, and what keys and values are called in names, tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from rnnbench.config.keys import markers, names_arms
from rnnbench.config.roles import IdleAt, IdleUnless, Label

OPTION = "cell."  # how the keys that belong to some cells begin


def key_words(key: str) -> str:
    """Return a key as readers know it: ``training samples``, ``batch size``."""
    return _label(key).words or _last(key).replace("_", " ")


def factor_name(key: str) -> str:
    """Return what arms differ in, as a sentence says it: ``layers``, ``learning rate``."""
    return _label(key).factor or key_words(key)


def telling_name(key: str) -> str:
    """Return a parameter's short name where it has one, else its dotted key."""
    return _label(key).short or key


def short_name(key: str) -> str:
    """Return a parameter's short name where it has one, else the last part of its key."""
    return _last(telling_name(key))


def told_apart(arms: Sequence[tuple[str, Mapping[str, str]]]) -> list[dict[str, str]]:
    """Return for each of some arms, or their runs, the parameters that tell it from the others.

    Those that vary between the arms of a cell: one that is the same for all of them only repeats
    the cell's name. An option that a cell's file does not mention has a value all the same; a key
    that is idle has none, and what makes it idle tells the arm.

    Args:
        arms: the cell of each, and its parameters by dotted key, as they are logged.

    Returns:
        For each, in the order of their names, dotted keys and values as names have them.
    """
    by_cell: dict[str, list[Mapping[str, str]]] = {}
    for cell, params in arms:
        by_cell.setdefault(cell, []).append(params)
    every = sorted({key for _, params in arms for key in params})
    varying = {
        key: cells
        for key in filter(names_arms, every)
        if (cells := {cell for cell, own in by_cell.items() if _varies(key, own)})
    }
    return [
        {
            key: shown_text(params.get(key, unset(key)))
            for key, cells in varying.items()
            if (cell in cells or not key.startswith(OPTION))
            and (key in params or not _depends(key))
        }
        for cell, params in arms
    ]


def _varies(key: str, arms: Sequence[Mapping[str, str]]) -> bool:
    values = {params.get(key) for params in arms}
    is_left_out = key.startswith(OPTION) or _depends(key)
    return len(values - {None} if is_left_out else values) > 1


@cache
def _depends(key: str) -> bool:
    """Return whether runs log a key only where another one, which tells arms apart, lets it act."""
    return any(not one.is_logged for one in markers(key, IdleUnless))


@cache
def unset(key: str) -> str:
    """Return the value of a parameter that was not logged: the one at which its key is idle."""
    values = (one.value for one in markers(key, IdleAt) if one.value is not None)
    return str(next(values, "none"))


def label_axes(label: str) -> dict[str, str]:
    """Return by dotted key what an arm is called by, as its sweep called it."""
    words = (word.partition("=") for word in label.split(" ")[1:])
    return {key: value for key, equals, value in words if equals}


def short_label(label: str) -> str:
    """Return an arm as its sweep called it, with short names: ``gru depth=2``."""
    words = (word.partition("=") for word in label.split(" "))
    return " ".join(short_name(key) + equals + value for key, equals, value in words)


def shown_text(text: str) -> str:
    """Return a recorded value as a name has it: drawn numbers with four digits."""
    if "." not in text and "e" not in text:
        return text
    try:
        return f"{float(text):.4g}"
    except ValueError:
        return text


def _last(key: str) -> str:
    return key.rsplit(".", 1)[-1]


@cache
def _label(key: str) -> Label:
    """Return what the schema says of the key alone; a section's label is not that of its keys."""
    return next(iter(markers(key, Label)), Label())

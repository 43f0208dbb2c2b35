"""Which of many arms may differ in one factor: two thousand arms have two million pairs."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence

from rnnbench.config.arm_names import OPTION
from rnnbench.results.facts import Facts, default_option, is_who_computes

_SMALL = 12  # arms, whose pairs are related in no time


def candidates(arms: Sequence[Facts]) -> list[tuple[int, int]]:
    """Return the places of all pairs of arms that may differ in one factor and nothing else.

    :func:`rnnbench.results.compare.relate` says of each whether they do. All others differ in
    two things that have nothing to do with each other. Parameters are divided into such things: an
    optimizer with its options, an embedding, a cell with its options and its units, which may be
    matched, whatever only counts with some value of another key; and every other key. Arms that
    are equal in all things but one are found by hashing what is left.

    Of few arms, and where searches have drawn values, which are forgiven, these are all pairs.
    """
    places = range(len(arms))
    if len(arms) <= _SMALL or any(arm.drawn for arm in arms):
        return list(itertools.combinations(places, 2))
    told = [_things(arm) for arm in arms]
    every = sorted({name for things in told for name in things})
    varying = [name for name in every if len({things.get(name) for things in told}) > 1]
    found: set[tuple[int, int]] = set()
    for left_out in varying or [""]:
        alike: dict[Hashable, list[int]] = {}
        kept = [name for name in varying if name != left_out]
        for place, things in enumerate(told):
            alike.setdefault(tuple(things.get(name) for name in kept), []).append(place)
        for own in alike.values():
            found.update(itertools.combinations(own, 2))
    return sorted(found)


def _things(arm: Facts) -> dict[str, Hashable]:
    """Return by name what an arm may differ in, with all that belongs to it."""
    options = {k: v for k, v in arm.options.items() if v != default_option(k)}
    parts: dict[str, list[tuple[str, str]]] = {"cell": [("", arm.cell), *sorted(options.items())]}
    for key, value in sorted(arm.telling):
        if not key.startswith(OPTION) and not is_who_computes(key):
            parts.setdefault(thing(key), []).append((key, value))
    return {name: tuple(own) for name, own in parts.items()}


def thing(key: str) -> str:
    """Return what a key belongs to, so that keys that bring others along are one with them."""
    if key == "model.units":
        return "cell"
    above, _, _ = key.rpartition(".")
    return above if "." in above or above == "optimizer" else key

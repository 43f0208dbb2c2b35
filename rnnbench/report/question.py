"""The question that a report answers, which is its title."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.config.arm_names import factor_name
from rnnbench.report.dataset_section import Ground
from rnnbench.report.wording import (
    capital,
    cell_place,
    cell_words,
    either,
    level_place,
    level_words,
)
from rnnbench.results.arms import shown_value

_MOST_NAMED = 3  # data sets in a title
_MOST_LEVELS = 6
_PARTS = ("model.depth", "model.units")  # of a cell's network: layers of LSTM


def question(grounds: Sequence[Ground]) -> str:
    """Return what the runs can answer: ``LSTM, GRU or SimpleRNN on imdb, 500 tokens?``.

    Args:
        grounds: the data sets of the report; at least one.
    """
    cells = sorted({arm.cell for ground in grounds for arm in ground.arms}, key=cell_place)
    whose = either(map(cell_words, cells))
    place = _place(grounds)
    factors = asked(grounds)
    if len(factors) > 1:
        changed = either(map(factor_name, factors), "and")
        all_cells = either(map(cell_words, cells), "and")
        return f"What do {changed} change for {all_cells} on {place}?"
    if not factors:
        return f"{whose} on {place}?" if len(cells) > 1 else f"How good is {whose} on {place}?"
    factor = "optimizer.name" if factors[0] == "optimizer" else factors[0]
    levels = sorted(
        {shown_value(arm.params.get(factor)) for ground in grounds for arm in ground.arms},
        key=level_place,
    )
    joint = "of" if factor in _PARTS else "for"
    return f"{_levels(factor, levels)} {joint} {whose} on {place}?"


def asked(grounds: Sequence[Ground]) -> tuple[str, ...]:
    """Return the factors that every data set varies under each of its cells."""
    found = [_crossed(ground) for ground in grounds if ground.pairs]
    return tuple(sorted(set.intersection(*found))) if found else ()


def _crossed(ground: Ground) -> set[str]:
    """Return the factors by which arms of every cell are compared."""
    compared: dict[str, set[str]] = {}
    for pair in ground.pairs:
        factor = pair.relation.factor
        if factor not in (None, "cell"):
            compared.setdefault(str(factor), set()).add(pair.a.cell)
    cells = {arm.cell for arm in ground.arms}
    return {factor for factor, met in compared.items() if met == cells}


def _levels(factor: str, levels: Sequence[str]) -> str:
    """Return ``1, 2 or 4 layers``; levels that are words stand as they are."""
    shown = [level_words(factor, level) for level in levels]
    if len(shown) > _MOST_LEVELS:
        return f"{shown[0]} to {shown[-1]}"
    numbers = [level for level in levels if level_place(level)[0] == 1]
    unit = level_words(factor, levels[-1]).removeprefix(levels[-1])
    if len(numbers) == len(levels) and unit.startswith(" "):
        told = either(levels) + unit
    else:
        told = either(shown)
    return capital(told)


def _place(grounds: Sequence[Ground]) -> str:
    """Return where: a data set and its length, the data sets, or how many there are."""
    if len(grounds) == 1:
        return grounds[0].place
    names = list(dict.fromkeys(ground.data for ground in grounds))
    if len(names) == 1:
        return f"{names[0]}, under {len(grounds)} protocols"
    if len(names) <= _MOST_NAMED:
        return either(names, "and")
    return f"{len(names)} data sets"

"""The question that a report answers, which is its title."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.config.arm_names import factor_name
from rnnbench.formatting.sentences import capital
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.wording import cell_place, cell_words, either, level_place, level_words
from rnnbench.results.arm_names import shown_value

_MOST_NAMED = 3  # data sets in a title
_MOST_LEVELS = 6
_PARTS = ("model.depth", "model.units")  # of a cell's network: layers of LSTM


def question(datasets: Sequence[DatasetSection]) -> str:
    """Return what the runs can answer: ``LSTM, GRU or SimpleRNN on imdb, 500 tokens?``.

    Args:
        datasets: the data sets of the report; at least one.
    """
    cells = sorted({arm.cell for dataset in datasets for arm in dataset.arms}, key=cell_place)
    whose = either(map(cell_words, cells))
    place = _place(datasets)
    factors = asked(datasets)
    if len(factors) > 1:
        changed = either(map(factor_name, factors), "and")
        all_cells = either(map(cell_words, cells), "and")
        return f"What do {changed} change for {all_cells} on {place}?"
    if not factors:
        return f"{whose} on {place}?" if len(cells) > 1 else f"How good is {whose} on {place}?"
    factor = "optimizer.name" if factors[0] == "optimizer" else factors[0]
    levels = sorted(
        {shown_value(arm.params.get(factor)) for dataset in datasets for arm in dataset.arms},
        key=level_place,
    )
    joint = "of" if factor in _PARTS else "for"
    return f"{_levels(factor, levels)} {joint} {whose} on {place}?"


def asked(datasets: Sequence[DatasetSection]) -> tuple[str, ...]:
    """Return the factors that every data set varies under each of its cells."""
    found = [_crossed(dataset) for dataset in datasets if dataset.pairs]
    return tuple(sorted(set.intersection(*found))) if found else ()


def _crossed(dataset: DatasetSection) -> set[str]:
    """Return the factors by which arms of every cell are compared."""
    compared: dict[str, set[str]] = {}
    for pair in dataset.pairs:
        factor = pair.relation.factor
        if factor not in (None, "cell"):
            compared.setdefault(str(factor), set()).add(pair.a.cell)
    cells = {arm.cell for arm in dataset.arms}
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


def _place(datasets: Sequence[DatasetSection]) -> str:
    """Return where: a data set and its length, the data sets, or how many there are."""
    if len(datasets) == 1:
        return datasets[0].place
    names = list(dict.fromkeys(dataset.data for dataset in datasets))
    if len(names) == 1:
        return f"{names[0]}, under {len(datasets)} protocols"
    if len(names) <= _MOST_NAMED:
        return either(names, "and")
    return f"{len(names)} data sets"

"""The comparisons of a data set in sentences: each of a few, of many the decided ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rnnbench.config.arm_names import factor_name
from rnnbench.formatting.sentences import capital
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.document import Statement
from rnnbench.report.pairs import Pair
from rnnbench.report.question import asked
from rnnbench.report.statements import is_undecided, largest, result_of, statement
from rnnbench.report.wording import arm_place

_MOST_TOLD = 4  # comparisons of a data set that have a sentence each; of more, the decided ones
_MOST_DETAILS = 3  # decided comparisons of a factor that have one then


def compared(dataset: DatasetSection) -> list[Statement]:
    """Return a statement for each comparison; of many, for the decided ones of each factor."""
    first = asked((dataset,))
    pairs = sorted(dataset.pairs, key=lambda pair: _place(pair, first))
    if len(pairs) <= _MOST_TOLD:
        pairs.sort(key=is_undecided)
        return [statement(pair, dataset.options.margin) for pair in pairs]
    told: list[Statement] = []
    for factor in dict.fromkeys(pair.relation.factor or "" for pair in pairs):
        own = [pair for pair in pairs if pair.relation.factor == factor]
        told += _of_factor(factor, own, dataset.options.margin)
    return told


def _of_factor(factor: str, pairs: Sequence[Pair], margin: float) -> list[Statement]:
    """Return how many comparisons by a factor are decided, and a statement for those."""
    if len(pairs) == 1:
        return [statement(pairs[0], margin)]
    subject = capital(factor_name(factor))
    decided = [pair for pair in pairs if not is_undecided(pair)]
    if not decided:
        lead = f"{subject}: undecided in all {len(pairs)} comparisons."
        return [Statement(lead, f" {largest(pairs)}")]
    rest = f" of {len(pairs)} comparisons decided, {len(pairs) - len(decided)} undecided"
    decided.sort(key=_difference, reverse=True)
    more = ". The largest differences:" if len(decided) > _MOST_DETAILS else ":"
    told = (replace(statement(pair, margin), is_detail=True) for pair in decided[:_MOST_DETAILS])
    return [Statement(f"{subject}: {len(decided)}{rest}", more), *told]


def _place(pair: Pair, first: Sequence[str]) -> tuple[object, ...]:
    """Return by what comparisons are told: what the title asks, where, and which arms."""
    factor = pair.relation.factor or ""
    rank = 0 if factor in first else 1 if factor == "cell" else 2
    arms = sorted((arm_place(pair.a.name), arm_place(pair.b.name)))
    return (rank, factor, arm_place(pair.words[2]), *arms)


def _difference(pair: Pair) -> float:
    return abs(result_of(pair).difference.estimate)

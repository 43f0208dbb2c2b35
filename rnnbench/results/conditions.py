"""What is no parameter of two arms, such as code and machine: whether and how it differs."""

from __future__ import annotations

from rnnbench.results.facts import DECISIVE, MACHINE, Facts
from rnnbench.stats.arm_values import has_only_pairs


def is_same(a: Facts, b: Facts, column: str) -> bool:
    """Return whether a condition of two arms is the same for every seed that they share.

    Of other seeds that are compared, one arm has nothing that the other does not have, too.
    """
    if _is_shared(a, b, column):
        return True
    first, second = _by_seed(a, b, column)
    known = ({*first.values()}, {*second.values()})
    if len(known[0] | known[1]) == 1:
        return True
    common = first.keys() & second.keys()
    return known[0] == known[1] and all(first[seed] == second[seed] for seed in common)


def differing(a: Facts, b: Facts, column: str) -> str:
    """Return in words how a condition differs between two arms, or between their seeds.

    Empty where it does not.
    """
    if _is_shared(a, b, column):
        return ""
    first, second = (sorted(set(map(_computed, f.values()))) for f in _by_seed(a, b, column))
    words = {**DECISIVE, **MACHINE}[column]
    if first != second:
        return f"{words} {' and '.join(first)} against {' and '.join(second)}"
    return f"{words} {' and '.join(first)}, by seed" if len(first) > 1 else ""


def _is_shared(a: Facts, b: Facts, column: str) -> bool:
    """Return whether all runs of two arms share a condition: most do."""
    return column in a.sole and a.sole[column] == b.sole.get(column)


def compared_seeds(a: Facts, b: Facts) -> tuple[frozenset[int], frozenset[int]]:
    """Return the seeds of two arms that a comparison uses: those in common alone, or all."""
    common = a.seeds & b.seeds
    is_paired = has_only_pairs(len(common), len(a.seeds), len(b.seeds))
    return (common, common) if is_paired else (a.seeds, b.seeds)


def _by_seed(a: Facts, b: Facts, column: str) -> tuple[dict[int, str], dict[int, str]]:
    """Return a condition of two arms by seed, of the seeds that are compared."""
    first, second = (
        {seed: arm.conditions[column][seed] for seed in seeds}
        for arm, seeds in zip((a, b), compared_seeds(a, b), strict=True)
    )
    return first, second


def _computed(words: str) -> str:
    """Return a condition without what changes seconds only: a kernel equals Keras's layer."""
    return words.replace(" fused", "")

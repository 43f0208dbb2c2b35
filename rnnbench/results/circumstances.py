"""What is no parameter of two arms, such as code and machine: whether and how it differs."""

from __future__ import annotations

from rnnbench.results.arm_runs import DECISIVE, MACHINE, ArmRuns


def is_same(a: ArmRuns, b: ArmRuns, column: str) -> bool:
    """Return whether a circumstance of two arms is the same for every seed that they share."""
    if _is_shared(a, b, column):
        return True
    first, second = _by_seed(a, b, column)
    return first == second or len({*first.values(), *second.values()}) == 1


def differing(a: ArmRuns, b: ArmRuns, column: str) -> str:
    """Return in words how a circumstance differs between two arms, or between their seeds.

    Empty where it does not.
    """
    if _is_shared(a, b, column):
        return ""
    first, second = (sorted(set(map(_computed, f.values()))) for f in _by_seed(a, b, column))
    words = {**DECISIVE, **MACHINE}[column]
    if first != second:
        return f"{words} {' and '.join(first)} against {' and '.join(second)}"
    return f"{words} {' and '.join(first)}, by seed" if len(first) > 1 else ""


def _is_shared(a: ArmRuns, b: ArmRuns, column: str) -> bool:
    """Return whether all runs of two arms share a circumstance: most do."""
    return column in a.sole and a.sole[column] == b.sole.get(column)


def _by_seed(a: ArmRuns, b: ArmRuns, column: str) -> tuple[dict[int, str], dict[int, str]]:
    """Return a circumstance of two arms by seed, of the seeds in common where there are any."""
    common = a.seeds & b.seeds
    first, second = (arm.circumstances[column] for arm in (a, b))
    if not common:
        return dict(first), dict(second)
    return {seed: first[seed] for seed in common}, {seed: second[seed] for seed in common}


def _computed(words: str) -> str:
    """Return a circumstance without what changes seconds only: a kernel equals Keras's layer."""
    return words.replace(" fused", "")

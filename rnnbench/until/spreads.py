"""How far the difference of two arms spreads over seeds: as the store knows, or assumed."""

from __future__ import annotations

import math
from typing import NamedTuple

from rnnbench.results.answers import Answers, overlap
from rnnbench.stats.arm_values import FEWEST, ArmValues
from rnnbench.until.arms import Family, Pair
from rnnbench.until.measured import measured


class Spread(NamedTuple):
    """The spread of one comparison.

    Attributes:
        pair: names of the arms.
        sd: standard deviation of the difference of two runs with the same seed, in the unit of the
            measure.
        seeds: how many seeds have shown it; ``None`` where it is assumed.
        sampling: variance of the mean difference over test samples; 0 where it is not known.
        difference: mean over those seeds, NaN where it is assumed.
    """

    pair: Pair
    sd: float
    seeds: int | None = None
    sampling: float = 0.0
    difference: float = math.nan


def spreads(family: Family, metric: str, answers: Answers, assumed: float) -> list[Spread]:
    """Return the spread of each comparison of a data set, in their order.

    Args:
        family: with the finished runs that the store has.
        metric: what arms are compared by.
        answers: by weights and run.
        assumed: standard deviation where fewer than three seeds have shown it.
    """
    arms = measured(family, metric, answers)
    again = max(map(overlap, family.arms))
    found = []
    for a, b in family.pairs:
        is_known = len(arms[a].seeds() & arms[b].seeds()) >= FEWEST
        known = _known((a, b), arms[a], arms[b], again) if is_known else None
        found.append(known or Spread((a, b), assumed))
    return found


def _known(pair: Pair, a: ArmValues, b: ArmValues, again: float) -> Spread | None:
    """Return what seeds in common have shown; ``None`` where their difference is always the same.

    Args:
        pair: names of the arms.
        a, b: their values.
        again: see :func:`rnnbench.stats.contrast.contrast`.
    """
    from rnnbench.stats.contrast import contrast  # a plan with nothing finished needs no NumPy

    known = contrast(a, b, again)
    if not known.paired.std() > 0:
        return None
    sd = float(known.paired.std(ddof=1))
    return Spread(pair, sd, len(known.paired), known.sampling, known.estimate)

"""How many seeds would decide a comparison that is undecided."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.arm_values import FEWEST
from rnnbench.stats.distributions import normal_critical, student_critical, variance_ratio

Values = NDArray[np.float64]
MOST_SEEDS = 1_000
_SPREAD_CONFIDENCE = 0.8


def seeds_needed(
    estimate: float,
    variance: float,
    *,
    df: float,
    n: int,
    sampling: float,
    margin: float,
    pairs: int,
    alpha: float,
    overlap: float = 0.0,
) -> tuple[int, int] | None:
    """Return between how many and how many seeds would decide, at the difference seen.

    An interval decides where it excludes zero, or lies within the margin. The two ends belong to
    the ends of the 80 % interval of the standard deviation over seeds. The critical value is
    Bonferroni's, a little more than the family's own.

    Args:
        estimate: difference seen.
        variance: of one paired difference over seeds.
        df: its degrees of freedom.
        n: seeds at hand.
        sampling: variance over test samples, which no further seed reduces.
        margin: a difference that does not matter.
        pairs: comparisons in the family.
        alpha: level of the family.
        overlap: see :func:`rnnbench.stats.contrast.contrast`.

    Returns:
        The range, whose upper end is :data:`MOST_SEEDS` at most; ``None`` where even the smaller
        spread needs more.
    """
    if not (math.isfinite(variance) and math.isfinite(estimate) and df > 0):
        return None
    tail = (1 - _SPREAD_CONFIDENCE) / 2
    ends = 1 / _ratios(df, tail)
    seeds, t, z = _quantiles(pairs, alpha)
    wanted = max(abs(estimate), margin - abs(estimate))

    def fewest(end: float) -> int | None:
        half = np.sqrt(t**2 * variance * end * (1 / seeds + overlap) + z**2 * sampling)
        enough = seeds[(half < wanted) & (seeds > n)]
        return int(enough[0]) if len(enough) else None

    least, most = ends
    low = fewest(least)
    return None if low is None else (low, fewest(most) or MOST_SEEDS)


@lru_cache(maxsize=256)
def _ratios(df: float, tail: float) -> Values:
    return variance_ratio(df, [1 - tail, tail])


@lru_cache(maxsize=64)
def _quantiles(pairs: int, alpha: float) -> tuple[Values, Values, float]:
    seeds = np.arange(FEWEST, MOST_SEEDS + 1, dtype=np.float64)
    tail = alpha / (2 * pairs)
    return seeds, student_critical(seeds - 1, tail), float(normal_critical(tail))

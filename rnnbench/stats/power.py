"""What a number of seeds can show, and how many seeds and runs it takes.

All differences are paired: of two arms trained with the same seeds, in the unit of the measure.
Their mean over ``n`` seeds has the variance ``sd² (1/n + overlap)``, which is estimated, and
besides that over test samples (``sampling``), which no number of seeds reduces. The interval is
that of :mod:`rnnbench.stats.simultaneous`: its half width is ``sqrt(t² variance + z² sampling)``
with Bonferroni's critical values, so never less than ``z sqrt(sampling)``. Moderated variances of
three arms or more are as good as some more degrees of freedom (:func:`degrees`). Powers are
integrated over the estimated variance; for ``sampling`` 0 that is the non-central t distribution.

Against simulated reports of 2, 3 and 6 arms and 3 to 20 seeds, the true power at the difference
that should be shown with 80 % is 77 to 83 % (tests/stats/test_power.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats import power_table
from rnnbench.stats.contrast import FEWEST
from rnnbench.stats.distributions import (
    normal_cdf,
    normal_critical,
    student_critical,
    variance_ratio,
)
from rnnbench.stats.power_table import CONFIDENCE, POWER

Values = NDArray[np.float64]
MOST_SEEDS = 10_000
_NODES = 48  # quantiles of the estimated variance


class Range(NamedTuple):
    """Between the ends of the 80 % interval of the standard deviation; alike where it is known."""

    low: float
    high: float


def spread_range(sd: float, seeds: int | None) -> Range:
    """Return the 80 % interval of a standard deviation that so many seeds have shown.

    Args:
        sd: of the paired difference.
        seeds: differences that it comes from; ``None``: assumed, so taken as it is.
    """
    if seeds is None:
        return Range(sd, sd)
    if seeds < 2:
        return Range(math.nan, math.nan)
    return Range(*(sd / np.sqrt(variance_ratio(seeds - 1, [0.9, 0.1]))).tolist())


def detectable(
    sd: float,
    n: int,
    arms: int,
    confidence: float = CONFIDENCE,
    power: float = POWER,
    *,
    comparisons: int | None = None,
    seen: int | None = None,
    sampling: float = 0.0,
    overlap: float = 0.0,
) -> Range:
    """Return which true difference ``n`` seeds show with a probability of ``power``.

    Shown is a difference whose interval excludes zero.

    Args:
        sd: standard deviation of the paired difference.
        n: seeds of each arm.
        arms: that are compared.
        confidence: of the family.
        power: per comparison.
        comparisons: of the family, where not each arm is compared with each.
        seen: seeds that ``sd`` comes from; see :func:`spread_range`.
        sampling: variance of a difference over test samples.
        overlap: see :func:`rnnbench.stats.contrast.contrast`.

    Returns:
        Infinite with fewer than three seeds, which decide nothing.
    """

    family = _Family(arms, comparisons, 1 - confidence, sampling, overlap)

    def of(spread: float) -> float:
        if n < FEWEST or math.isnan(spread):
            return math.inf
        curve = family.tabulated(power)
        known = None if curve is None else curve.detectable(n)
        if known is not None:
            return known * spread
        error, half = family.at(spread, n)
        return _shown(error, half, power) if error else 0.0

    return Range(*(of(end) for end in spread_range(sd, seen)))


def seeds_for(
    margin: float,
    sd: float,
    arms: int,
    confidence: float = CONFIDENCE,
    power: float = POWER,
    *,
    comparisons: int | None = None,
    seen: int | None = None,
    sampling: float = 0.0,
    overlap: float = 0.0,
) -> Range:
    """Return how many seeds decide at the margin.

    With so many, equal arms are found equivalent with a probability of ``power``; those that differ
    by the margin are told apart with a higher one.

    Args:
        margin: a difference that does not matter, above 0.
        sd, arms, confidence, power, comparisons, seen, sampling, overlap: see :func:`detectable`.

    Returns:
        Whole numbers; infinite where :data:`MOST_SEEDS` would not do.
    """

    family = _Family(arms, comparisons, 1 - confidence, sampling, overlap)

    def found(spread: float, n: int) -> float:
        return _within(margin, *family.at(spread, n))

    def of(spread: float) -> float:
        if math.isnan(spread) or not margin > 0:
            return math.inf
        curve = family.tabulated(power)
        known = None if curve is None else curve.seeds_for(margin / spread if spread else math.inf)
        if known is not None:
            return known
        if found(spread, MOST_SEEDS) < power:
            return math.inf
        low, high = FEWEST - 1, MOST_SEEDS
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if found(spread, middle) >= power else (middle, high)
        return high

    return Range(*(of(end) for end in spread_range(sd, seen)))


@dataclass(frozen=True)
class _Family:
    """What a report compares, see :func:`detectable`."""

    arms: int
    comparisons: int | None
    alpha: float
    sampling: float
    overlap: float

    @property
    def counted(self) -> tuple[int, int]:
        """Arms whose variances moderate each other, 2 where not all are compared; comparisons."""
        pairs = self.arms * (self.arms - 1) // 2
        is_whole = self.comparisons in (None, pairs)
        return (self.arms, pairs) if is_whole else (2, self.comparisons or 1)

    def tabulated(self, power: float) -> power_table.PowerCurve | None:
        """Return what is tabulated of it, if it is."""
        is_usual = (self.alpha, power) == (1 - CONFIDENCE, POWER)
        if not is_usual or self.sampling or self.overlap:
            return None
        return power_table.curve(*self.counted)

    def at(self, sd: float, n: int) -> tuple[float, Values]:
        """Return the standard error of a mean difference, and half widths at quantiles of them."""
        arms, comparisons = self.counted
        df, tail = degrees(n, arms), self.alpha / (2 * comparisons)
        t, z = student_critical(df, tail), normal_critical(tail)
        seeds = sd**2 * (1 / n + self.overlap)
        estimated = seeds * _ratios(df)
        half = np.sqrt(t**2 * estimated + z**2 * self.sampling)
        return math.sqrt(seeds + self.sampling), half


@lru_cache(maxsize=256)
def _ratios(df: float) -> Values:
    """Return quantiles of an estimated variance by the true one, ``(nodes,)``."""
    return variance_ratio(df, (np.arange(_NODES) + 0.5) / _NODES)


def in_deviations(n: int, arms: int, comparisons: int) -> tuple[float, float]:
    """Return what ``n`` seeds show, and within which margin, in standard deviations.

    See :class:`rnnbench.stats.power_table.PowerCurve`, whose table is made of it.
    """
    error, half = _Family(arms, comparisons, 1 - CONFIDENCE, 0.0, 0.0).at(1.0, n)
    margin = _least(lambda margin: _within(margin, error, half), POWER, float(half.mean()))
    return _shown(error, half, POWER), margin


def degrees(n: int, arms: int, gain: float = 0.75) -> float:
    """Return of how many degrees of freedom the variance of a difference is worth.

    ``n - 1`` of two arms. Of more, all compared, 1.38 (three), 1.56 (four) to 1.75 times as many:
    found so that Student's t has the power of moderated variances, within 3 % of the difference
    shown with 80 % from 3 to 20 seeds, where all arms vary alike.

    Args:
        n: seeds.
        arms: that are compared.
        gain: less at the low levels of single looks.
    """
    return (n - 1) * (1 + gain * (1 - 0.5 ** (arms - 2)))


def _shown(error: float, half: Values, power: float) -> float:
    """Return the difference that is shown with some power."""
    return _least(lambda d: _outside(d, error, half), power, float(half.mean()))


def _outside(difference: float, error: float, half: Values) -> float:
    """Return how often an interval excludes zero."""
    either = normal_cdf((difference - half) / error) + normal_cdf((-difference - half) / error)
    return float(np.mean(either))


def _within(margin: float, error: float, half: Values) -> float:
    """Return how often the interval of equal arms lies within the margin."""
    room = np.maximum(margin - half, 0)
    return float(np.mean(1 - 2 * normal_cdf(-room / error) if error else room > 0))


def _least(rising: Callable[[float], float], target: float, scale: float) -> float:
    """Return where a rising function of a difference reaches a value, by bisection."""
    low, high = 0.0, scale
    while rising(high) < target:
        low, high = high, 2 * high
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return high

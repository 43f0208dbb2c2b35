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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.contrast import FEWEST

Values = NDArray[np.float64]
POWER = 0.8
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
    from scipy.special import chdtri

    if seeds is None:
        return Range(sd, sd)
    if seeds < 2:
        return Range(math.nan, math.nan)
    df = seeds - 1
    return Range(*(sd * math.sqrt(df / float(chdtri(df, tail))) for tail in (0.1, 0.9)))


def detectable(
    sd: float,
    n: int,
    arms: int,
    confidence: float = 0.95,
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
        error, half = family.at(spread, n)
        if error == 0:
            return 0.0
        return _least(lambda d: _outside(d, error, half), power, float(half.mean()))

    return Range(*(of(end) for end in spread_range(sd, seen)))


def seeds_for(
    margin: float,
    sd: float,
    arms: int,
    confidence: float = 0.95,
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
        if math.isnan(spread) or not margin > 0 or found(spread, MOST_SEEDS) < power:
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

    def at(self, sd: float, n: int) -> tuple[float, Values]:
        """Return the standard error of a mean difference, and half widths at quantiles of them."""
        from scipy.special import gammaincinv, ndtri, stdtrit

        pairs = self.arms * (self.arms - 1) // 2
        is_whole = self.comparisons in (None, pairs)
        df = degrees(n, self.arms if is_whole else 2)
        tail = self.alpha / (2 * (pairs if is_whole else self.comparisons or 1))
        t, z = -float(stdtrit(df, tail)), -float(ndtri(tail))
        seeds = sd**2 * (1 / n + self.overlap)
        quantiles = (np.arange(_NODES) + 0.5) / _NODES
        estimated = seeds * 2 * gammaincinv(df / 2, quantiles) / df
        half = np.sqrt(t**2 * estimated + z**2 * self.sampling)
        return math.sqrt(seeds + self.sampling), half


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


def _outside(difference: float, error: float, half: Values) -> float:
    """Return how often an interval excludes zero."""
    from scipy.special import ndtr

    return float(np.mean(ndtr((difference - half) / error) + ndtr((-difference - half) / error)))


def _within(margin: float, error: float, half: Values) -> float:
    """Return how often the interval of equal arms lies within the margin."""
    from scipy.special import ndtr

    room = np.maximum(margin - half, 0)
    return float(np.mean(1 - 2 * ndtr(-room / error) if error else room > 0))


def _least(rising: Callable[[float], float], target: float, scale: float) -> float:
    """Return where a rising function of a difference reaches a value, by bisection."""
    low, high = 0.0, scale
    while rising(high) < target:
        low, high = high, 2 * high
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return high

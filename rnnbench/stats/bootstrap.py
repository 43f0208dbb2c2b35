"""Interquartile means, and bootstrap intervals that repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_RESAMPLES = 5_000
FEWEST = 10  # values from which on a 95 % interval holds the truth at least 92 % of the time
_SEED = 20_210  # the same draws for the same number of values: a report repeats byte for byte

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval; both ends are NaN where there are fewer than two values."""

    estimate: float
    low: float
    high: float


def interquartile_mean(values: Values) -> Values:
    """Return the mean of the middle half along the last axis (Agarwal et al. 2021).

    A quarter of the values, rounded down, is left out at either end; with fewer than four values
    it is the mean.
    """
    ordered = np.sort(values, axis=-1)
    cut = ordered.shape[-1] // 4
    middle: Values = ordered[..., cut : ordered.shape[-1] - cut].mean(axis=-1)
    return middle


def bootstrap(
    values: Sequence[float], statistic: Callable[[Values], Values], confidence: float
) -> Interval:
    """Return a statistic with its percentile bootstrap interval over replicates.

    Args:
        values: one number a replicate; NaN is left out.
        statistic: maps ``(..., n)`` to ``(...)``.
        confidence: for example 0.95.

    With fewer than :data:`FEWEST` replicates such an interval is too narrow, for it cannot leave
    the range of the values (three of them hold the truth 75 % of the time at 95 %): it describes
    the spread, and decides nothing. :mod:`rnnbench.stats.family` does.
    """
    known = np.asarray([v for v in values if not np.isnan(v)], dtype=np.float64)
    if not len(known):
        return Interval(np.nan, np.nan, np.nan)
    estimate = float(statistic(known))
    if len(known) < 2:
        return Interval(estimate, np.nan, np.nan)
    drawn = statistic(known[_draws(len(known))])
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(estimate, float(low), float(high))


@lru_cache(maxsize=8)
def _draws(n: int) -> NDArray[np.int64]:
    """Return which of ``n`` values each resample draws, ``(resamples, n)``."""
    drawn = np.random.default_rng([_SEED, n]).integers(0, n, size=(_RESAMPLES, n))
    drawn.flags.writeable = False
    return drawn

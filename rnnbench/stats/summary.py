"""Statistics over replicates."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple


class Statistic(NamedTuple):
    """Mean and sample standard deviation over ``n`` seeds; NaN where they are not defined."""

    mean: float
    sd: float
    n: int


def statistic(values: Iterable[float]) -> Statistic:
    """Return mean and standard deviation of the values that were measured (NaN: it was not)."""
    measured = [value for value in map(float, values) if not math.isnan(value)]
    if not measured:
        return Statistic(math.nan, math.nan, 0)
    count = len(measured)
    mean = math.fsum(measured) / count
    squares = math.fsum((value - mean) ** 2 for value in measured)
    sd = math.sqrt(squares / (count - 1)) if count > 1 else math.nan
    return Statistic(mean, sd, count)


def half_width(summary: Statistic, confidence: float) -> float:
    """Return half the width of Student's t interval of a mean; NaN for fewer than two values."""
    if summary.n < 2:
        return math.nan
    return _quantile(summary.n - 1, (1 - confidence) / 2) * summary.sd / math.sqrt(summary.n)


@lru_cache(maxsize=256)
def _quantile(df: int, tail: float) -> float:
    from rnnbench.stats.distributions import student_critical

    return float(student_critical(df, tail))

"""The mean of scores of several seeds on the same test samples, with both as random."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.distributions import student_critical


def crossed_mean(scores: NDArray[np.floating], confidence: float) -> Interval:
    """Return a mean with an interval that speaks of new seeds and of new test samples.

    Seeds and samples are crossed: with ``V`` the sample variance, the variance of the mean over
    ``s`` seeds and ``n`` samples is ``V(seeds' means) / s + V(samples' means) / n - r / (s n)``,
    where ``r`` is the residual mean square, which both hold (two-way analysis of variance of random
    effects). Student's quantile has Satterthwaite's degrees of freedom (1946). Of one seed the
    interval speaks of new samples alone.

    Args:
        scores: ``(seeds, samples)``, for example 1 where an answer was right and else 0.
        confidence: of the interval, for example 0.95.

    Both ends are NaN with fewer than two samples.
    """
    seeds, samples = scores.shape
    mean = float(scores.mean()) if scores.size else math.nan
    if samples < 2 or not seeds:
        return Interval(mean, math.nan, math.nan)
    by_sample = scores.mean(axis=0)
    parts = [(float(by_sample.var(ddof=1)) / samples, samples - 1)]
    residual = 0.0
    if seeds > 1:
        by_seed = scores.mean(axis=1)
        parts.append((float(by_seed.var(ddof=1)) / seeds, seeds - 1))
        left = scores - by_seed[:, None] - by_sample + mean
        residual = float(np.square(left).sum()) / ((seeds - 1) * (samples - 1)) / scores.size
    # Less than either part it cannot be.
    variance = max(sum(part for part, _ in parts) - residual, *(part for part, _ in parts))
    if not variance:
        return Interval(mean, mean, mean)
    free = variance**2 / sum(part**2 / df for part, df in parts)
    width = float(student_critical(free, (1 - confidence) / 2)) * math.sqrt(variance)
    return Interval(mean, mean - width, mean + width)

"""Thousands of simulated reports at once, decided by the code that decides real ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.contrast import paired_variance
from rnnbench.stats.simultaneous import FamilyDesign, blocks

Values = NDArray[np.float64]
SHAPES = ("normal", "t3", "lognormal", "bimodal")
_LOW, _HIGH, _WITHIN = -1.5, 0.65, 0.3  # a training ends low three times in ten


def draw(
    rng: np.random.Generator,
    reports: int,
    seeds: int,
    spreads: Sequence[float],
    shape: str = "normal",
    correlation: float = 0.0,
) -> Values:
    """Values of equal arms, ``(reports, seeds, arms)``; a spread is an arm's standard deviation."""
    size = (reports, seeds, len(spreads))
    if shape == "normal":
        own = rng.standard_normal(size)
    elif shape == "t3":
        own = rng.standard_t(3, size) / math.sqrt(3)
    elif shape == "lognormal":
        own = (np.exp(rng.standard_normal(size)) - math.exp(0.5)) / math.sqrt((math.e - 1) * math.e)
    else:
        low = rng.random(size) < 0.3
        own = np.where(low, _LOW, _HIGH) + _WITHIN * rng.standard_normal(size)
        own -= 0.3 * _LOW + 0.7 * _HIGH
        own /= math.sqrt(0.3 * 0.7 * (_HIGH - _LOW) ** 2 + _WITHIN**2)
    shared = rng.standard_normal((reports, seeds, 1))
    values = math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own
    return np.asarray(values * np.asarray(spreads, dtype=np.float64))


def intervals(
    values: Values,
    alpha: float = 0.05,
    pairs: Sequence[tuple[int, int]] | None = None,
    by_samples: float = 0.0,
) -> tuple[Values, Values]:
    """Estimates and half widths of all pairs of arms or those named, ``(reports, pairs)`` each.

    Args:
        values: ``(reports, seeds, arms)``.
        alpha: level of the family.
        pairs: places of arms.
        by_samples: standard deviation that the choice of test samples gives to an arm's mean.
    """
    _, n, arms = values.shape
    places = list(pairs or itertools.combinations(range(arms), 2))
    names = [(str(i), str(j)) for i, j in places]
    family = FamilyDesign(tuple(blocks(names, [True] * len(names))), np.full(len(names), n - 1.0))
    by_arm = np.moveaxis(values, 1, 2)
    variances = np.stack([paired_variance(by_arm[:, i], by_arm[:, j]) for i, j in places], -1)
    estimates = np.stack([(by_arm[:, i] - by_arm[:, j]).mean(-1) for i, j in places], -1)
    seeds = family.moderated(variances) / n
    return estimates, family.half_widths(seeds, np.full_like(seeds, 2 * by_samples**2), alpha)


def false_reports(
    values: Values, alpha: float = 0.05, pairs: Sequence[tuple[int, int]] | None = None
) -> float:
    """Share of reports of equal arms that name a difference."""
    estimates, half = intervals(values, alpha, pairs)
    return float((np.abs(estimates) > half).any(axis=1).mean())

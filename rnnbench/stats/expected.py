"""How many runs a sweep until decided will take, by simulation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.design import Design
from rnnbench.stats.power_integral import degrees

Values = NDArray[np.float64]
_SWEEPS = 400
_GAIN = 0.2  # of degrees of freedom by moderated variances, far out in the tails
_SEED = 20_310  # the same draws for the same question


@dataclass(frozen=True)
class ExpectedSweep:
    """What a sweep until decided will come to.

    Attributes:
        runs: on average.
        low, high: between these are 80 % of sweeps.
        most: runs of the limit.
        decided: share of all comparisons that will be decided by then.
    """

    runs: float
    low: int
    high: int
    most: int
    decided: float


def expected_runs(
    design: Design,
    sd: float,
    means: Sequence[float],
    *,
    seen: int | None = None,
    sampling: float = 0.0,
) -> ExpectedSweep:
    """Return how many runs a sweep will take, each arm compared with each.

    400 sweeps with normal values are simulated, the same for the same arguments, and decided as
    by :func:`rnnbench.stats.sequential.follow`, with the approximations of
    :mod:`rnnbench.stats.power`. Runs agree with those of whole sweeps within 6 %, of two to
    six arms.

    Args:
        design: as will be declared.
        sd: standard deviation of a paired difference.
        means: of the arms; all alike: equal arms.
        seen: seeds that ``sd`` comes from: sweeps then differ in theirs, as it leaves open.
        sampling: variance of a difference over test samples.
    """
    from scipy.special import ndtri, stdtrit

    arms, pairs = len(means), list(itertools.combinations(range(len(means)), 2))
    first, second = np.array(pairs).T
    estimates, variances = _drawn(design, sd, means, seen, sampling)
    nominal = _nominal(design, len(pairs))
    named = np.zeros((_SWEEPS, len(pairs)), np.bool_)
    equivalent, seeds = np.zeros_like(named), np.zeros((_SWEEPS, arms), np.int64)
    for look, n in enumerate(design.looks):
        open_ = ~(named | equivalent)
        for arm in range(arms):
            takes_part = open_[:, (first == arm) | (second == arm)].any(axis=1)
            seeds[takes_part, arm] = n
        factor = 1 / n + design.overlap

        def half(
            count: NDArray[np.int64], look: int = look, n: int = n, factor: float = factor
        ) -> Values:
            tail = nominal[look][count][:, None] / 2
            t, z = stdtrit(degrees(n, arms, _GAIN), tail), ndtri(tail)
            return np.asarray(np.sqrt(t**2 * variances[look] * factor + z**2 * sampling))

        size = np.abs(estimates[look])
        for _ in range(2):
            # Once any two differ, at most the pairs of all arms but one can still be equal.
            some = named.any(axis=1)
            left = np.where(some, max(1, (arms - 1) * (arms - 2) // 2), len(pairs))
            named |= open_ & (size > half(left))
        for _ in range(len(pairs)):
            left = np.maximum(len(pairs) - equivalent.sum(axis=1), 1)
            new = open_ & ~named & ~equivalent & (size + half(left) <= design.margin)
            if not new.any():
                break
            equivalent |= new
    runs = seeds.sum(axis=1)
    low, high = np.quantile(runs, [0.1, 0.9], method="nearest")
    return ExpectedSweep(
        float(runs.mean()),
        int(low),
        int(high),
        arms * design.most_seeds,
        float((named | equivalent).mean()),
    )


def _drawn(
    design: Design, sd: float, means: Sequence[float], seen: int | None, sampling: float
) -> tuple[Values, Values]:
    """Return estimates of the differences and variances of one, ``(looks, sweeps, pairs)``."""
    arms = len(means)
    rng = np.random.default_rng([_SEED, arms])
    own = rng.standard_normal((_SWEEPS, design.most_seeds, arms))
    steady = rng.standard_normal((_SWEEPS, 1, arms)) * math.sqrt(sampling / 2)
    df = math.inf if seen is None else seen - 1
    spread = (
        np.full(_SWEEPS, sd) if math.isinf(df) else sd / np.sqrt(rng.chisquare(df, _SWEEPS) / df)
    )
    shared = rng.standard_normal((_SWEEPS, 1, arms)) * math.sqrt(design.overlap)
    scale = spread[:, None, None] / math.sqrt(2)
    first, second = np.triu_indices(arms, 1)
    noise = scale * own
    level = np.asarray(means, dtype=np.float64) + steady + scale * shared
    n = np.array(design.looks)[:, None, None]
    each = noise[:, :, first] - noise[:, :, second]
    sums = np.moveaxis(each.cumsum(axis=1), 1, 0)[n.ravel() - 1]
    squares = np.moveaxis(np.square(each).cumsum(axis=1), 1, 0)[n.ravel() - 1]
    variances = (squares - sums**2 / n) / (n - 1)
    return sums / n + (level[:, 0, first] - level[:, 0, second]), _moderated(variances, arms)


def _moderated(variances: Values, arms: int) -> Values:
    """Return variances that vary as those of :func:`rnnbench.stats.power_integral.degrees` do.

    Drawn towards their mean, which has ``arms - 1`` times the degrees of freedom.
    """
    if arms == 2:
        return variances
    common = variances.mean(axis=-1, keepdims=True)
    least = 1 / (arms - 1)
    kept = math.sqrt((degrees(2, 2) / degrees(2, arms, _GAIN) - least) / (1 - least))
    return np.asarray(common + kept * (variances - common))


def _nominal(design: Design, pairs: int) -> Values:
    """Return the level of one comparison at each look while so many count, ``(looks, counts)``.

    Between one and all of them it is interpolated: levels take a tenth of a second each.
    """
    ends = [
        [design.alpha(look + 1, k) / k for k in (1, pairs)] for look in range(len(design.looks))
    ]
    counts = np.log(np.maximum(np.arange(pairs + 1), 1))
    span = max(counts[-1], 1e-9)
    return np.array([np.exp(np.interp(counts, [0, span], np.log(end))) for end in ends])

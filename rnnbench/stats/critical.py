"""Critical values of simultaneous intervals for all pairs of arms, with moderated variances.

Those of a few arms and seeds are kept in ``critical.npy``, for drawing them takes a tenth of a
second each:

    python -m rnnbench.stats.tabulate

writes it anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
MOST_ARMS = 12  # beyond, the draws below cost seconds: variances are not moderated
_DRAWS = 20_000
_RESERVE = 1.1  # levels are raised by a tenth: what bimodal values need beyond normal ones
_SEED = 20_260
_BINS = 300
# Standard deviations of the arms, repeated for more of them, and how they correlate by seed. The
# critical value is the largest that any of these asks for.
_SPREADS: tuple[tuple[tuple[float, ...], float], ...] = (
    ((1, 1, 1), 0.0),
    ((1, 2, 3), 0.0),
    ((1, 2, 3), 0.5),
)
KEPT = Path(__file__).with_name("critical.npy")
KEPT_ARMS = range(3, 7)
KEPT_DF = (*map(float, range(2, 20)), math.inf)
_ONE_ODD = ((1.0, 5.0), (5.0, 1.0))  # of all arms but the last, and of the last


def most_raised(df: float | Values) -> Values:
    """Return the factor by which a variance of so many degrees of freedom is raised at most.

    11 for three seeds, 3.5 for five, 1.5 for ten: with many seeds a pair's own variance is known.
    """
    return np.asarray(1 + 40 / np.square(df), dtype=np.float64)


def moderated(variances: Values, df: float | Values) -> Values:
    """Return the variances of all pairs of arms, ``(..., pairs)``, raised towards a common one.

    Half the way to their geometric mean where they lie below it, by the factor
    :func:`most_raised` at most. A variance above it stays: lowering it would trust that the arms
    vary alike. (Smyth 2004 moves both ways, by an amount that takes hundreds of variances to
    estimate.)
    """
    with np.errstate(divide="ignore"):
        common = np.exp(np.log(variances).mean(axis=-1, keepdims=True))
    raised = np.minimum((variances + common) / 2, most_raised(df) * variances)
    return np.asarray(np.maximum(variances, raised))


@dataclass(frozen=True)
class CriticalValues:
    """The level of the largest of all pairs' ``|t|``, as a table."""

    log_t: Values
    log_level: Values

    def at(self, level: float | Values) -> Values:
        """Return the ``t`` that the largest of all pairs exceeds so often."""
        found = np.exp(np.interp(-np.log(level), -self.log_level, self.log_t))
        return np.asarray(found, dtype=np.float64)


@lru_cache(maxsize=256)
def critical_values(arms: int, df: float) -> CriticalValues:
    """Return the distribution of the largest ``|t|`` over all pairs of arms.

    ``t`` is the mean of the differences of a pair by its standard error from :func:`moderated`
    variances of ``df`` degrees of freedom (infinite: variances known). Two arms: Student's t.
    More: normal values are drawn under several patterns of spread, and the largest level counts.
    All lengths are integrated out, only directions are drawn: with ``g`` the effects of the arms
    and ``e`` their residuals, the largest ``t²`` is ``F(k, df k)`` times a function of the
    directions of ``g`` and ``e``. The draws repeat.
    """
    t = _grid(df)
    if arms in KEPT_ARMS and df in KEPT_DF:
        return _table(t, _kept()[KEPT_ARMS.index(arms), KEPT_DF.index(df)])
    return _table(t, drawn_levels(arms, df, t))


def _grid(df: float) -> Values:
    """Return the ``t`` of a table."""
    return np.asarray(np.geomspace(1e-2, 1e5 if df < 5 else 1e3, 250))


@cache
def _kept() -> Values:
    """Return the levels that were drawn before, ``(arms, df, t)``."""
    return np.asarray(np.load(KEPT), dtype=np.float64)


def drawn_levels(arms: int, df: float, t: Values) -> Values:
    """Return how often the largest of all pairs exceeds ``t``; see :func:`critical_values`."""
    from scipy.special import ndtr, stdtr

    m = arms * (arms - 1) // 2
    alone = 2 * (stdtr(df, -t) if math.isfinite(df) else ndtr(-t))
    if arms == 2:
        return np.asarray(alone)
    levels = [_level(t, h, arms + 1, df) for h in _largest(arms, df)]
    # The draws hold no variance so small as rare large t ask for; these bounds are exact: no
    # variance is raised by more than the factor, and none is lowered.
    factor = math.sqrt(float(most_raised(df))) if math.isfinite(df) else 1.0
    rare = m * (2 * stdtr(df, -t * factor) if math.isfinite(df) else alone)
    most = np.minimum(1, m * alone)
    drawn = _RESERVE * np.max(levels, axis=0)
    return np.asarray(np.minimum(most, np.maximum(drawn, np.where(rare < 1e-3, rare, 0))))


def _table(t: Values, level: Values) -> CriticalValues:
    """Keep what falls strictly: it is read by level."""
    level = np.minimum.accumulate(np.clip(level, 1e-300, 1))
    keep = np.concatenate(([True], np.diff(np.log(level)) < -1e-12))
    return CriticalValues(np.log(t[keep]), np.log(level[keep]))


def _largest(arms: int, df: float) -> list[Values]:
    """Return, for each pattern of spread, the part of the largest t² that directions decide."""
    rng = np.random.default_rng([_SEED, arms, 0 if math.isinf(df) else round(df)])
    k = arms + 1  # the last is the effect of a seed that all arms share
    direction = rng.standard_normal((_DRAWS, k))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    products = _products(rng, k, df) if math.isfinite(df) else None
    first, second = np.triu_indices(arms, 1)
    patterns = [(np.resize(spread, arms), rho) for spread, rho in _SPREADS]
    patterns += [(np.array([most] * (arms - 1) + [last]), 0.0) for most, last in _ONE_ODD]
    found = []
    for spread, rho in patterns:
        loading = np.zeros((arms, k))
        loading[:, :arms] = np.diag(spread) * math.sqrt(1 - rho)
        loading[:, -1] = spread * math.sqrt(rho)
        contrast = loading[first] - loading[second]
        means = direction @ contrast.T
        if products is None:
            variances = np.square(contrast).sum(axis=1)
        else:
            of_arms = loading @ products @ loading.T
            own = np.diagonal(of_arms, axis1=1, axis2=2)
            own = own[:, first] + own[:, second] - 2 * of_arms[:, first, second]
            variances = moderated(own, df)
        found.append((np.square(means) / variances).max(axis=1))
    return found


def _products(rng: np.random.Generator, k: int, df: float) -> Values:
    """Return sums of squares and products of normal residuals, with trace one, ``(draws, k, k)``.

    By Bartlett's decomposition where it is shorter than drawing the residuals.
    """
    f = max(1, round(df))
    if f < k:
        root = rng.standard_normal((_DRAWS, k, f))
    else:
        root = np.tril(rng.standard_normal((_DRAWS, k, k)), -1)
        chi = np.sqrt(rng.chisquare(f - np.arange(k), size=(_DRAWS, k)))
        root[:, np.arange(k), np.arange(k)] = chi
    root /= np.sqrt(np.square(root).sum(axis=(1, 2), keepdims=True))
    return np.asarray(root @ root.transpose(0, 2, 1))


def _level(t: Values, h: Values, k: int, df: float) -> Values:
    """Return how often ``F(k, df k)`` times ``h`` exceeds ``t²``, the mean over all ``h``."""
    from scipy.special import chdtrc, fdtrc

    counts, edges = np.histogram(np.log(h), bins=_BINS)
    kept = counts > 0
    centre = np.exp((edges[:-1] + edges[1:]) / 2)[kept]
    x = np.square(t)[:, None] / centre
    tail = chdtrc(k, x) if math.isinf(df) else fdtrc(k, df * k, x)
    return np.asarray(tail @ (counts[kept] / len(h)))


def write_kept() -> None:
    """Write the kept levels anew."""
    grids = [_grid(df) for df in KEPT_DF]
    levels = [
        [drawn_levels(arms, df, t) for df, t in zip(KEPT_DF, grids, strict=True)]
        for arms in KEPT_ARMS
    ]
    np.save(KEPT, np.array(levels))

"""Levels of the looks of a group-sequential design, exact for Student's t.

A look has a nominal level: the p value below which it rejects. Levels are so chosen that up to each
look, equal arms have been rejected with no more probability than a spending function allows (Lan
and DeMets 1983), by the recursion of Armitage, McPherson and Rowe 1969: the distribution of the
test statistic where no look has rejected yet, from look to look.

That recursion is done for t and not, as is usual, for its limit of many seeds: with looks at 4, 5,
6, ... 30 seeds the levels of that limit reject equal arms in 5.5 % where they promise 5 %. With x
the paired differences, w = sum(x) / sqrt(n sum(x²)) rises with t. Of equal arms it does not depend
on sum(x²) (Basu's theorem), so that w is a Markov chain: from n to n + 1 seeds it becomes
(w sqrt(n) + u) / sqrt((n + 1) (1 + u²)), u sqrt(n) being Student's t with n degrees of freedom.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_WIDTH = 0.07  # of the bins of the statistic, in standard deviations
_FARTHEST = 7.2
_EXACT = 40  # seeds up to which the walk is that of t, seed by seed; then it is a normal one
Array = NDArray[np.float64]
_EDGES: Array = np.arange(0, _FARTHEST + _WIDTH / 2, _WIDTH)
# Where the mean of a normal value in a bin lies: its middle would put too much of it far out.
_CENTRES: Array = _EDGES[:-1] + _WIDTH / 2 - _WIDTH**2 / 12 * (_EDGES[:-1] + _WIDTH / 2)


def spending_levels(looks: Sequence[int], spent: Sequence[float]) -> tuple[float, ...]:
    """Return the two-sided nominal level of each look.

    Args:
        looks: increasing numbers of seeds, at least 2.
        spent: probability of having rejected, of equal arms, up to each look; not decreasing.
    """
    walk, before, found = _Walk(), 0.0, []
    for n, total in zip(looks, spent, strict=True):
        walk = walk.to(n)
        bound = _root(walk.beyond, max(total - before, 0.0))
        found.append(_two_sided(bound))
        walk, before = walk.within(bound), total
    return tuple(found)


@lru_cache(maxsize=64)
def constant_level(looks: tuple[int, ...], alpha: float) -> float:
    """Return the nominal level that, used at every look, rejects with probability ``alpha``.

    Pocock 1977, for looks at any increasing numbers of seeds.
    """

    def rejected(bound: float) -> float:
        walk = _Walk()
        for n in looks:
            walk = walk.to(n).within(bound)
        return 1 - walk.total

    return _two_sided(_root(rejected, alpha)) if len(looks) > 1 else alpha


@dataclass(frozen=True)
class _Walk:
    """The size of the statistic: of Student's t, as the normal quantile of its probability.

    Attributes:
        inside: probability of each bin where no look has rejected, ``(bins,)``, with ``last``
            seeds; ``None`` before the first look, when it is that of a normal value.
        last: seeds from which one step leads to ``n``.
        n: seeds.
    """

    inside: Array | None = None
    last: int = 0
    n: int = 0

    def to(self, n: int) -> _Walk:
        """Return the walk on its way to its value with ``n`` seeds."""
        inside, last = self.inside, self.n
        if inside is not None:
            while last < min(n - 1, _EXACT):
                inside, last = inside @ _transition(last, last + 1), last + 1
        return _Walk(inside, last, n)

    @property
    def total(self) -> float:
        """Probability that no look has rejected."""
        return 1.0 if self.inside is None else float(self.inside.sum())

    def _up_to(self, edges: Array) -> Array:
        from scipy.special import ndtr

        if self.inside is None:
            return np.asarray(1 - 2 * ndtr(-edges))
        return np.asarray(self.inside @ _cumulative(self.last, self.n, edges))

    def beyond(self, bound: float) -> float:
        """Return the probability of lying beyond a bound where no look has rejected before."""
        return self.total - float(self._up_to(np.array([bound]))[0])

    def within(self, bound: float) -> _Walk:
        """Return the walk with ``n`` seeds where it lies within a bound."""
        if self.inside is None:
            return _Walk(np.diff(self._up_to(np.minimum(_EDGES, bound))), n=self.n)
        bins = self.inside @ _transition(self.last, self.n)
        place = int(np.searchsorted(_EDGES, bound, side="right")) - 1
        if place < len(bins):
            bins[place] = float(self._up_to(np.array([bound]))[0]) - bins[:place].sum()
            bins[place + 1 :] = 0.0
        return _Walk(bins, n=self.n)


@lru_cache(maxsize=512)
def _transition(n: int, to: int) -> Array:
    """Return the probability of each bin with ``to`` seeds, given each with ``n``."""
    return np.diff(_cumulative(n, to, _EDGES), axis=1)


def _cumulative(n: int, to: int, edges: Array) -> Array:
    """Return P(size <= edge) with ``to`` seeds, given each bin with ``n``, (bins, edges).

    The values of u at which the size of w reaches an edge are the roots of a quadratic equation.
    """
    from scipy.special import ndtr, stdtr

    if n >= _EXACT:
        mean, sd = math.sqrt(n / to) * _CENTRES[:, None], math.sqrt((to - n) / to)
        return np.asarray(ndtr((edges - mean) / sd) - ndtr((-edges - mean) / sd))

    def up_to(u: Array) -> Array:
        return np.asarray(stdtr(n, math.sqrt(n) * u))

    a = math.sqrt(n) * _directions(n)[:, None]
    v = math.sqrt(to) * _direction(to, edges)[None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        d = v * np.sqrt(1 + a * a - v * v)
        first, second = (d - a) / (1 - v * v), (-d - a) / (1 - v * v)
        reached = up_to(first) - up_to(second)
    return np.where(v < 1, reached, np.where(v * v < 1 + a * a, 1 + reached, 1))


@lru_cache(maxsize=512)
def _directions(n: int) -> Array:
    return _direction(n, _CENTRES)


def _direction(n: int, normal: Array) -> Array:
    """Return w for normal quantiles, not negative, of the probability of t with ``n`` seeds."""
    from scipy.special import ndtr, stdtrit

    t = -stdtrit(n - 1, ndtr(-normal))
    return np.asarray(t / np.sqrt(n - 1 + t * t))


def _root(falling: Callable[[float], float], target: float) -> float:
    """Return where a falling function of a bound has a value, by bisection."""
    low, high = 0.0, _FARTHEST
    for _ in range(32):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > target else (low, middle)
    return (low + high) / 2


def _two_sided(bound: float) -> float:
    from scipy.special import ndtr

    return 2 * float(ndtr(-bound))

"""Normal, Student's t and chi-square distributions, without the import of SciPy.

``scipy.special`` has them too, but importing it takes longer than all else that a plan does. Each
density is written in a variable in which it is analytic and its logarithm concave: x of the normal
one, v of Student's with t = sqrt(df) sinh(v), u of chi-square with x = df exp(u). A tail of it is
integrated by the double exponential rule for half-infinite intervals (Takahasi and Mori 1974), and
a quantile found by steps of third order for its logarithm. Both agree with SciPy to 12 digits
(``tests/stats/test_distributions.py``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]
_STEP = 1 / 16
_TAU: Values = np.arange(-60, 71, dtype=np.float64) * _STEP
_NODES: Values = np.exp(_TAU - np.exp(-_TAU))
_WEIGHTS: Values = _STEP * _NODES * (1 + np.exp(-_TAU))
_CLOSE = 1e-6  # in the logarithm of a probability, before the last step
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def normal_cdf(x: ArrayLike) -> Values:
    """Return the probability of a smaller normal value."""
    return np.asarray(_erfc(-np.asarray(x) / math.sqrt(2)) / 2)


def normal_critical(tail: ArrayLike) -> Values:
    """Return what a normal value exceeds with a probability below a half, 1e-100 or more."""
    probability = np.asarray(tail, dtype=np.float64)[..., None]
    side = _Side(lambda x: -x * x / 2, lambda x: x, np.ones_like(probability))
    x = side.reached(2 * probability * side.beyond(np.zeros_like(probability)))
    return np.asarray(x[..., 0])


def student_cdf(df: ArrayLike, t: ArrayLike) -> Values:
    """Return the probability of a smaller t.

    ``df``, degrees of freedom, 1 or more, and ``t`` broadcast.
    """
    free, value = np.broadcast_arrays(
        np.asarray(df, dtype=np.float64)[..., None], np.asarray(t, dtype=np.float64)[..., None]
    )
    side = _student(free)
    tail = (
        side.beyond(np.arcsinh(abs(value) / np.sqrt(free))) / side.beyond(np.zeros_like(free)) / 2
    )
    return np.asarray(np.where(value < 0, tail, 1 - tail)[..., 0])


def student_critical(df: ArrayLike, tail: ArrayLike) -> Values:
    """Return what t exceeds with a probability below a half, 1e-100 or more.

    ``df``, 1 or more, and ``tail`` broadcast.
    """
    free, probability = np.broadcast_arrays(
        np.asarray(df, dtype=np.float64), np.asarray(tail, dtype=np.float64)
    )
    side = _student(free[..., None])
    v = side.reached(2 * probability[..., None] * side.beyond(np.zeros((*free.shape, 1))))
    return np.asarray(np.sqrt(free) * np.sinh(v[..., 0]))


def variance_ratio(df: float, p: ArrayLike) -> Values:
    """Return quantiles of an estimated variance by the true one: of chi-square by ``df``.

    Args:
        df: degrees of freedom of the estimate, 1 or more.
        p: probability of a smaller ratio, from 1e-9 to 1 - 1e-9.
    """
    probability = np.asarray(p, dtype=np.float64)[..., None]
    mode = np.zeros_like(probability)
    below, above = (_log_chi_square(df, mode + sign).beyond(mode) for sign in (-1, 1))
    total = below + above
    is_below = probability * total < below
    sign = np.where(is_below, -1.0, 1.0)
    u = _log_chi_square(df, sign).reached(total * np.where(is_below, probability, 1 - probability))
    return np.asarray(np.exp(sign * u)[..., 0])


@dataclass(frozen=True)
class _Side:
    """A density on one side of its mode, which is 0, up to a factor.

    Values are ``(..., 1)``, so that each has the same bits, alone and in an array.

    Attributes:
        log: its logarithm, concave, 0 at the mode.
        fall: how steeply that falls.
        bend: how steeply ``fall`` rises at the mode.
    """

    log: Callable[[Values], Values]
    fall: Callable[[Values], Values]
    bend: Values

    def beyond(self, x: Values) -> Values:
        """Return the integral from ``x`` on."""
        length = 1 / (self.fall(x) + np.sqrt(self.bend))
        density = np.exp(self.log(x + length * _NODES))
        return np.asarray((_WEIGHTS * density).sum(axis=-1, keepdims=True) * length)

    def reached(self, tail: Values) -> Values:
        """Return from where on the integral is ``tail``."""
        x, is_found = np.zeros_like(tail), np.zeros_like(tail, dtype=np.bool_)
        while not is_found.all():
            integral = self.beyond(x)
            missing = np.log(integral / tail)
            slope = np.exp(self.log(x)) / integral
            bend = slope * (slope - self.fall(x))
            root = np.sqrt(np.maximum(slope * slope + 2 * bend * missing, 0))
            x = np.where(is_found, x, x + 2 * missing / (slope + root))
            is_found |= ~(np.abs(missing) >= _CLOSE)  # or not a number
        return x


def _student(df: Values) -> _Side:
    return _Side(lambda v: -df / 2 * np.log1p(np.square(np.sinh(v))), lambda v: df * np.tanh(v), df)


def _log_chi_square(df: float, sign: Values) -> _Side:
    """Return the side of u where it has that sign, as a density of ``abs(u)``."""
    a = df / 2
    return _Side(
        lambda u: -a * (np.expm1(sign * u) - sign * u),
        lambda u: a * sign * np.expm1(sign * u),
        np.full_like(sign, a),
    )

"""Scaling of series: ``scaled = (value - offset) / factor``, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Scaling = Literal["standard", "minmax", "none"]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Scaler:
    """What undoes a scaling: ``original = scaled * factor + offset``; both are ``(columns,)``."""

    offset: Numbers
    factor: Numbers

    def scaled(self, values: Numbers) -> Numbers:
        """Return values ``(steps, columns)`` scaled."""
        return (values - self.offset) / self.factor


def fit(values: Numbers, how: Scaling) -> Scaler:
    """Return the scaler of values ``(steps, columns)``.

    ``standard`` gives each column mean 0 and standard deviation 1, ``minmax`` the range from 0 to
    1. A constant column is only moved.
    """
    columns = values.shape[1]
    if how == "none":
        return Scaler(np.zeros(columns), np.ones(columns))
    if how == "standard":
        offset, factor = values.mean(axis=0), values.std(axis=0)
    else:
        offset, factor = values.min(axis=0), np.ptp(values, axis=0)
    return Scaler(offset, np.where(is_constant(values), 1.0, factor))


def is_constant(values: Numbers) -> NDArray[np.bool_]:
    """Return which columns of ``(steps, columns)`` hold one value only."""
    found: NDArray[np.bool_] = (values == values[:1]).all(axis=0)
    return found


def naive_error(targets: Numbers, season: int) -> Numbers:
    """Return the mean absolute error ``(k,)`` of repeating the value of ``season`` steps before.

    It is the denominator of MASE: R. J. Hyndman and A. B. Koehler, "Another look at measures of
    forecast accuracy", International Journal of Forecasting 22(4), 2006. NaN for targets
    ``(steps, k)`` of no more than ``season`` steps.
    """
    if len(targets) <= season:
        return np.full(targets.shape[1], np.nan)
    error: Numbers = np.abs(targets[season:] - targets[:-season]).mean(axis=0)
    return error

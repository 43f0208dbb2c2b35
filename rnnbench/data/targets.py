"""Targets that are numbers: how they were scaled, and what forecasts of a series are held against.

Arrays are float64 with one row ``(1, targets)`` for all samples, or one a sample ``(n, targets)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]


@dataclass(frozen=True)
class TargetScale:
    """How targets were scaled: ``original = value * factor + offset``; factors are above 0."""

    factor: Rows
    offset: Rows

    @classmethod
    def identity(cls, targets: int) -> TargetScale:
        """Return that of targets which are as they were given."""
        return cls(np.ones((1, targets)), np.zeros((1, targets)))

    @classmethod
    def standard(cls, targets: NDArray[Any]) -> TargetScale:
        """Return the one that gives targets ``(n, targets)`` mean 0 and standard deviation 1.

        A target that is constant is only moved to 0.
        """
        with np.errstate(over="ignore"):  # of what the preparation refuses
            spread = targets.std(axis=0, dtype=np.float64, keepdims=True)
        return cls(
            np.where(spread > 0, spread, 1.0), targets.mean(axis=0, dtype=np.float64, keepdims=True)
        )

    def apply(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Return targets ``(n, targets)`` as a model is trained on them."""
        scaled: NDArray[np.float32] = ((values - self.offset) / self.factor).astype(np.float32)
        return scaled

    def undo(self, values: NDArray[Any]) -> Rows:
        """Return targets, or predictions of them, in the target's own unit ``(n, targets)``."""
        original: Rows = values * self.factor + self.offset
        return original

    def rmse_of(self, guess: NDArray[Any], values: NDArray[Any]) -> float:
        """Return the RMSE of a guess ``(1, targets)`` for some scaled targets, in their unit.

        With their mean for a guess it is the standard deviation of the targets; each series that is
        scaled by itself counts with its own.
        """
        error = (values - guess.astype(np.float64)) * self.factor
        return float(np.sqrt(np.square(error).mean()))

    def take(self, rows: Any) -> TargetScale:
        """Return that of some of the samples, chosen as rows of an array are."""
        if len(self.factor) == 1:
            return self
        return TargetScale(self.factor[rows], self.offset[rows])


def mean_of(values: NDArray[Any]) -> Rows:
    """Return the mean ``(1, targets)`` of scaled targets."""
    return np.asarray(values.mean(axis=0, dtype=np.float64, keepdims=True))


@dataclass(frozen=True)
class Naive:
    """What forecasts of the test samples are held against, in the target's own unit.

    Attributes:
        last: the last observed value of each target, which a naive forecast repeats.
        error: mean absolute error of repeating the value one season before, or one step without a
            season, within the training part of the sample's series (Hyndman & Koehler, Another look
            at measures of forecast accuracy, International Journal of Forecasting 22, 2006).
    """

    last: Rows
    error: Rows

    def take(self, rows: Any) -> Naive:
        """Return that of some of the samples, chosen as rows of an array are."""
        last = self.last if len(self.last) == 1 else self.last[rows]
        return Naive(last, self.error if len(self.error) == 1 else self.error[rows])

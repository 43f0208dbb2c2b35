"""How good predicted numbers are on the test set, and what is kept of each of them.

All of it is in the unit of the targets: their scaling is undone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnnbench.data.targets import Naive, TargetScale, mean_of
from rnnbench.training.batches import Samples
from rnnbench.training.predictions import FILE


def forecast_scores(outputs: np.ndarray, test: Samples, naive: Naive | None) -> dict[str, float]:
    """Return what else is measured of predictions ``(n, targets)``, scaled as the targets are.

    - ``r2``: the share of the variance that is explained, the mean over the targets.
    - ``mase``: of a series, the mean absolute error in units of that of the naive forecast within
      the training part (Hyndman & Koehler 2006).
    - ``scaled_rmse``: of several series that are scaled apart, the mean over the series of the root
      mean squared error of what is scaled: prices of 10 and of 1,000 count alike.
    - ``direction``: of a series, the share of predictions that go up or down from the last observed
      value as what came did.
    """
    predicted, true = in_unit(outputs, test)
    found = {"r2": r2(predicted, true)}
    if naive is None:
        return found
    if (naive.error > 0).all():
        found["mase"] = float((np.abs(predicted - true) / naive.error).mean())
    if test.scale is not None and len(test.scale.factor) > 1:
        found["scaled_rmse"] = _scaled_rmse(outputs, test, test.scale)
    same = np.sign(predicted - naive.last) == np.sign(true - naive.last)
    return found | {"direction": float(same.mean())}


def _scaled_rmse(outputs: np.ndarray, test: Samples, scale: TargetScale) -> float:
    """Return the mean over the series of the RMSE of scaled predictions ``(n, targets)``.

    A series is known by its scaling ``(n, targets)``: two that share one count as one.
    """
    squares = np.square(outputs - test.y.astype(np.float64)).mean(axis=1)
    rows = np.concatenate([scale.factor, scale.offset], axis=1)
    series = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    return float(np.sqrt(np.bincount(series, squares) / np.bincount(series)).mean())


def mean_error(training: Samples, test: Samples) -> float:
    """Return the RMSE on the test set of the mean of the training targets, which any model beats.

    Each series that is scaled by itself counts with its own mean.
    """
    assert test.scale is not None
    return test.scale.rmse_of(mean_of(training.y), test.y)


def r2(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the coefficient of determination of predictions ``(n, targets)``, at most 1.

    It is scikit-learn's ``r2_score``: the mean over the targets; a constant one counts as 1 where
    it is predicted exactly, else as 0.
    """
    left = np.square(true - predicted).sum(axis=0)
    spread = np.square(true - true.mean(axis=0)).sum(axis=0)
    is_constant = spread == 0
    each = 1 - left / np.where(is_constant, 1.0, spread)
    return float(np.where(is_constant, (left == 0).astype(np.float64), each).mean())


def in_unit(outputs: np.ndarray, samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Return outputs and targets ``(n, targets)`` of samples in the targets' own unit."""
    assert samples.scale is not None
    return samples.scale.undo(outputs), samples.scale.undo(samples.y)


def save_forecasts(outputs: np.ndarray, test: Samples, folder: Path) -> None:
    """Write the predictions of the test samples ``(n, targets)`` to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    predicted = in_unit(outputs, test)[0].astype(np.float32)
    np.savez_compressed(folder / FILE, allow_pickle=False, outputs=predicted)

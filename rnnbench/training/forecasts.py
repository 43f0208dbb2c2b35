"""How good predicted numbers are on the test set, and what is kept of each of them.

All of it is in the unit of the targets: their scaling is undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rnnbench.data.targets import Naive
from rnnbench.training.batches import Samples
from rnnbench.training.predictions import FILE
from rnnbench.training.stored_arrays import load_arrays
from rnnbench.training.tested import WEIGHTS, Weights


def forecast_scores(outputs: np.ndarray, test: Samples, naive: Naive | None) -> dict[str, float]:
    """Return what is measured once of predictions ``(n, targets)``, scaled as the targets are.

    ``test_r2`` is the share of the variance that is explained, the mean over the targets, and
    ``test_sd`` the standard deviation of the targets, which is the RMSE of their own mean. Of a
    series there are ``test_mase``, the mean absolute error in units of that of the naive forecast
    within the training part (Hyndman & Koehler 2006), and ``test_direction``, the share of
    predictions that go up or down from the last observed value as what came did.
    """
    predicted, true = in_unit(outputs, test)
    spread = float(np.sqrt(true.var(axis=0).mean()))
    found = {"test_r2": r2(predicted, true), "test_sd": spread}
    if naive is None:
        return found
    if (naive.error > 0).all():
        found["test_mase"] = float((np.abs(predicted - true) / naive.error).mean())
    same = np.sign(predicted - naive.last) == np.sign(true - naive.last)
    return found | {"test_direction": float(same.mean())}


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


def squared_errors(outputs: np.ndarray, samples: Samples) -> np.ndarray:
    """Return the squared error of each sample ``(n,)``, the mean over its targets."""
    predicted, true = in_unit(outputs, samples)
    return np.asarray(np.square(predicted - true).mean(axis=1))


def save_forecasts(
    outputs: Mapping[Weights, np.ndarray], asked: Weights, test: Samples, folder: Path
) -> None:
    """Write the predictions asked for, and the squared errors with each weights, to a folder."""
    errors = {f"squared_{which}": squared_errors(found, test) for which, found in outputs.items()}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / FILE,
        allow_pickle=False,
        outputs=in_unit(outputs[asked], test)[0].astype(np.float32),
        **errors,
    )


def load_squared(path: Path) -> dict[Weights, np.ndarray]:
    """Return the squared errors of the test samples ``(n,)``, by the weights that answered.

    Nothing without such a file, and where it holds anything else.
    """
    found: dict[Weights, np.ndarray] = {}
    for which in WEIGHTS:
        arrays = load_arrays(path, f"squared_{which}")
        if arrays is not None and arrays[0].ndim == 1 and arrays[0].dtype.kind == "f":
            found[which] = arrays[0]
    return found

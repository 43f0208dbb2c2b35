"""How far stated probabilities lie from frequencies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BINS = 15


def calibration_error(
    confidence: NDArray[np.floating], correct: NDArray[np.bool_], bins: int = BINS
) -> float:
    """Return the expected calibration error (Guo et al. 2017), a fraction.

    The mean over samples of the distance between confidence and accuracy, both taken over bins of
    equal width.

    Args:
        confidence: probability of the answer given, ``(n,)``.
        correct: whether that answer was right, ``(n,)``.
        bins: bins between 0 and 1.
    """
    if not len(confidence):
        return float("nan")
    places = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    confident = np.bincount(places, weights=confidence, minlength=bins)
    right = np.bincount(places, weights=correct.astype(np.float64), minlength=bins)
    return float(np.abs(confident - right)[counts > 0].sum() / len(confidence))

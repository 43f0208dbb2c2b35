"""Confusions of classes, what follows from them, and the area under the ROC curve.

As scikit-learn has them, whose import takes a worker a second and 100 MiB.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def confusion_matrix(
    labels: NDArray[np.int32], named: NDArray[np.int32], classes: int
) -> NDArray[np.int32]:
    """Return how many samples of each true class got each answer, ``(classes, classes)``.

    Args:
        labels: of the samples, ``(n,)``.
        named: the answers, ``(n,)``.
        classes: how many there are.
    """
    places = labels.astype(np.int64) * classes + named
    counts = np.bincount(places, minlength=classes**2)
    return counts.reshape(classes, classes).astype(np.int32)


def scores_by_class(confusion: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return precision, recall and F1 of each class ``(3, k)``, 0 where nothing is divided by.

    The recall of a class without samples is NaN.
    """
    right = np.diag(confusion).astype(np.float64)
    answered, true = confusion.sum(axis=0), confusion.sum(axis=1)
    precision = right / np.maximum(answered, 1)
    recall = np.where(true > 0, right / np.maximum(true, 1), np.nan)
    f1 = 2 * right / np.maximum(answered + true, 1)
    return np.stack([precision, recall, f1])


def roc_auc(is_class: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """Return the probability that a sample of the class has a higher score than another one.

    Equal scores count half: the statistic of Mann & Whitney (1947), from mid-ranks. There must be
    samples of both kinds.
    """
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    inside = int(is_class.sum())
    outside = len(is_class) - inside
    above = float(ranks[is_class].sum()) - inside * (inside + 1) / 2
    return above / (inside * outside)

"""How good answers are where classes are unequal: scores in which every class counts alike."""

from __future__ import annotations

import numpy as np

from rnnbench.stats.confusion import confusion_matrix, roc_auc, scores_by_class
from rnnbench.training.predictions import answers, outputs_by_class


def class_scores(outputs: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return macro F1, balanced accuracy and the area under the ROC curve, as scikit-learn's.

    - ``macro_f1``: the mean over classes of 2 PR / (P + R), with precision P and recall R.
    - ``balanced_accuracy``: the mean recall of the classes.
    - ``auc``: the probability that a sample of a class gets a higher output for it than one of
      another class; the mean over classes, each against all others.

    Classes without a sample are left out; macro F1 counts one as 0 that an answer names all the
    same. ``auc`` is left out where there is one class alone.

    Args:
        outputs: ``(n, 1)``, the probability of the second of two classes, or ``(n, classes)``.
        labels: ``(n,)``.
    """
    shown = outputs_by_class(outputs)
    confusion = confusion_matrix(labels, answers(outputs)[0], shown.shape[1])
    _, recall, f1 = scores_by_class(confusion)
    has_samples = confusion.sum(axis=1) > 0
    scores = {
        "macro_f1": float(f1[has_samples | (confusion.sum(axis=0) > 0)].mean()),
        "balanced_accuracy": float(recall[has_samples].mean()),
    }
    if has_samples.sum() > 1:
        of_classes = [1] if outputs.shape[1] == 1 else np.flatnonzero(has_samples)
        scores["auc"] = float(np.mean([roc_auc(labels == k, shown[:, k]) for k in of_classes]))
    return scores

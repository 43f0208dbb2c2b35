"""How good answers are where classes are unequal: scores in which every class counts alike."""

from __future__ import annotations

import numpy as np

from rnnbench.training.predictions import answers


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
    from sklearn.metrics import f1_score, recall_score, roc_auc_score

    named, present = answers(outputs)[0], np.unique(labels)
    averaged = {"average": "macro", "zero_division": 0.0}
    scores = {
        "macro_f1": float(f1_score(labels, named, **averaged)),
        "balanced_accuracy": float(recall_score(labels, named, labels=present, **averaged)),
    }
    if len(present) > 1:
        shown = outputs if outputs.shape[1] > 1 else np.hstack([1 - outputs, outputs])
        of_classes = present[1:] if outputs.shape[1] == 1 else present
        areas = [roc_auc_score(labels == one, shown[:, one]) for one in of_classes]
        scores["auc"] = float(np.mean(areas))
    return scores

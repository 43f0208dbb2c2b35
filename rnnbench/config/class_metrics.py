"""The metrics in which every class counts alike, however few samples it has."""

from __future__ import annotations

from rnnbench.config.metric import OF_EPOCH, Metric, Weights

# What readers call them, and what they are.
SCORES = {
    "macro_f1": ("macro F1", "mean over the classes of the harmonic mean of precision, recall"),
    "balanced_accuracy": ("balanced accuracy", "mean recall of the classes"),
    "auc": ("area under the ROC curve", "mean over the classes, each against all others"),
}


def _scores(which: Weights) -> tuple[Metric, ...]:
    suffix = f"_{which}" if which else ""
    of = OF_EPOCH[which]
    same = {"": "the weights named by training.test"} | dict.fromkeys(
        ("best", "last"), f"the weights{of}"
    )
    return tuple(
        Metric(
            f"test_{name}{suffix}",
            f"test {words}{of}",
            f"{meaning}; on the test set, {same[which]}",
            "fraction",
            "higher",
            high=1.0,
            on="test",
            weights=which,
            optional=True,
        )
        for name, (words, meaning) in SCORES.items()
    )


OF_CLASSES = (*_scores(""), *_scores("best"), *_scores("last"))

"""Logistic regression on which tokens occur."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np

from rnnbench.baselines.bags import presence
from rnnbench.baselines.result import Result, measure
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.training.parts import Parts

# Inverse strengths of the penalty on the weights; the one of the highest validation accuracy is
# taken, so that the baseline is as good as it gets. Without samples held out for that (validation
# none, or on the test set) it is scikit-learn's 1.
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_STEPS = 1000


def fit_bag_of_words(
    parts: Parts,
    spec: InputSpec,
    config: Config,
    vectors: np.ndarray | None = None,  # noqa: ARG001
) -> Result:
    """Train on the parts that a cell trains on, choose by validation, and meet the test set once.

    Tokens count once a sample, which is better for sentiment than how often they occur (Pang, Lee &
    Vaithyanathan, Thumbs up?, EMNLP 2002). The result depends on no seed.
    """
    import sklearn.linear_model  # noqa: F401  # loading it is no part of the time

    start = time.perf_counter()
    x = presence(parts.training.x, spec)
    choosing = parts.validation is not None and config.training.validation == "split"
    held_out = None if parts.validation is None else presence(parts.validation.x, spec)
    best: tuple[float, float, float, Any] | None = None
    for strength in STRENGTHS if choosing else (1.0,):
        model = _fit(x, parts.training.y, strength)
        loss = accuracy = float("nan")
        if parts.validation is not None:
            loss, accuracy = measure(_probabilities(model, held_out, spec), parts.validation.y)
        if best is None or (accuracy, -loss) > (best[0], -best[1]):
            best = (accuracy, loss, strength, model)
    assert best is not None
    accuracy, loss, strength, model = best
    train_loss, train_accuracy = measure(_probabilities(model, x, spec), parts.training.y)
    metrics = {
        "final_loss": train_loss,
        "final_accuracy": train_accuracy,
        "inverse_penalty": strength,
        "parameters_total": _parameters(model),
    }
    if parts.validation is not None:
        metrics |= {
            "best_val_accuracy": accuracy,
            "best_val_loss": loss,
            "final_val_accuracy": accuracy,
            "final_val_loss": loss,
            "gap_final": train_accuracy - accuracy,
        }
    metrics["fit_seconds"] = time.perf_counter() - start
    if config.training.test != "none":
        probabilities = _probabilities(model, presence(parts.test.x, spec), spec)
        metrics["test_loss"], metrics["test_accuracy"] = measure(probabilities, parts.test.y)
    return Result(metrics)


def _probabilities(model: Any, x: Any, spec: InputSpec) -> np.ndarray:
    """Return ``(n, classes)``; a class that the training part lacks has none."""
    probabilities = np.zeros((x.shape[0], spec.classes))
    probabilities[:, model.classes_] = model.predict_proba(x)
    return probabilities


def _parameters(model: Any) -> float:
    return float(sum(getattr(model, name, np.empty(0)).size for name in ("coef_", "intercept_")))


def _fit(x: Any, y: Any, strength: float) -> Any:
    from sklearn.dummy import DummyClassifier
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(y)) == 1:
        return DummyClassifier(strategy="prior").fit(x, y)
    with warnings.catch_warnings():
        # An optimum that is not exact after so many steps is no worse a baseline.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(C=strength, max_iter=_STEPS).fit(x, y)

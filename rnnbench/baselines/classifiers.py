"""Classifiers without recurrence: by which tokens occur, and by how frequent the classes are."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from rnnbench.baselines.bags import presence
from rnnbench.baselines.result import FittedBaseline, measure
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.training.parts import Parts

# Inverse strengths of the penalty on the weights; the one of the highest validation accuracy is
# taken, so that the baseline is as good as it gets. Without samples held out for that (validation
# none, or on the test set) it is scikit-learn's 1.
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_STEPS = 1000


def fit_bag_of_words(parts: Parts, spec: InputSpec, config: Config) -> FittedBaseline:
    """Fit to the part that a cell trains on, and choose the penalty by validation.

    Tokens count once a sample, which is better for sentiment than how often they occur (Pang, Lee &
    Vaithyanathan, Thumbs up?, EMNLP 2002). The result depends on no seed.
    """
    x, y = presence(parts.training.x, spec), parts.training.y
    chosen, strength = None, 1.0
    if parts.validation is not None and config.training.validation == "split":
        held_out, best = presence(parts.validation.x, spec), (-1.0, 0.0)
        for candidate in STRENGTHS:
            model = _fit(x, y, candidate)
            loss, accuracy = measure(_probabilities(model, held_out, spec), parts.validation.y)
            if (accuracy, -loss) > best:
                chosen, strength, best = model, candidate, (accuracy, -loss)
    chosen = chosen or _fit(x, y, strength)
    return FittedBaseline(
        lambda inputs: _probabilities(chosen, presence(inputs, spec), spec),
        {"inverse_penalty": strength, "parameters_total": _parameters(chosen)},
    )


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


def fit_majority_class(parts: Parts, spec: InputSpec, _config: Config) -> FittedBaseline:
    """Answer every input with the classes' shares of the training samples.

    The most frequent class is named always. Its accuracy is what a model must beat to have learned
    anything from its input; its cross-entropy is that of the shares, the least that is possible
    without one.
    """
    counts = np.bincount(parts.training.y, minlength=spec.classes)
    shares = counts / counts.sum()
    return FittedBaseline(
        lambda inputs: np.tile(shares, (len(inputs), 1)),
        {"parameters_total": float(spec.classes - 1)},
    )

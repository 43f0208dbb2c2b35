"""The class whose mean is nearest, of samples without their order: one mean a class, no training.

The more tokens, or means of features over time, agree with those of a class, the more probable.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnbench.baselines import Baseline, FittedBaseline
from rnnbench.baselines.bags import presence
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.training.parts import Parts


def fit(parts: Parts, spec: InputSpec, config: Config) -> FittedBaseline:
    """Take the mean of each class of the training part."""
    x, y = presence(parts.training.x, spec), parts.training.y
    means = [np.asarray(x[y == label].mean(axis=0)).ravel() for label in np.unique(y)]
    centres = np.full((spec.classes, x.shape[1]), np.inf)
    centres[np.unique(y)] = means

    def predict(inputs: np.ndarray) -> Any:
        samples = presence(inputs, spec)
        dense = samples.toarray() if hasattr(samples, "toarray") else np.asarray(samples)
        distances = np.stack([((dense - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
        nearness = np.exp(distances.min(axis=1, keepdims=True) - distances)
        return nearness / nearness.sum(axis=1, keepdims=True)

    return FittedBaseline(predict, {"parameters_total": float(centres.size)})


NEAREST_MEAN = Baseline(
    name="nearest_mean",
    version="1",
    title="nearest mean",
    does="the class whose mean sample, without order, is nearest",
    fit=fit,
    imports=("scipy.sparse",),
)

"""The class that is most frequent in training, whatever the input."""

from __future__ import annotations

import numpy as np

from rnnbench.baselines.result import FittedBaseline
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.training.parts import Parts


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

"""What the fit of a baseline gives, and how good its answers are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

_SMALLEST = 1e-7  # Keras's clipping of probabilities


@dataclass(frozen=True)
class FittedBaseline:
    """A baseline that was fitted.

    Attributes:
        predict: returns the probabilities ``(n, classes)`` of inputs ``(n, time)``, or
            ``(n, time, features)``; for regression the targets ``(n, targets)``, scaled.
        metrics: what is its own to tell, such as ``parameters_total``.
    """

    predict: Callable[[np.ndarray], np.ndarray]
    metrics: Mapping[str, float] = field(default_factory=dict)


def measure(probabilities: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return mean loss in nats and accuracy.

    Args:
        probabilities: ``(n, classes)``.
        labels: ``(n,)``.
    """
    of_label = probabilities[np.arange(len(labels)), labels]
    loss = -np.log(np.clip(of_label, _SMALLEST, 1.0)).mean()
    return float(loss), float((probabilities.argmax(axis=1) == labels).mean())

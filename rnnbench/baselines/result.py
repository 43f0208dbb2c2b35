"""What a baseline gives, in the names that cells have it by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnbench.training.history import Epoch

_SMALLEST = 1e-7  # Keras's clipping of probabilities


@dataclass(frozen=True)
class Result:
    """The epochs of a training, where it has any, and summary metrics (accuracies as fractions)."""

    metrics: dict[str, float]
    epochs: tuple[Epoch, ...] = ()


def measure(probabilities: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return mean loss in nats and accuracy.

    Args:
        probabilities: ``(n, classes)``.
        labels: ``(n,)``.
    """
    of_label = probabilities[np.arange(len(labels)), labels]
    loss = -np.log(np.clip(of_label, _SMALLEST, 1.0)).mean()
    return float(loss), float((probabilities.argmax(axis=1) == labels).mean())

"""The loss of each sample, which training minimises the mean of, as Keras defines it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from rnnbench.data import InputSpec
from rnnbench.models.tensors import Tensor

SampleLosses = Callable[[Tensor, Tensor], Tensor]
# By name, Keras's function of targets and outputs.
_OF_REGRESSION = {"mse": "mean_squared_error", "mae": "mean_absolute_error", "huber": "huber"}
_DEFAULT = "mse"


def sample_losses(classes: int, name: str | None = None) -> SampleLosses:
    """Return a function of labels and outputs that gives the loss ``(batch,)`` of each sample.

    Cross-entropy for labels ``(batch,)``; for targets ``(batch, targets)`` the mean over them.

    Args:
        classes: of the labels; 2 for one sigmoid output, 0 for targets that are numbers.
        name: of the loss of such targets, ``None`` for the mean squared error.
    """
    import keras

    if not classes:
        found: SampleLosses = getattr(keras.losses, _OF_REGRESSION[name or _DEFAULT])
        return found
    if classes == 2:
        return lambda y, output: keras.losses.binary_crossentropy(y[:, None], output)
    return lambda y, output: keras.losses.sparse_categorical_crossentropy(y, output)


def numbers_loss(y: np.ndarray, output: np.ndarray, name: str | None) -> float:
    """Return the mean loss of outputs for targets, ``(n, targets)`` each, as training has it."""
    error = output.astype(np.float64) - y
    return float(_NUMPY[name or _DEFAULT](error).mean())


def guessing_loss(spec: InputSpec, y: np.ndarray, name: str | None) -> float:
    """Return the loss of a model that has learned nothing: it answers the same to every sample.

    For classes that is each one with equal probability; for numbers their mean, or 0, which is what
    a fresh model is near to, whichever loses more.
    """
    if not spec.targets:
        return math.log(spec.classes)
    mean = np.asarray(np.mean(y, axis=0, dtype=np.float64, keepdims=True))
    return max(numbers_loss(y, guess, name) for guess in (mean, np.zeros_like(mean)))


def _huber(error: np.ndarray) -> np.ndarray:
    size = np.abs(error)
    return np.asarray(np.where(size <= 1, error**2 / 2, size - 0.5))


_NUMPY: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "mse": np.square,
    "mae": np.abs,
    "huber": _huber,
}

"""Keras's optimizers on NumPy arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnbench.config.schema import OptimizerConfig

_EPSILON = 1e-7


class Optimizer:
    """Changes variables in place by their gradients, as Keras's optimizer of the name does.

    Adam: Kingma & Ba 2015, with moments of 0.9 and 0.999. RMSprop: Tieleman & Hinton 2012, with a
    mean of 0.9.
    """

    def __init__(self, config: OptimizerConfig, variables: Sequence[np.ndarray]) -> None:
        self._config = config
        self._variables = variables
        self._first = [np.zeros_like(variable) for variable in variables]
        self._second = [np.zeros_like(variable) for variable in variables]
        self._steps = 0

    def apply(self, gradients: Sequence[np.ndarray]) -> None:
        """Take one step."""
        self._steps += 1
        state = zip(self._variables, gradients, self._first, self._second, strict=True)
        for variable, gradient, first, second in state:
            variable -= self._step(self._clipped(gradient), first, second)

    def _clipped(self, gradient: np.ndarray) -> np.ndarray:
        most = self._config.clipnorm
        if most is None:
            return gradient
        norm = float(np.linalg.norm(gradient))
        return gradient * (most / norm) if norm > most else gradient

    def _step(self, gradient: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        rate = self._config.learning_rate
        if self._config.name == "sgd":
            return np.float32(rate) * gradient
        if self._config.name == "rmsprop":
            second += np.float32(0.1) * (gradient * gradient - second)
            return np.float32(rate) * gradient / np.sqrt(second + np.float32(_EPSILON))
        first += np.float32(0.1) * (gradient - first)
        second += np.float32(0.001) * (gradient * gradient - second)
        rate *= float(np.sqrt(1 - 0.999**self._steps)) / (1 - 0.9**self._steps)
        step: np.ndarray = np.float32(rate) * first / (np.sqrt(second) + np.float32(_EPSILON))
        return step

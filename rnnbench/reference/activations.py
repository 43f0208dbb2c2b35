"""Activations and their derivatives, by the names that Keras gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Activation = Callable[[Array], Array]


def sigmoid(x: Array) -> Array:
    """Return ``1 / (1 + exp(-x))``, same shape as ``x``, without overflow for any finite ``x``.

    >>> import numpy as np
    >>> from rnnbench.reference import sigmoid
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1.0, small) / (1.0 + small))


ACTIVATIONS: Final[dict[str, Activation]] = {
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda x: np.maximum(x, 0.0),
    "linear": lambda x: x,
}

# The derivative at x, computed from the value y there: back-propagation has kept y and not x.
DERIVATIVES: Final[dict[str, Activation]] = {
    "tanh": lambda y: 1.0 - y * y,
    "sigmoid": lambda y: y * (1.0 - y),
    "relu": lambda y: (y > 0.0).astype(np.float64),
    "linear": np.ones_like,
}


def find_activation(name: str) -> Activation:
    """Return the activation of that name; raises ValueError for one that is not known."""
    if name not in ACTIVATIONS:
        raise ValueError(f"activation: expected one of {', '.join(ACTIVATIONS)}, received {name!r}")
    return ACTIVATIONS[name]

"""Shapes of inputs and weights, checked before anything is computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.reference.activations import Array


def check_arrays(
    x: ArrayLike, kernel: ArrayLike, recurrent_kernel: ArrayLike, gates: int
) -> tuple[Array, Array, Array]:
    """Return input, kernel and recurrent kernel in float64, of shapes that fit each other.

    Raises ValueError for ``x`` of another shape than (time, inputs) or (batch, time, inputs), and
    for a kernel other than (inputs, gates · units) or a recurrent one other than
    (units, gates · units).
    """
    inputs = np.asarray(x, dtype=np.float64)
    if inputs.ndim not in (2, 3):
        raise ValueError(f"x: expected shape ([batch,] time, inputs), received {inputs.shape}")
    units = len(np.atleast_1d(recurrent_kernel))
    u = check_shape("recurrent_kernel", np.asarray(recurrent_kernel), (units, gates * units))
    w = check_shape("kernel", np.asarray(kernel), (inputs.shape[-1], gates * units))
    return inputs, w, u


def check_shape(key: str, value: ArrayLike | None, shape: tuple[int, ...]) -> Array:
    """Return the value in float64, zeros for None; any other shape raises ValueError."""
    array = np.zeros(shape) if value is None else np.asarray(value, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"{key}: expected shape {shape}, received {array.shape}")
    return array

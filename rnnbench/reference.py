"""The recurrent cells written out in NumPy, to be read beside the papers and tested against Keras.

Every cell walks over time in a plain loop and computes in float64. Its input ``x`` has shape
``(time, inputs)`` or ``(batch, time, inputs)``; its weights have the layout of Keras, where the
gates of a cell lie side by side along the last axis. The product of inputs and kernel needs no
state, so it is computed before the loop. A misfit shape or unknown activation raises ValueError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Activation = Callable[[Array], Array]


def sigmoid(x: Array) -> Array:
    """Return ``1 / (1 + exp(-x))``, same shape as ``x``, without overflow for any finite ``x``."""
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1.0, small) / (1.0 + small))


ACTIVATIONS: Final[dict[str, Activation]] = {
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda x: np.maximum(x, 0.0),
    "linear": lambda x: x,
}


def simple_rnn(
    x: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike | None = None,
    initial_state: ArrayLike | None = None,
    activation: str = "tanh",
) -> Array:
    """Return all states (..., time, units) of the simple recurrent network of Elman (1990).

    Shapes: kernel (inputs, units), recurrent_kernel (units, units), bias (units,) or None for
    zero, initial_state (..., units) or None for zero.
    """
    act = _find_activation(activation)
    x, w, u = _check_arrays(x, kernel, recurrent_kernel, gates=1)
    h = _check_shape("initial_state", initial_state, (*x.shape[:-2], len(u)))
    projected = x @ w + _check_shape("bias", bias, w.shape[1:])
    states = np.empty(projected.shape)
    for t in range(x.shape[-2]):
        h = act(projected[..., t, :] + h @ u)
        states[..., t, :] = h
    return states


def lstm(
    x: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike | None = None,
    initial_state: ArrayLike | None = None,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    return_cells: bool = False,
) -> Array:
    """Return all hidden states (..., time, units) of an LSTM.

    With return_cells, hidden and cell states come stacked: (2, ..., time, units). The cell is that
    of Hochreiter & Schmidhuber (1997) with the forget gate of Gers et al. (2000) and without
    peepholes. Gate order: input, forget, candidate, output. Shapes: kernel (inputs, 4 units),
    recurrent_kernel (units, 4 units), bias (4 units,) or None for zero, initial_state the pair
    (h, c), that is (2, ..., units), or None for zero.
    """
    act, gate = _find_activation(activation), _find_activation(recurrent_activation)
    x, w, u = _check_arrays(x, kernel, recurrent_kernel, gates=4)
    h, c = _check_shape("initial_state", initial_state, (2, *x.shape[:-2], len(u)))
    projected = x @ w + _check_shape("bias", bias, w.shape[1:])
    states = np.empty((2, *x.shape[:-1], len(u)))
    for t in range(x.shape[-2]):
        i, f, candidate, o = np.split(projected[..., t, :] + h @ u, 4, axis=-1)
        c = gate(f) * c + gate(i) * act(candidate)
        h = gate(o) * act(c)
        states[..., t, :] = h, c
    return states if return_cells else states[0]


def gru_reset_before(
    x: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike | None = None,
    initial_state: ArrayLike | None = None,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
) -> Array:
    """Return all states (..., time, units) of the GRU of Cho et al. (2014).

    The reset gate acts on the state before the recurrent product. Gate order: update, reset,
    candidate. Shapes: kernel (inputs, 3 units), recurrent_kernel (units, 3 units), bias
    (3 units,) or None for zero, initial_state (..., units) or None for zero.
    """
    act, gate = _find_activation(activation), _find_activation(recurrent_activation)
    x, w, u = _check_arrays(x, kernel, recurrent_kernel, gates=3)
    h = _check_shape("initial_state", initial_state, (*x.shape[:-2], len(u)))
    projected = x @ w + _check_shape("bias", bias, w.shape[1:])
    u_z, u_r, u_h = np.split(u, 3, axis=-1)
    states = np.empty((*x.shape[:-1], len(u)))
    for t in range(x.shape[-2]):
        x_z, x_r, x_h = np.split(projected[..., t, :], 3, axis=-1)
        z = gate(x_z + h @ u_z)
        r = gate(x_r + h @ u_r)
        h = z * h + (1.0 - z) * act(x_h + (r * h) @ u_h)
        states[..., t, :] = h
    return states


def gru_reset_after(
    x: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike | None = None,
    initial_state: ArrayLike | None = None,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
) -> Array:
    """Return all states (..., time, units) of the GRU as in cuDNN, the default of Keras.

    The reset gate acts on the result of the recurrent product, so one product serves all gates
    and needs a bias of its own. Shapes as in `gru_reset_before`, but bias (2, 3 units): row 0
    belongs to the inputs, row 1 to the state.
    """
    act, gate = _find_activation(activation), _find_activation(recurrent_activation)
    x, w, u = _check_arrays(x, kernel, recurrent_kernel, gates=3)
    b = _check_shape("bias", bias, (2, *w.shape[1:]))
    h = _check_shape("initial_state", initial_state, (*x.shape[:-2], len(u)))
    projected = x @ w + b[0]
    states = np.empty((*x.shape[:-1], len(u)))
    for t in range(x.shape[-2]):
        x_z, x_r, x_h = np.split(projected[..., t, :], 3, axis=-1)
        h_z, h_r, h_h = np.split(h @ u + b[1], 3, axis=-1)
        z = gate(x_z + h_z)
        r = gate(x_r + h_r)
        h = z * h + (1.0 - z) * act(x_h + r * h_h)
        states[..., t, :] = h
    return states


def _find_activation(name: str) -> Activation:
    if name not in ACTIVATIONS:
        raise ValueError(f"activation: expected one of {', '.join(ACTIVATIONS)}, received {name!r}")
    return ACTIVATIONS[name]


def _check_arrays(
    x: ArrayLike, kernel: ArrayLike, recurrent_kernel: ArrayLike, gates: int
) -> tuple[Array, Array, Array]:
    """Return input, kernel and recurrent kernel in float64, of shapes that fit each other."""
    inputs = np.asarray(x, dtype=np.float64)
    if inputs.ndim not in (2, 3):
        raise ValueError(f"x: expected shape ([batch,] time, inputs), received {inputs.shape}")
    units = len(np.atleast_1d(recurrent_kernel))
    u = _check_shape("recurrent_kernel", np.asarray(recurrent_kernel), (units, gates * units))
    w = _check_shape("kernel", np.asarray(kernel), (inputs.shape[-1], gates * units))
    return inputs, w, u


def _check_shape(key: str, value: ArrayLike | None, shape: tuple[int, ...]) -> Array:
    """Return the value in float64, zeros for None; any shape but the given one is an error."""
    array = np.zeros(shape) if value is None else np.asarray(value, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"{key}: expected shape {shape}, received {array.shape}")
    return array


def _accept_weights(cell: Callable[..., Array]) -> Callable[..., Array]:
    def reference(
        x: ArrayLike,
        weights: Sequence[ArrayLike],
        initial_state: ArrayLike | None = None,
        **activations: str,
    ) -> Array:
        if len(weights) not in (2, 3):
            raise ValueError(f"weights: expected 2 or 3 arrays, received {len(weights)}")
        return cell(x, *weights, initial_state=initial_state, **activations)

    return reference


# By the name of the cell in the configuration. Each is called in the same way, with the weights
# as layer.get_weights() lists them: reference(x, weights, initial_state=None, **activations).
REFERENCES: Final[dict[str, Callable[..., Array]]] = {
    "simple_rnn": _accept_weights(simple_rnn),
    "lstm": _accept_weights(lstm),
    "gru": _accept_weights(gru_reset_after),
    "gru_reset_before": _accept_weights(gru_reset_before),
}

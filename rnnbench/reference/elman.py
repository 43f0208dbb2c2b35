"""SimpleRNN: one state that sees the input and itself one step before."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.reference.activations import Array, find_activation
from rnnbench.reference.checks import check_arrays, check_shape


def simple_rnn(
    x: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike | None = None,
    initial_state: ArrayLike | None = None,
    activation: str = "tanh",
) -> Array:
    """Return all states (..., time, units) of the simple recurrent network.

    The recurrence, with ``h_0 = 0`` unless an initial state is given::

        h_t = tanh(W x_t + U h_{t-1} + b)

    Shapes: x ([batch,] time, inputs), kernel W (inputs, units), recurrent_kernel U (units, units),
    bias b (units,) or None for zero, initial_state ([batch,] units) or None for zero. A misfit
    shape or an unknown activation raises ValueError.

    Source: Elman, Finding structure in time, Cognitive Science 14, 1990.

    A unit that sees its input only at the first step, and then keeps half of what it had (with
    ``activation="linear"``):

    >>> from rnnbench.reference import simple_rnn
    >>> x = [[1.0], [0.0], [0.0]]  # 3 steps of 1 number
    >>> simple_rnn(x, [[1.0]], [[0.5]], activation="linear").tolist()
    [[1.0], [0.5], [0.25]]
    """
    act = find_activation(activation)
    x, w, u = check_arrays(x, kernel, recurrent_kernel, gates=1)
    h = check_shape("initial_state", initial_state, (*x.shape[:-2], len(u)))
    projected = x @ w + check_shape("bias", bias, w.shape[1:])
    states = np.empty(projected.shape)
    for t in range(x.shape[-2]):
        h = act(projected[..., t, :] + h @ u)
        states[..., t, :] = h
    return states

"""GRU: one state that gates renew in part, with the reset before or after the recurrent product."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.reference.activations import Array, find_activation
from rnnbench.reference.checks import check_arrays, check_shape


def gru_reset_before(
    x: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike | None = None,
    initial_state: ArrayLike | None = None,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
) -> Array:
    """Return all states (..., time, units) of the GRU of the paper.

    The reset gate acts on the state before the recurrent product::

        z_t = s(W_z x_t + U_z h_{t-1} + b_z)            update gate
        r_t = s(W_r x_t + U_r h_{t-1} + b_r)            reset gate
        k_t = tanh(W_h x_t + U_h (r_t * h_{t-1}) + b_h) candidate
        h_t = z_t * h_{t-1} + (1 - z_t) * k_t

    The blocks of a weight lie side by side in the order z, r, h. Shapes: x ([batch,] time, inputs),
    kernel W (inputs, 3 units), recurrent_kernel U (units, 3 units), bias b (3 units,) or None for
    zero, initial_state ([batch,] units) or None for zero. A misfit shape or an unknown activation
    raises ValueError.

    Source: Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014.

    Without weights the update gate is half open, so that half of a state is left after each step:

    >>> import numpy as np
    >>> from rnnbench.reference import gru_reset_before
    >>> x, w, u = np.zeros((3, 1)), np.zeros((1, 3)), np.zeros((1, 3))
    >>> gru_reset_before(x, w, u, initial_state=[1.0]).tolist()
    [[0.5], [0.25], [0.125]]
    """
    act, gate = find_activation(activation), find_activation(recurrent_activation)
    x, w, u = check_arrays(x, kernel, recurrent_kernel, gates=3)
    h = check_shape("initial_state", initial_state, (*x.shape[:-2], len(u)))
    projected = x @ w + check_shape("bias", bias, w.shape[1:])
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
    """Return all states (..., time, units) of the GRU as cuDNN computes it, the default of Keras.

    The reset gate acts on the result of the recurrent product, so that one product serves all three
    gates; that product has a bias ``d`` of its own::

        k_t = tanh(W_h x_t + b_h + r_t * (U_h h_{t-1} + d_h))

    Gates and state are as in :func:`gru_reset_before`, the gates with ``b + d``. Shapes, too, but
    for bias (2, 3 units): row 0 is b, row 1 is d.

    Source: NVIDIA cuDNN, `cudnnRNNMode_t`, CUDNN_GRU.

    With several units the two forms differ, for the same weights and no bias:

    >>> import numpy as np
    >>> from rnnbench.reference import gru_reset_after, gru_reset_before
    >>> rng = np.random.default_rng(0)
    >>> x, w, u = rng.normal(size=(5, 2)), rng.normal(size=(2, 6)), rng.normal(size=(2, 6))
    >>> after, before = gru_reset_after(x, w, u), gru_reset_before(x, w, u)
    >>> bool(np.allclose(after[0], before[0])), bool(np.allclose(after, before))
    (True, False)
    """
    act, gate = find_activation(activation), find_activation(recurrent_activation)
    x, w, u = check_arrays(x, kernel, recurrent_kernel, gates=3)
    b = check_shape("bias", bias, (2, *w.shape[1:]))
    h = check_shape("initial_state", initial_state, (*x.shape[:-2], len(u)))
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

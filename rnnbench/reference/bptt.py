"""Back-propagation through time: how an error reaches every weight and every state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.reference.activations import DERIVATIVES, Array
from rnnbench.reference.checks import check_arrays, check_shape
from rnnbench.reference.elman import simple_rnn


@dataclass(frozen=True)
class Gradients:
    """Gradients of a loss L with respect to all that a SimpleRNN computes from.

    Attributes:
        kernel: dL/dW, (inputs, units), summed over steps and batch.
        recurrent_kernel: dL/dU, (units, units), likewise.
        bias: dL/db, (units,), likewise.
        x: dL/dx, ([batch,] time, inputs).
        initial_state: dL/dh_0, ([batch,] units).
        states: dL/dh_t of each step, ([batch,] time, units), by every path from h_t to the loss.
    """

    kernel: Array
    recurrent_kernel: Array
    bias: Array
    x: Array
    initial_state: Array
    states: Array


def simple_rnn_gradients(
    x: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike | None,
    output_gradients: ArrayLike,
    initial_state: ArrayLike | None = None,
    activation: str = "tanh",
) -> Gradients:
    """Return the gradients of a loss on the states of :func:`rnnbench.reference.elman.simple_rnn`.

    The loss sees h_t in two ways: directly, with the gradient g_t, and through h_{t+1}, which was
    computed from h_t. So the error is passed on from the last step to the first, with a_t the
    argument of the activation in step t and e_t = dL/da_t::

        dL/dh_t = g_t + U' e_{t+1}          with e_{T+1} = 0
        e_t     = dL/dh_t * tanh'(a_t)      where tanh'(a_t) = 1 - h_t²
        dL/dW = Σ x_t e_t,   dL/dU = Σ h_{t-1} e_t,   dL/db = Σ e_t,   dL/dx_t = W e_t

    Over k steps the error is multiplied by U' and tanh' k times. Where that makes it smaller each
    time it vanishes, where larger it explodes: look at :func:`state_gradient_norms`.

    Args:
        x: ([batch,] time, inputs).
        kernel: W, (inputs, units).
        recurrent_kernel: U, (units, units).
        bias: b, (units,), or None for zero.
        output_gradients: g_t, how the loss sees each state by itself, ([batch,] time, units). For a
            loss on the last state alone all but the last step are zero.
        initial_state: ([batch,] units), or None for zero.
        activation: as in the forward computation.

    Raises ValueError for a misfit shape or an unknown activation.

    Source: Werbos, Backpropagation through time, Proceedings of the IEEE 78, 1990.

    Of a loss that is the last state, and a unit that keeps half of what it had:

    >>> from rnnbench.reference import simple_rnn_gradients
    >>> x, last = [[1.0], [0.0], [0.0]], [[0.0], [0.0], [1.0]]
    >>> found = simple_rnn_gradients(x, [[1.0]], [[0.5]], None, last, activation="linear")
    >>> found.states.tolist()  # dL/dh_1, dL/dh_2, dL/dh_3
    [[0.25], [0.5], [1.0]]
    >>> found.kernel.tolist(), found.recurrent_kernel.tolist()
    ([[0.25]], [[1.0]])
    """
    h = simple_rnn(x, kernel, recurrent_kernel, bias, initial_state, activation)
    x, w, u = check_arrays(x, kernel, recurrent_kernel, gates=1)
    g = check_shape("output_gradients", np.asarray(output_gradients), h.shape)
    first = check_shape("initial_state", initial_state, (*x.shape[:-2], len(u)))
    states, errors = np.empty(h.shape), np.empty(h.shape)
    slope = DERIVATIVES[activation](h)
    from_next = np.zeros(first.shape)
    for t in reversed(range(h.shape[-2])):
        states[..., t, :] = g[..., t, :] + from_next
        errors[..., t, :] = states[..., t, :] * slope[..., t, :]
        from_next = errors[..., t, :] @ u.T
    before = np.concatenate([first[..., None, :], h[..., :-1, :]], axis=-2)[..., : h.shape[-2], :]
    return Gradients(
        kernel=_summed(x, errors),
        recurrent_kernel=_summed(before, errors),
        bias=errors.reshape(-1, len(u)).sum(axis=0),
        x=errors @ w.T,
        initial_state=from_next,
        states=states,
    )


def _summed(inputs: Array, errors: Array) -> Array:
    """Return the products of inputs and errors, summed over steps and batch: (inputs, units)."""
    return inputs.reshape(-1, inputs.shape[-1]).T @ errors.reshape(-1, errors.shape[-1])


def state_gradient_norms(gradients: Gradients) -> Array:
    """Return the Euclidean norm of dL/dh_t for each step, (time,), the mean over the batch.

    Falling towards the first step, the gradient vanishes; growing, it explodes.

    Source: Bengio, Simard & Frasconi, Learning long-term dependencies with gradient descent is
    difficult, IEEE Transactions on Neural Networks 5, 1994.

    >>> from rnnbench.reference import simple_rnn_gradients, state_gradient_norms
    >>> x, last = [[1.0], [0.0], [0.0]], [[0.0], [0.0], [1.0]]
    >>> found = simple_rnn_gradients(x, [[1.0]], [[0.5]], None, last, activation="linear")
    >>> state_gradient_norms(found).tolist()
    [0.25, 0.5, 1.0]
    """
    norms = np.linalg.norm(gradients.states, axis=-1)
    return np.asarray(norms if norms.ndim == 1 else norms.mean(axis=0))

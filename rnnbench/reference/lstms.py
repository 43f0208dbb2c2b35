"""LSTM: a cell state that gates write to and read from, with or without a peephole."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.reference.activations import Array, find_activation
from rnnbench.reference.checks import check_arrays, check_shape


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
    """Return all hidden states (..., time, units) of an LSTM without peepholes.

    With s the recurrent activation, a sigmoid::

        i_t = s(W_i x_t + U_i h_{t-1} + b_i)        input gate
        f_t = s(W_f x_t + U_f h_{t-1} + b_f)        forget gate
        k_t = tanh(W_k x_t + U_k h_{t-1} + b_k)     candidate
        o_t = s(W_o x_t + U_o h_{t-1} + b_o)        output gate
        c_t = f_t * c_{t-1} + i_t * k_t             cell state
        h_t = o_t * tanh(c_t)                       hidden state

    The blocks of a weight lie side by side in the order i, f, k, o. Shapes: x ([batch,] time,
    inputs), kernel W (inputs, 4 units), recurrent_kernel U (units, 4 units), bias b (4 units,) or
    None for zero, initial_state the pair (h, c), that is (2, [batch,] units), or None for zero.
    With return_cells, hidden and cell states come stacked: (2, ..., time, units). A misfit shape or
    an unknown activation raises ValueError.

    Source: Hochreiter & Schmidhuber, Long short-term memory, Neural Computation 9, 1997, with the
    forget gate of Gers et al., Learning to forget, Neural Computation 12, 2000.

    Without weights every gate is half open: a cell state of 1 is halved at each step, until the
    forget gate is opened, whose bias is the second block:

    >>> import numpy as np
    >>> from rnnbench.reference import lstm
    >>> x, w, u = np.zeros((3, 1)), np.zeros((1, 4)), np.zeros((1, 4))
    >>> start = [[0.0], [1.0]]  # h and c
    >>> _, cells = lstm(x, w, u, initial_state=start, return_cells=True)
    >>> cells.tolist()
    [[0.5], [0.25], [0.125]]
    >>> _, cells = lstm(x, w, u, [0.0, 20.0, 0.0, 0.0], start, return_cells=True)
    >>> cells.round(3).tolist()
    [[1.0], [1.0], [1.0]]
    """
    options = (initial_state, activation, recurrent_activation, return_cells)
    return lstm_peephole(x, kernel, recurrent_kernel, bias, None, *options)


def lstm_peephole(
    x: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike | None = None,
    peephole_kernel: ArrayLike | None = None,
    initial_state: ArrayLike | None = None,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    return_cells: bool = False,
) -> Array:
    """Return all hidden states (..., time, units) of an LSTM whose output gate sees the cell state.

    As :func:`lstm`, but with one term more in the output gate, a peephole::

        o_t = s(W_o x_t + U_o h_{t-1} + V_o c_{t-1} + b_o)

    The gate looks at the cell state that comes into the step, through a full matrix:
    peephole_kernel V_o (units, units), or None for zero, which is :func:`lstm`. Everything else is
    as there.

    Source: the step of an LSTM in F. Chollet, Deep learning with Python, 2017, section 6.2.2. The
    peepholes of Gers, Schraudolph & Schmidhuber, JMLR 3, 2002, differ: theirs reach all
    three gates, each unit sees its own cell only (a diagonal V), and the output gate looks at the
    new cell state.

    A cell state of 1 closes the output gate through a negative V_o:

    >>> import numpy as np
    >>> from rnnbench.reference import lstm_peephole
    >>> x, w, u = np.zeros((1, 1)), np.zeros((1, 4)), np.zeros((1, 4))
    >>> start = [[0.0], [1.0]]  # h and c
    >>> lstm_peephole(x, w, u, peephole_kernel=[[0.0]], initial_state=start).round(3).tolist()
    [[0.231]]
    >>> lstm_peephole(x, w, u, peephole_kernel=[[-9.0]], initial_state=start).round(3).tolist()
    [[0.0]]
    """
    act, gate = find_activation(activation), find_activation(recurrent_activation)
    x, w, u = check_arrays(x, kernel, recurrent_kernel, gates=4)
    v = check_shape("peephole_kernel", peephole_kernel, (len(u), len(u)))
    h, c = check_shape("initial_state", initial_state, (2, *x.shape[:-2], len(u)))
    projected = x @ w + check_shape("bias", bias, w.shape[1:])
    states = np.empty((2, *x.shape[:-1], len(u)))
    for t in range(x.shape[-2]):
        i, f, k, o = np.split(projected[..., t, :] + h @ u, 4, axis=-1)
        open_ = gate(o + c @ v)
        c = gate(f) * c + gate(i) * act(k)
        h = open_ * act(c)
        states[..., t, :] = h, c
    return states if return_cells else states[0]

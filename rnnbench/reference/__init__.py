"""The recurrent cells written out in NumPy, to be read beside the papers and tested against Keras.

Every cell walks over time in a plain loop and computes in float64. Its input ``x`` has shape
``(time, inputs)`` or ``(batch, time, inputs)``; its weights have the layout of Keras, where the
gates of a cell lie side by side along the last axis. The product of inputs and kernel needs no
state, so it is computed before the loop. A misfit shape or unknown activation raises ValueError.
Nothing of the package is imported here, and nothing imports this but tests and readers.

A SimpleRNN that reads 100 steps of 32 numbers and keeps a state of 64 gives a state a step:

>>> import numpy as np
>>> from rnnbench.reference import simple_rnn, simple_rnn_gradients, state_gradient_norms
>>> rng = np.random.default_rng(0)
>>> x = rng.normal(size=(100, 32))
>>> w, u, b = rng.normal(size=(32, 64)) / 8, rng.normal(size=(64, 64)) / 16, np.zeros(64)
>>> states = simple_rnn(x, w, u, b)
>>> states.shape
(100, 64)

A loss on the last state reaches the first steps through all that lie between. Here the gradient has
vanished after thirty of them:

>>> seen = np.zeros_like(states)
>>> seen[-1] = 1.0
>>> norms = state_gradient_norms(simple_rnn_gradients(x, w, u, b, seen))
>>> float(norms[-1])
8.0
>>> bool(norms[-30] < 1e-6)
True

Read in this order: :mod:`~rnnbench.reference.elman`, :mod:`~rnnbench.reference.lstms`,
:mod:`~rnnbench.reference.grus`, :mod:`~rnnbench.reference.bptt`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from numpy.typing import ArrayLike

from rnnbench.reference.activations import ACTIVATIONS, Array, sigmoid
from rnnbench.reference.bptt import Gradients, simple_rnn_gradients, state_gradient_norms
from rnnbench.reference.elman import simple_rnn
from rnnbench.reference.grus import gru_reset_after, gru_reset_before
from rnnbench.reference.lstms import lstm, lstm_peephole

__all__ = [
    "ACTIVATIONS",
    "REFERENCES",
    "Array",
    "Gradients",
    "gru_reset_after",
    "gru_reset_before",
    "lstm",
    "lstm_peephole",
    "sigmoid",
    "simple_rnn",
    "simple_rnn_gradients",
    "state_gradient_norms",
]


def _accept_weights(cell: Callable[..., Array], most: int = 3) -> Callable[..., Array]:
    """Return the cell as a function of its input and the list of its weights."""
    counts = range(2, most + 1)

    def reference(
        x: ArrayLike,
        weights: Sequence[ArrayLike],
        initial_state: ArrayLike | None = None,
        **activations: str,
    ) -> Array:
        if len(weights) not in counts:
            known = " or ".join(map(str, counts))
            raise ValueError(f"weights: expected {known} arrays, received {len(weights)}")
        return cell(x, *weights, initial_state=initial_state, **activations)

    return reference


# By the name of the cell in the configuration. Each is called in the same way, with the weights
# as layer.get_weights() lists them: reference(x, weights, initial_state=None, **activations).
REFERENCES: Final[dict[str, Callable[..., Array]]] = {
    "simple_rnn": _accept_weights(simple_rnn),
    "lstm": _accept_weights(lstm),
    "lstm_peephole": _accept_weights(lstm_peephole, most=4),
    "gru": _accept_weights(gru_reset_after),
    "gru_reset_before": _accept_weights(gru_reset_before),
}

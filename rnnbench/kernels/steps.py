"""One time step of each cell, forwards and backwards, with the batch in columns.

A step's product is ``z = M^T [x; h; 1]`` with M ``(inputs + units + 1, blocks · units)``: kernel,
recurrent kernel and bias of every block. The backward step is linear in dL/dh, and its factors
are saved by the forward step, so that the backward loop only multiplies.
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

State = tuple[Any, ...]


class Step(Protocol):
    """A cell's time step; every array has ``units`` or ``blocks · units`` rows.

    Attributes:
        blocks: blocks of rows of z.
        halved: which of them are arguments of a logistic function, computed as
            ``(1 + tanh(z / 2)) / 2``: M's columns for these come halved.
        factors: saved arrays of ``units`` rows.
        states: arrays of ``units`` rows carried along besides h.
    """

    blocks: ClassVar[int]
    halved: ClassVar[tuple[bool, ...]]
    factors: ClassVar[int]
    states: ClassVar[int]

    def matrix(self, kernel: Any, recurrent: Any, bias: Any) -> Any:
        """Return M from Keras's weights."""

    def weights(self, matrix: Any, inputs: int) -> tuple[Any, Any, Any]:
        """Return gradients of Keras's weights from dL/dM."""

    def forward(self, z: Any, states: State, /) -> tuple[Any, State, list[Any]]:
        """Return the new h, the new states and the factors."""

    def backward(self, saved: list[Any], dh: Any, states: State, /) -> tuple[list[Any], State]:
        """Return dL/dz by blocks and dL/d(states), both before the step."""


def logistic(a: Any) -> Any:
    """Return the logistic function of z from ``tanh(z / 2)``."""
    return a * 0.5 + 0.5


class SimpleRNNStep:
    """``h' = tanh(z)``."""

    blocks: ClassVar[int] = 1
    halved: ClassVar[tuple[bool, ...]] = (False,)
    factors: ClassVar[int] = 1
    states: ClassVar[int] = 0

    def matrix(self, kernel: Any, recurrent: Any, bias: Any) -> Any:
        """Return M."""
        import tensorflow as tf

        return tf.concat([kernel, recurrent, bias[None]], 0)

    def weights(self, matrix: Any, inputs: int) -> tuple[Any, Any, Any]:
        """Return the gradients from dL/dM."""
        return matrix[:inputs], matrix[inputs:-1], matrix[-1]

    def forward(self, z: Any, _states: State) -> tuple[Any, State, list[Any]]:
        """Return h, states and factors."""
        import tensorflow as tf

        new = tf.tanh(z)
        return new, (), [1.0 - new * new]

    def backward(self, saved: list[Any], dh: Any, _states: State) -> tuple[list[Any], State]:
        """Return dL/dz by blocks and dL/d(states)."""
        return [dh * saved[0]], ()


class LSTMStep(SimpleRNNStep):
    """Gates i, f, o and candidate g: ``c' = f c + i g``, ``h' = o tanh(c')``; blocks i f g o."""

    blocks = 4
    halved = (True, True, False, True)
    factors = 6
    states = 1

    def forward(self, z: Any, states: State) -> tuple[Any, State, list[Any]]:
        """Return h, states and factors."""
        import tensorflow as tf

        (c,) = states
        i, f, g, o = tf.split(tf.tanh(z), 4, 0)
        i, f, o = logistic(i), logistic(f), logistic(o)
        new_c = f * c + i * g
        squashed = tf.tanh(new_c)
        saved = [
            g * (i * (1.0 - i)),
            c * (f * (1.0 - f)),
            i * (1.0 - g * g),
            squashed * (o * (1.0 - o)),
            o * (1.0 - squashed * squashed),
            f,
        ]
        return o * squashed, (new_c,), saved

    def backward(self, saved: list[Any], dh: Any, states: State) -> tuple[list[Any], State]:
        """Return dL/dz by blocks and dL/d(states)."""
        (dc,) = states
        total = dc + dh * saved[4]
        blocks = [total * saved[0], total * saved[1], total * saved[2], dh * saved[3]]
        return blocks, (total * saved[5],)


class GRUStep:
    """Gates z, r and candidate g: ``g = tanh(a + r b)``, ``h' = z h + (1 - z) g``.

    The reset gate acts on b, the recurrent product of the candidate, which therefore is a block of
    its own: blocks z r a b, where a sees x only and b sees h only.
    """

    blocks = 4
    halved = (True, True, False, False)
    factors = 5
    states = 1  # h itself

    def matrix(self, kernel: Any, recurrent: Any, bias: Any) -> Any:
        """Return M."""
        import tensorflow as tf

        units = recurrent.shape[0]
        gates = 2 * units
        none_x = tf.zeros((kernel.shape[0], units))
        none_h = tf.zeros((units, units))
        return tf.concat(
            [
                tf.concat([kernel, none_x], 1),
                tf.concat([recurrent[:, :gates], none_h, recurrent[:, gates:]], 1),
                tf.concat([(bias[0] + bias[1])[:gates], bias[0, gates:], bias[1, gates:]], 0)[None],
            ],
            0,
        )

    def weights(self, matrix: Any, inputs: int) -> tuple[Any, Any, Any]:
        """Return the gradients from dL/dM."""
        import tensorflow as tf

        units = matrix.shape[1] // 4
        kernel = matrix[:inputs, : 3 * units]
        seen = tf.concat([matrix[inputs:, : 2 * units], matrix[inputs:, 3 * units :]], 1)
        bias = tf.stack([matrix[-1, : 3 * units], seen[-1]])
        return kernel, seen[:-1], bias

    def forward(self, z: Any, states: State) -> tuple[Any, State, list[Any]]:
        """Return h, states and factors."""
        import tensorflow as tf

        (last,) = states
        units = last.shape[0]
        gates = logistic(tf.tanh(z[: 2 * units]))
        update, reset = gates[:units], gates[units:]
        product = z[3 * units :]
        candidate = tf.tanh(z[2 * units : 3 * units] + reset * product)
        new = update * last + (1.0 - update) * candidate
        saved = [
            (last - candidate) * (update * (1.0 - update)),
            (1.0 - update) * (1.0 - candidate * candidate),
            product * (reset * (1.0 - reset)),
            reset,
            update,
        ]
        return new, (new,), saved

    def backward(self, saved: list[Any], dh: Any, states: State) -> tuple[list[Any], State]:
        """Return dL/dz by blocks and dL/d(states)."""
        (direct,) = states
        total = dh + direct
        candidate = total * saved[1]
        blocks = [total * saved[0], candidate * saved[2], candidate, candidate * saved[3]]
        return blocks, (total * saved[4],)

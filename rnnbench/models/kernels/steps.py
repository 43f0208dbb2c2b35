"""One time step of each cell, forwards and backwards, with the batch in columns.

A step's product is ``z = M^T [x; h; 1]`` with M ``(inputs + units + 1, blocks · units)``: kernel,
recurrent kernel and bias of every block. The backward step is given the product again, and of what
else there was only states: computing costs less than keeping, which goes through memory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from rnnbench.models.tensors import CellWeights, Columns, Tensor

State = tuple[Columns, ...]


class Step(ABC):
    """A cell's time step; every array has ``units`` or ``blocks · units`` rows.

    Attributes:
        blocks: blocks of rows of z.
        gates: for each block, which of Keras's gates it is of.
        halved: which of them are arguments of a logistic function, computed as
            ``(1 + tanh(z / 2)) / 2``: z comes halved for these, and dL/dz is by the whole z.
        states: arrays of ``units`` rows carried along; the first is h.
        reads: what :meth:`backward` reads besides h before the step: 0 for before the step or 1 for
            after it, and which of the states.
        direct: whether :meth:`backward` returns a gradient for h too, one that passes the product
            by; else it returns those of the other states only.
    """

    blocks: ClassVar[int]
    gates: ClassVar[tuple[int, ...]]
    halved: ClassVar[tuple[bool, ...]]
    states: ClassVar[int]
    reads: ClassVar[tuple[tuple[int, int], ...]]
    direct: ClassVar[bool] = False

    def matrix(self, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
        """Return M from Keras's weights."""
        import tensorflow as tf

        return tf.concat([kernel, recurrent, bias[None]], 0)

    def weights(self, matrix: Tensor, inputs: int) -> CellWeights:
        """Return gradients of Keras's weights from dL/dM."""
        return matrix[:inputs], matrix[inputs:-1], matrix[-1]

    @abstractmethod
    def forward(self, z: Columns, states: State, /) -> State:
        """Return the states after the step, from those before it."""

    @abstractmethod
    def backward(
        self, z: Columns, h: Columns, held: State, d_after: State, /
    ) -> tuple[list[Columns], State]:
        """Return dL/dz by blocks and dL/d(states before the step), without what goes through z.

        Args:
            z: the product.
            h: before the step.
            held: the states that ``reads`` names.
            d_after: dL/d(states after the step).
        """


def logistic(a: Columns) -> Columns:
    """Return the logistic function of z from ``tanh(z / 2)``."""
    return a * 0.5 + 0.5


class SimpleRNNStep(Step):
    """``h' = tanh(z)``."""

    blocks = 1
    gates = (0,)
    halved = (False,)
    states = 1
    reads = ((1, 0),)

    def forward(self, z: Columns, _states: State) -> State:
        """Return the states after the step."""
        import tensorflow as tf

        return (tf.tanh(z),)

    def backward(
        self, _z: Columns, _h: Columns, held: State, d_after: State
    ) -> tuple[list[Columns], State]:
        """Return dL/dz by blocks and dL/d(states); z is not needed, nor computed again."""
        (new,) = held
        return [d_after[0] * (1.0 - new * new)], ()


class LSTMStep(Step):
    """Gates i, f, o and candidate g: ``c' = f c + i g``, ``h' = o tanh(c')``; blocks i f g o."""

    blocks = 4
    gates = (0, 1, 2, 3)
    halved = (True, True, False, True)
    states = 2
    reads = ((0, 1), (1, 1))

    def forward(self, z: Columns, states: State) -> State:
        """Return the states after the step."""
        import tensorflow as tf

        i, f, g, o = tf.split(tf.tanh(z), 4, 0)
        c = logistic(f) * states[1] + logistic(i) * g
        return logistic(o) * tf.tanh(c), c

    def backward(
        self, z: Columns, _h: Columns, held: State, d_after: State
    ) -> tuple[list[Columns], State]:
        """Return dL/dz by blocks and dL/d(states)."""
        import tensorflow as tf

        c, new_c = held
        dh, dc = d_after
        i, f, g, o = tf.split(tf.tanh(z), 4, 0)
        i, f, o = logistic(i), logistic(f), logistic(o)
        squashed = tf.tanh(new_c)
        dc = dc + dh * (o * (1.0 - squashed * squashed))
        blocks = [
            dc * (g * (i * (1.0 - i))),
            dc * (c * (f * (1.0 - f))),
            dc * (i * (1.0 - g * g)),
            dh * (squashed * (o * (1.0 - o))),
        ]
        return blocks, (dc * f,)


class GRUStep(Step):
    """Gates z, r and candidate g: ``g = tanh(a + r b)``, ``h' = z h + (1 - z) g``.

    The reset gate acts on b, the recurrent product of the candidate, which therefore is a block of
    its own: blocks z r a b, where a sees x only and b sees h only.
    """

    blocks = 4
    gates = (0, 1, 2, 2)
    halved = (True, True, False, False)
    states = 1
    reads = ()
    direct = True

    def matrix(self, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
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

    def weights(self, matrix: Tensor, inputs: int) -> CellWeights:
        """Return the gradients from dL/dM."""
        import tensorflow as tf

        units = matrix.shape[1] // 4
        kernel = matrix[:inputs, : 3 * units]
        seen = tf.concat([matrix[inputs:, : 2 * units], matrix[inputs:, 3 * units :]], 1)
        bias = tf.stack([matrix[-1, : 3 * units], seen[-1]])
        return kernel, seen[:-1], bias

    def forward(self, z: Columns, states: State) -> State:
        """Return the states after the step."""
        update, _, candidate, _ = self._parts(z)
        return (update * states[0] + (1.0 - update) * candidate,)

    def backward(
        self, z: Columns, h: Columns, _held: State, d_after: State
    ) -> tuple[list[Columns], State]:
        """Return dL/dz by blocks and dL/d(states)."""
        update, reset, candidate, product = self._parts(z)
        (dh,) = d_after
        d_candidate = dh * ((1.0 - update) * (1.0 - candidate * candidate))
        blocks = [
            dh * ((h - candidate) * (update * (1.0 - update))),
            d_candidate * (product * (reset * (1.0 - reset))),
            d_candidate,
            d_candidate * reset,
        ]
        return blocks, (dh * update,)

    def _parts(self, z: Columns) -> tuple[Columns, Columns, Columns, Columns]:
        """Return update gate, reset gate, candidate, and the candidate's recurrent product."""
        import tensorflow as tf

        units = z.shape[0] // 4
        gates = logistic(tf.tanh(z[: 2 * units]))
        update, reset, product = gates[:units], gates[units:], z[3 * units :]
        return update, reset, tf.tanh(z[2 * units : 3 * units] + reset * product), product

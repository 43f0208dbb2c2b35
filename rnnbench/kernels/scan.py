"""A layer over all time steps and its gradient, in loops that XLA compiles.

XLA turns what a loop's body computes into few passes over memory. Three habits below keep those
passes vectorised, as its output showed: an array read from another at a changing place is used
once, pieces are written into place and not concatenated, and nothing is differentiated for us.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnbench.kernels.steps import Step


class Recurrence:
    """One layer, sample by column.

    It must be traced in a function that XLA compiles, and :meth:`backward` in the same one as
    :meth:`forward`.

    Args:
        step: the cell.
        weights: Keras's kernel, recurrent kernel and bias.
        starts: first time step of each loop and the end, ``(len(ladder) + 1,)`` int32.
        ladder: columns that each loop computes. States of other columns are not defined.
        alive: 0 in the padding that precedes a sample, else 1: ``(time, 1, batch)`` float32. States
            stay zero where it is 0, as with Keras's mask. ``None`` for no mask.
    """

    def __init__(
        self,
        step: Step,
        weights: tuple[Any, Any, Any],
        starts: Any,
        ladder: tuple[int, ...],
        alive: Any = None,
    ) -> None:
        self._step = step
        self._matrix = step.matrix(*weights)
        self._inputs = int(weights[0].shape[0])
        self._units = int(weights[1].shape[0])
        self._starts = starts
        self._ladder = ladder
        self._alive = alive
        self._seen: Any = None
        self._saved: tuple[Any, ...] = ()

    def forward(self, x: Any, *, keep: bool) -> tuple[Any, Any]:
        """Return the last state ``(units, batch)`` and all of them ``(time, units, batch)``.

        Args:
            x: inputs ``(time, inputs, batch)`` float32, samples sorted as the ladder wants them.
            keep: whether :meth:`backward` follows.
        """
        import tensorflow as tf

        step, units, inputs = self._step, self._units, self._inputs
        times, _, batch = x.shape
        rows = inputs + units + 1
        # Row by row of time: the input, the state that it meets, and a one for the bias.
        seen = tf.concat([x, tf.zeros((times, units, batch)), tf.ones((times, 1, batch))], 1)
        seen = tf.concat([seen, tf.zeros((1, rows, batch))], 0)
        scale = np.repeat(np.where(step.halved, np.float32(0.5), np.float32(1.0)), units)
        product = tf.transpose(self._matrix) * scale[:, None]
        saved = (tf.zeros((times, step.factors * units, batch)),) if keep else ()
        states: tuple[Any, ...] = (tf.zeros((units, self._ladder[0])),) * step.states

        for number, width in enumerate(self._ladder):
            start, end = self._starts[number], self._starts[number + 1]
            if number:
                h = _read(seen, (start, inputs, 0), (1, units, self._ladder[number - 1]))
                seen = _write(seen, _widen(h, width), (start, inputs, 0))
                states = tuple(_widen(state, width) for state in states)

            def body(t: Any, seen: Any, *carried: Any, width: int = width) -> tuple[Any, ...]:
                states, saved = carried[: step.states], carried[step.states :]
                z = tf.matmul(product, _read(seen, (t, 0, 0), (1, rows, width))[0])
                h, states, factors = step.forward(z, states)
                if self._alive is not None:
                    alive = _read(self._alive, (t, 0, 0), (1, 1, width))[0]
                    h, states = h * alive, tuple(state * alive for state in states)
                    factors = [factor * alive for factor in factors]
                for buffer in saved:
                    for place, factor in enumerate(factors):
                        buffer = _write(buffer, factor[None], (t, place * units, 0))
                    saved = (buffer,)
                return t + 1, _write(seen, h[None], (t + 1, inputs, 0)), *states, *saved

            _, seen, *rest = tf.while_loop(
                lambda t, *_, end=end: t < end, body, (start, seen, *states, *saved)
            )
            states, saved = tuple(rest[: step.states]), tuple(rest[step.states :])
        self._seen, self._saved = seen, saved
        return seen[times, inputs : inputs + units], seen[1:, inputs : inputs + units]

    def backward(self, d_last: Any, d_every: Any) -> tuple[Any, tuple[Any, Any, Any]]:
        """Return dL/dx ``(time, inputs, batch)`` and the gradients of the three weights.

        Columns of dL/dx that were not computed are zero: the one that stood for them has the sum.

        Args:
            d_last: dL/d(last state), or ``None``.
            d_every: dL/d(all states), or ``None``; only columns that were computed count.
        """
        import tensorflow as tf

        step, units, inputs = self._step, self._units, self._inputs
        seen, (saved,) = self._seen, self._saved
        times, rows, batch = seen.shape[0] - 1, seen.shape[1], seen.shape[2]
        product = self._matrix[: inputs + units]
        dx = tf.zeros((times, inputs, batch))
        d_matrix = tf.zeros_like(self._matrix)
        dh = tf.zeros((units, batch)) if d_last is None else d_last
        states: tuple[Any, ...] = (tf.zeros((units, batch)),) * step.states

        for number in reversed(range(len(self._ladder))):
            width = self._ladder[number]
            start, end = self._starts[number], self._starts[number + 1]
            if width < batch:
                dh = _narrow(dh, width)
                states = tuple(_narrow(state, width) for state in states)

            def body(
                t: Any, dh: Any, dz: Any, d_matrix: Any, dx: Any, *states: Any, width: int = width
            ) -> tuple[Any, ...]:
                if d_every is not None:
                    dh = dh + _read(d_every, (t, 0, 0), (1, units, width))[0]
                factors = [
                    _read(saved, (t, place * units, 0), (1, units, width))[0]
                    for place in range(step.factors)
                ]
                blocks, states = step.backward(factors, dh, states)
                for place, block in enumerate(blocks):
                    dz = _write(dz, block, (place * units, 0))
                column = _read(seen, (t, 0, 0), (1, rows, width))[0]
                d_matrix = d_matrix + tf.matmul(column, dz, transpose_b=True)
                down = tf.matmul(product, dz)
                dx = _write(dx, down[None, :inputs], (t, 0, 0))
                return t - 1, down[inputs:], dz, d_matrix, dx, *states

            dz = tf.zeros((step.blocks * units, width))
            _, dh, _, d_matrix, dx, *rest = tf.while_loop(
                lambda t, *_, start=start: t >= start,
                body,
                (end - 1, dh, dz, d_matrix, dx, *states),
            )
            states = tuple(rest)
        return dx, step.weights(d_matrix, inputs)


def _widen(array: Any, width: int) -> Any:
    """Return the array with its last column repeated up to that width."""
    import tensorflow as tf

    repeats = [1] * (len(array.shape) - 1) + [width - array.shape[-1]]
    return tf.concat([array, tf.tile(array[..., -1:], repeats)], -1)


def _narrow(gradient: Any, width: int) -> Any:
    """Return the gradient of what :func:`_widen` has widened."""
    import tensorflow as tf

    shared = tf.reduce_sum(gradient[:, width - 1 :], 1, keepdims=True)
    return tf.concat([gradient[:, : width - 1], shared], 1)


# TensorFlow's own ways to write into a tensor become a loop over elements under XLA.


def _read(array: Any, at: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    from tensorflow.compiler.tf2xla.python import xla

    return xla.dynamic_slice(array, _place(at), np.array(shape, np.int32))


def _write(array: Any, value: Any, at: tuple[Any, ...]) -> Any:
    from tensorflow.compiler.tf2xla.python import xla

    return xla.dynamic_update_slice(array, value, _place(at))


def _place(at: tuple[Any, ...]) -> Any:
    import tensorflow as tf

    return tf.stack([tf.cast(index, tf.int32) for index in at])

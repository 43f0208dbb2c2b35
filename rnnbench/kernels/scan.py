"""A layer over all time steps and its gradient, in loops that XLA compiles.

XLA turns what a loop's body computes into few passes over memory. Three habits below keep those
passes vectorised, as its output showed: an array read from another at a changing place is
only copied, pieces are written into place and not concatenated, and nothing is differentiated for
us.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnbench.kernels.places import narrow, read, widen, write
from rnnbench.kernels.sources import Source
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
        import tensorflow as tf

        self._step = step
        self._matrix = step.matrix(*weights)
        self._inputs = int(weights[0].shape[0])
        self._units = int(weights[1].shape[0])
        scale = np.where(step.halved, np.float32(0.5), np.float32(1.0))
        self._product = tf.transpose(self._matrix) * np.repeat(scale, self._units)[:, None]
        self._starts = starts
        self._ladder = ladder
        self._alive = alive

    def forward(self, source: Source, *, keep: bool) -> tuple[Any, Any]:
        """Return the last h ``(units, batch)`` and the states before and after every step.

        Args:
            source: the inputs, samples sorted as the ladder wants them.
            keep: whether the states of every step are wanted: ``(time + 1, states · units, batch)``
                with h first. Without it ``None`` stands in their place.
        """
        import tensorflow as tf

        step, units, inputs = self._step, self._units, self._inputs
        batch = self._ladder[-1]
        kept: tuple[Any, ...] = ()
        if keep:
            kept = (tf.zeros((source.times + 1, step.states * units, batch)),)
        states: tuple[Any, ...] = (tf.zeros((units, self._ladder[0])),) * step.states

        for number, width in enumerate(self._ladder):
            start, end = self._starts[number], self._starts[number + 1]
            if number:
                states = tuple(widen(state, width) for state in states)
                for place, state in enumerate(states if keep else ()):
                    kept = (write(kept[0], state[None], (start, place * units, 0)),)

            def body(t: Any, column: Any, *carried: Any, width: int = width) -> tuple[Any, ...]:
                states, kept = carried[: step.states], carried[step.states :]
                column = write(column, source.at(t, width), (0, 0))
                states = step.forward(tf.matmul(self._product, column), states)
                if self._alive is not None:
                    alive = read(self._alive, (t, 0, 0), (1, 1, width))[0]
                    states = tuple(state * alive for state in states)
                for place, state in enumerate(states if kept else ()):
                    kept = (write(kept[0], state[None], (t + 1, place * units, 0)),)
                return t + 1, write(column, states[0], (inputs, 0)), *states, *kept

            _, _, *rest = tf.while_loop(
                lambda t, *_, end=end: t < end,
                body,
                (start, self._column(states[0], width), *states, *kept),
            )
            states, kept = tuple(rest[: step.states]), tuple(rest[step.states :])
        return states[0], kept[0] if keep else None

    def backward(
        self, source: Source, kept: Any, d_last: Any, d_every: Any
    ) -> tuple[Any, tuple[Any, Any, Any]]:
        """Return the gradient of the source and those of the three weights.

        Of every step only the states are kept; its product is computed again.

        Args:
            source, kept: inputs and states of :meth:`forward`.
            d_last: dL/d(last state), or ``None``.
            d_every: dL/d(all states) ``(time, units, batch)``, or ``None``. Columns that were not
                computed must be zero, or belong to the one that stood for them.
        """
        import tensorflow as tf

        step, units, inputs = self._step, self._units, self._inputs
        times, batch = source.times, self._ladder[-1]
        down = self._matrix[: inputs + units] if source.wanted else self._matrix[inputs:-1]
        d_source = source.zeros() if source.wanted else ()
        d_matrix = tf.zeros_like(self._matrix)
        d_states: tuple[Any, ...] = (tf.zeros((units, batch)),) * step.states
        if d_last is not None:
            d_states = (d_last, *d_states[1:])
        if d_every is not None:
            d_states = (d_states[0] + d_every[times - 1], *d_states[1:])

        # States that a step needs, by time and place, but h before it, which is in the column.
        pieces = [(0, place) for place in range(1, step.states)]
        pieces += [(1, place) for place in range(step.states)]

        def state_of(t: Any, place: int, width: int) -> Any:
            return read(kept, (t, place * units, 0), (1, units, width))[0]

        for number in reversed(range(len(self._ladder))):
            width = self._ladder[number]
            start, end = self._starts[number], self._starts[number + 1]
            if width < batch:
                d_states = tuple(narrow(state, width) for state in d_states)

            def body(t: Any, *carried: Any, width: int = width) -> tuple[Any, ...]:
                (column, dz, d_matrix), rest = carried[:3], carried[3:]
                d_states, rest = rest[: step.states], rest[step.states :]
                held, d_source = rest[: len(pieces)], rest[len(pieces) :]
                if self._alive is not None:
                    alive = read(self._alive, (t, 0, 0), (1, 1, width))[0]
                    d_states = tuple(state * alive for state in d_states)
                column = write(column, source.at(t, width), (0, 0))
                column = write(column, state_of(t, 0, width), (inputs, 0))
                held = tuple(
                    write(array, state_of(t + later, place, width), (0, 0))
                    for array, (later, place) in zip(held, pieces, strict=True)
                )
                before = (column[inputs:-1], *held[: step.states - 1])
                after = held[step.states - 1 :]
                z = tf.matmul(self._product, column)
                blocks, d_states = step.backward(z, before, after, d_states)
                for place, block in enumerate(blocks):
                    dz = write(dz, block, (place * units, 0))
                d_matrix = d_matrix + tf.matmul(column, dz, transpose_b=True)
                below = tf.matmul(down, dz)
                if d_source:
                    d_source = source.add(d_source, below[:inputs], t)
                dh = below[-units:]
                if d_every is not None:
                    dh = dh + read(d_every, (t - 1, 0, 0), (1, units, width))[0]
                d_states = (dh + d_states[0], *d_states[1:]) if step.direct else (dh, *d_states)
                return t - 1, column, dz, d_matrix, *d_states, *held, *d_source

            column = self._column(tf.zeros((units, width)), width)
            dz = tf.zeros((step.blocks * units, width))
            held = (tf.zeros((units, width)),) * len(pieces)
            _, _, _, d_matrix, *rest = tf.while_loop(
                lambda t, *_, start=start: t >= start,
                body,
                (end - 1, column, dz, d_matrix, *d_states, *held, *d_source),
            )
            d_states = tuple(rest[: step.states])
            d_source = tuple(rest[step.states + len(pieces) :])
        return source.gradient(d_source), step.weights(d_matrix, inputs)

    def _column(self, h: Any, width: int) -> Any:
        """Return what a step's product is of: an input to be written, h, and a one for the bias."""
        import tensorflow as tf

        return tf.concat([tf.zeros((self._inputs, width)), h, tf.ones((1, width))], 0)

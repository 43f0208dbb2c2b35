"""A layer over all time steps and its gradient, in loops that XLA compiles.

XLA turns what a loop's body computes into few passes over memory. Three habits below keep those
passes vectorised, as its output showed: what is read of an array at a changing index and met by
several operations is copied first, pieces are written into place and not concatenated, and nothing
is differentiated for us.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import add
from typing import Any

from rnnbench.models.kernels.products import Product
from rnnbench.models.kernels.slices import narrow, read, widen, write
from rnnbench.models.kernels.sources import StepInputs
from rnnbench.models.kernels.steps import State, Step
from rnnbench.models.tensors import CellWeights, Columns, Steps, Tensor, Time


@dataclass(frozen=True)
class Mask:
    """Which time steps of a sample change its states.

    Attributes:
        alive: 0 in padding, else 1: ``(time, 1, batch)`` float32.
        leading: whether it is 0 at the first steps of a sample only, and states start from zero:
            they are zero as long as it is.
    """

    alive: Steps
    leading: bool


@dataclass(frozen=True)
class Recurrence:
    """One layer, sample by column.

    It must be traced in a function that XLA compiles, and :meth:`backward` in the same one as
    :meth:`forward`.

    Attributes:
        step: the cell.
        product: of the cell with its weights.
        starts: first time step of each loop and the end, ``(len(widths) + 1,)`` int32.
        widths: columns that each loop computes. States of other columns are not defined.
        mask: as Keras's: states stay as they are in padding. ``None`` for no mask.
        first: the states before the first step, where they are not zero; with one width only.
    """

    step: Step
    product: Product
    starts: Tensor
    widths: tuple[int, ...]
    mask: Mask | None = None
    first: State | None = None

    def forward(self, source: StepInputs, *, keep: int) -> tuple[State, Steps]:
        """Return the last states ``(units, batch)``, and those before and after every step.

        Args:
            source: the inputs, samples sorted as the widths want them.
            keep: how many of the cell's states are wanted of every step, h first:
                ``(time + 1, keep · units, batch)``. For 0 nothing stands in their place.
        """
        import tensorflow as tf

        step, units, inputs = self.step, self.product.units, self.product.inputs
        every: Any = ()  # nothing, or Steps
        if keep:
            every = tf.zeros((source.times + 1, keep * units, self.widths[-1]))
        states: State = self.first or (tf.zeros((units, self.widths[0])),) * step.states

        def stored(every: Steps, states: State, t: Time) -> Steps:
            for place, state in enumerate(states[:keep]):
                every = write(every, state[None], (t, place * units, 0))
            return every

        if self.first:
            every = stored(every, states, self.starts[0])
        for number, width in enumerate(self.widths):
            start, end = self.starts[number], self.starts[number + 1]
            if number:
                states = tuple(widen(state, width) for state in states)
                every = stored(every, states, start)

            def body(
                t: Time, column: Columns, states: State, every: Steps, width: int = width
            ) -> tuple[Time, Columns, State, Steps]:
                column = write(column, source.at(t, width), (0, 0))
                states = self._kept(step.forward(self.product.of(column), states), states, t)
                column = write(column, states[0], (inputs, 0))
                return t + 1, column, states, stored(every, states, t + 1)

            _, _, states, every = tf.while_loop(
                lambda t, *_, end=end: t < end,
                body,
                (start, self._column(states[0], width), states, every),
            )
        return states, every

    def backward(
        self,
        source: StepInputs,
        every: Steps,
        d_last: Columns | None,
        d_every: Steps | None,
    ) -> tuple[Tensor, CellWeights]:
        """Return the gradient of the source, if it wants one, and those of the three weights.

        Args:
            source: the inputs of :meth:`forward`.
            every: all states of every step, of :meth:`forward`.
            d_last: dL/d(last h), or ``None``.
            d_every: dL/d(every h) ``(time, units, batch)``, or ``None``. Columns that were not
                computed must be zero.
        """
        import tensorflow as tf

        step, units, inputs = self.step, self.product.units, self.product.inputs
        batch = self.widths[-1]
        d_source: Any = source.zeros() if source.wanted else ()
        d_matrix = tf.zeros_like(self.product.matrix)
        d_states: State = (tf.zeros((units, batch)),) * step.states
        if d_last is not None:
            d_states = (d_last, *d_states[1:])
        if d_every is not None:
            d_states = (d_states[0] + d_every[source.times - 1], *d_states[1:])

        def state_of(t: Time, place: int, width: int) -> Columns:
            return read(every, (t, place * units, 0), (1, units, width))[0]

        for number in reversed(range(len(self.widths))):
            width = self.widths[number]
            start, end = self.starts[number], self.starts[number + 1]
            if width < batch:
                d_states = tuple(narrow(state, width) for state in d_states)

            def body(
                t: Time,
                column: Columns,
                held: State,
                dz: Columns,
                d_matrix: Tensor,
                d_states: State,
                d_source: Tensor,
                width: int = width,
            ) -> tuple[Time, Columns, State, Columns, Tensor, State, Tensor]:
                d_states, passing = self._split(d_states, t)
                column = write(column, source.at(t, width), (0, 0))
                column = write(column, state_of(t, 0, width), (inputs, 0))
                held = tuple(
                    write(array, state_of(t + later, place, width), (0, 0))
                    for array, (later, place) in zip(held, step.reads, strict=True)
                )
                z = self.product.of(column)
                blocks, d_states = step.backward(z, column[inputs:-1], held, d_states)
                for place, block in enumerate(blocks):
                    dz = write(dz, block, (place * units, 0))
                of_matrix, below = self.product.gradients(column, dz, wanted=source.wanted)
                d_matrix = d_matrix + of_matrix
                if source.wanted:
                    d_source = source.add(d_source, below[:inputs], t)
                dh = below[-units:]
                if d_every is not None:
                    # Of the step before; there is none before step 0, and this is not used then.
                    dh = dh + read(d_every, (t - 1, 0, 0), (1, units, width))[0]
                d_states = (dh + d_states[0], *d_states[1:]) if step.direct else (dh, *d_states)
                d_states = tuple(map(add, d_states, passing)) if passing else d_states
                return t - 1, column, held, dz, d_matrix, d_states, d_source

            zeros = tf.zeros((units, width))
            dz = tf.zeros((step.blocks * units, width))
            held = (zeros,) * len(step.reads)
            _, _, _, _, d_matrix, d_states, d_source = tf.while_loop(
                lambda t, *_, start=start: t >= start,
                body,
                (end - 1, self._column(zeros, width), held, dz, d_matrix, d_states, d_source),
            )
        return d_source, step.weights(d_matrix, inputs)

    def _kept(self, new: State, old: State, t: Time) -> State:
        """Return the states after a step: those before it where a sample is masked."""
        import tensorflow as tf

        if self.mask is None:
            return new
        alive = self._alive(self.mask, new, t)
        if self.mask.leading:
            return tuple(state * alive for state in new)
        return tuple(tf.where(alive > 0, *both) for both in zip(new, old, strict=True))

    def _split(self, d_states: State, t: Time) -> tuple[State, State]:
        """Return what of the gradients goes through a step, and what passes it by, if any does."""
        if self.mask is None:
            return d_states, ()
        alive = self._alive(self.mask, d_states, t)
        through = tuple(d * alive for d in d_states)
        if self.mask.leading:
            return through, ()
        return through, tuple(d * (1.0 - alive) for d in d_states)

    def _alive(self, mask: Mask, states: State, t: Time) -> Columns:
        return read(mask.alive, (t, 0, 0), (1, 1, int(states[0].shape[1])))[0]

    def _column(self, h: Columns, width: int) -> Columns:
        """Return what a step's product is of: an input to be written, h, and a one for the bias."""
        import tensorflow as tf

        return tf.concat([tf.zeros((self.product.inputs, width)), h, tf.ones((1, width))], 0)

"""The recurrent layers of a Keras model: in one direction or both, with dropout, carried states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rnnbench.models.kernels.products import Product
from rnnbench.models.kernels.scan import Mask, Recurrence
from rnnbench.models.kernels.sources import Array, Reversed, StepInputs
from rnnbench.models.kernels.steps import Step
from rnnbench.models.tensors import Columns, Layer, Steps, Tensor, Variable

Gradients = list[tuple[Variable, Tensor]]


@dataclass(frozen=True)
class Batch:
    """What of a batch is computed, and how.

    Attributes:
        starts, widths: of :mod:`rnnbench.models.kernels.width_schedule`.
        mask: Keras's mask, or ``None``.
        training: whether there are gradients to come, and dropout.
    """

    starts: Tensor
    widths: tuple[int, ...]
    mask: Mask | None
    training: bool

    def reversed(self, times: int) -> Batch:
        """Return the batch for a layer that runs against time: what padding leads to differs."""
        import tensorflow as tf

        mask = self.mask and Mask(tf.reverse(self.mask.alive, [0]), leading=False)
        starts = tf.constant([0, times])
        return replace(self, starts=starts, widths=self.widths[-1:], mask=mask)


@dataclass(frozen=True)
class Trace:
    """What the way back needs of a direction's way forth, and what the next layer does.

    Attributes:
        last: h after the last step ``(units, batch)``.
        every: the states before and after every step.
    """

    recurrence: Recurrence
    source: StepInputs
    last: Columns
    every: Steps


class Direction:
    """A layer of Keras along time, or against it."""

    def __init__(self, layer: Any, step: Step) -> None:
        self._layer = layer
        self._step = step
        self.units = int(layer.units)

    def forward(self, source: StepInputs, batch: Batch) -> Trace:
        """Compute the layer; states that it carries over are updated, and masks drawn as Keras's.

        Args:
            source: the inputs.
            batch: what is computed.
        """
        import tensorflow as tf

        layer = self._layer
        if layer.go_backwards:
            source, batch = Reversed(source), batch.reversed(source.times)
        weights = tuple(map(tf.convert_to_tensor, self._variables()))
        masks = self._masks(int(weights[0].shape[0]), batch)
        product = Product(self._step, weights, masks)
        first = tuple(map(tf.transpose, layer.states)) if layer.stateful else None
        recurrence = Recurrence(self._step, product, batch.starts, batch.widths, batch.mask, first)
        keep = self._step.states if batch.training else int(layer.return_sequences)
        states, every = recurrence.forward(source, keep=keep)
        if layer.stateful:
            for variable, state in zip(layer.states, states, strict=True):
                variable.assign(tf.transpose(state))
        return Trace(recurrence, source, states[0], every)

    def sequence(self, trace: Trace) -> Steps:
        """Return h of every step, in the order of time, ``(time, units, batch)``."""
        import tensorflow as tf

        h = trace.every[1:, : self.units]
        return tf.reverse(h, [0]) if self._layer.go_backwards else h

    def backward(
        self, trace: Trace, d_last: Columns | None, d_every: Steps | None
    ) -> tuple[Tensor, Gradients]:
        """Return the gradient of the source, and those of the weights.

        Args:
            trace: of :meth:`forward`.
            d_last: dL/d(last h), or ``None``.
            d_every: dL/d(every h) in the order of time, or ``None``.
        """
        import tensorflow as tf

        if d_every is not None and self._layer.go_backwards:
            d_every = tf.reverse(d_every, [0])
        d_source, found = trace.recurrence.backward(trace.source, trace.every, d_last, d_every)
        return d_source, list(zip(self._variables(), found, strict=True))

    def _variables(self) -> tuple[Variable, Variable, Variable]:
        cell = self._layer.cell
        return cell.kernel, cell.recurrent_kernel, cell.bias

    def _masks(self, inputs: int, batch: Batch) -> tuple[Columns, ...]:
        """Return what :class:`Product` multiplies columns with."""
        import tensorflow as tf

        cell, size = self._layer.cell, batch.widths[-1]
        # Keras draws them in training and out of it, and the streams move on.
        of_inputs = cell.get_dropout_mask(tf.ones((size, inputs)))
        of_h = cell.get_recurrent_dropout_mask(tf.ones((size, self.units)))
        cell.reset_dropout_mask()
        cell.reset_recurrent_dropout_mask()
        if not batch.training or (of_inputs is None and of_h is None):
            return ()

        def rows(mask: Any, count: int, gate: int) -> Columns:
            if mask is None:
                return tf.ones((count, size))
            return tf.transpose(mask[gate] if isinstance(mask, list) else mask)

        # With a recurrent dropout Keras draws one for every gate.
        gates = self._step.gates if isinstance(of_h, list) else (0,)
        one = tf.ones((1, size))
        return tuple(
            tf.concat([rows(of_inputs, inputs, gate), rows(of_h, self.units, gate), one], 0)
            for gate in gates
        )


@dataclass(frozen=True)
class Passed:
    """A layer's way forth.

    Attributes:
        traces: of each direction.
        source: what the layer above reads, or ``None`` where only the last h is wanted.
        tape: what has seen the normalisation of ``below``, which gave ``above``, if there is one.
    """

    traces: tuple[Trace, ...]
    source: Array | None
    tape: Any = None
    below: Any = None
    above: Any = None


class RecurrentLayer:
    """A recurrent layer of a Keras model, and the normalisation of its outputs.

    Args:
        layer: Keras's recurrent layer, or two in a ``Bidirectional``.
        step: the cell's.
    """

    def __init__(self, layer: Any, step: Step) -> None:
        import keras

        both = isinstance(layer, keras.layers.Bidirectional)
        parts = [layer.forward_layer, layer.backward_layer] if both else [layer]
        self._directions = [Direction(part, step) for part in parts]
        self._every = bool(parts[0].return_sequences)
        self.norms: list[Layer] = []

    def forward(self, source: StepInputs, batch: Batch) -> Passed:
        """Compute the layer."""
        import tensorflow as tf

        traces = tuple(direction.forward(source, batch) for direction in self._directions)
        if not self._every:
            return Passed(traces, None)
        if len(traces) == 1 and not self.norms:
            # Read where it stands.
            units = self._directions[0].units
            return Passed(traces, Array(traces[0].every, units, first=1, wanted=True))
        below = self.sequence(Passed(traces, None))
        width = int(below.shape[1])
        if not self.norms:
            return Passed(traces, Array(below, width, wanted=True))
        with tf.GradientTape() as tape:
            tape.watch(below)
            value = tf.transpose(below, (2, 0, 1))
            for norm in self.norms:
                value = norm(value)
            above = tf.transpose(value, (1, 2, 0))
        return Passed(traces, Array(above, width, wanted=True), tape, below, above)

    def last(self, passed: Passed) -> Columns:
        """Return the last h of every direction."""
        import tensorflow as tf

        found = [trace.last for trace in passed.traces]
        return found[0] if len(found) == 1 else tf.concat(found, 0)

    def sequence(self, passed: Passed) -> Steps:
        """Return h of every step and direction."""
        import tensorflow as tf

        pairs = zip(self._directions, passed.traces, strict=True)
        found = [direction.sequence(trace) for direction, trace in pairs]
        return found[0] if len(found) == 1 else tf.concat(found, 1)

    def backward(
        self, passed: Passed, d_last: Columns | None, d_every: Steps | None
    ) -> tuple[Tensor, Gradients]:
        """Return the gradient of the source, and those of all weights.

        Args:
            passed: of :meth:`forward`.
            d_last: dL/d(last h), or ``None``.
            d_every: dL/d(what the layer above reads), or ``None``.
        """
        import tensorflow as tf

        gradients: Gradients = []
        if passed.tape is not None:
            own = [variable for norm in self.norms for variable in norm.trainable_variables]
            d_every, *found = passed.tape.gradient(
                passed.above, [passed.below, *(variable.value for variable in own)], d_every
            )
            gradients += zip(own, found, strict=True)
        d_sources = []
        first = 0
        for direction, trace in zip(self._directions, passed.traces, strict=True):
            rows = slice(first, first + direction.units)
            first += direction.units
            d_source, found = direction.backward(
                trace,
                None if d_last is None else d_last[rows],
                None if d_every is None else d_every[:, rows],
            )
            d_sources.append(d_source)
            gradients += found
        is_sum = len(d_sources) > 1 and passed.traces[0].source.wanted
        return (tf.add_n(d_sources) if is_sum else d_sources[0]), gradients

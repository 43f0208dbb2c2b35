"""A model run step by step, and the error of its output followed back to the state of every step.

Keras's layers hand out their states, but not the gradient for each: so every step is a function of
its own here, compiled once, that is run forwards and then, last step first, backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnbench.errors import ConfigError
from rnnbench.models.tensors import Layer, Model, Tensor, Variable
from rnnbench.training.losses import SampleLosses

HIDDEN, CELL = "h", "c"
FORWARD, BACKWARD = " forward", " backward"

# By layer and state, in the order of the model: gradients (batch, time, units).
Gradients = list[tuple[str, str, np.ndarray]]


class ThroughTime:
    """A model of :func:`rnnbench.models.build.build` with a head; nothing in it is ever changed.

    Args:
        model: Keras's model; its weights may change between measurements.
        losses: the loss of each sample (:func:`rnnbench.training.losses.sample_losses`).
    """

    def __init__(self, model: Model, losses: SampleLosses) -> None:
        import keras

        self._model = model
        self._losses = losses
        layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
        kinds = (keras.layers.RNN, keras.layers.Bidirectional)
        places = [place for place, layer in enumerate(layers) if isinstance(layer, kinds)]
        if not places:
            raise _not_followed("whose layer is a keras.layers.RNN", "another layer")
        self._below = layers[: places[0]]
        self._stack = [_Layer(layers[place]) for place in places]
        # By recurrent layer, what stands between it and the next one: a normalisation, or nothing.
        ends = [*places[1:], places[-1] + 1]
        self._above = [layers[place + 1 : end] for place, end in zip(places, ends, strict=True)]
        self._head = layers[places[-1] + 1 :]

    def state_gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, Gradients]:
        """Return the losses ``(batch,)``, dropout off, and their gradients for all states.

        Args:
            x: inputs ``(batch, time)`` or ``(batch, time, features)``.
            y: labels ``(batch,)``, or targets ``(batch, targets)``.
        """
        import tensorflow as tf

        kept = _streams(self._model)
        value, mask = tf.convert_to_tensor(x), None
        for layer in self._below:
            mask = layer.compute_mask(value)
            value = layer(value)
        steps = tf.unstack(value, axis=1)
        real = [tf.fill((len(y), 1), True)] * len(steps)
        if mask is not None:
            real = [step[:, None] for step in tf.unstack(mask, axis=1)]
        tapes = []
        for layer, above in zip(self._stack, self._above, strict=True):
            outputs = layer.forwards(steps, real)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(outputs)
                steps = _each(above, outputs)
            tapes.append((tape, outputs, steps))
        losses, errors = self._top(self._stack[-1], steps, y, mask)
        found: Gradients = []
        for layer, (tape, outputs, steps) in zip(
            reversed(self._stack), reversed(tapes), strict=True
        ):
            errors = tape.gradient(steps, outputs, errors)
            gradients, errors = layer.backwards(errors, real)
            found = gradients + found
        for variable, before in kept:
            variable.assign(before)
        return losses, found

    def _top(
        self, layer: _Layer, steps: list[Tensor], y: np.ndarray, mask: Tensor | None
    ) -> tuple[np.ndarray, list[Tensor]]:
        """Return the losses, and how they see the output of each step by itself."""
        import keras
        import tensorflow as tf

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            outputs = tf.stack(steps, axis=1)
            tape.watch(outputs)
            value = outputs if layer.returns_all else layer.last(outputs)
            for one in self._head:
                if isinstance(one, keras.layers.Dropout):
                    continue
                pools = isinstance(one, keras.layers.GlobalAveragePooling1D)
                value = one(value, mask=mask) if pools else one(value)
            losses = self._losses(tf.cast(y, value.dtype), value)
            # A loss depends on its own sample alone: the sum gives each sample its gradient.
            total = tf.reduce_sum(losses)
        return losses.numpy(), tf.unstack(tape.gradient(total, outputs), axis=1)


class _Layer:
    """A recurrent layer: one recurrence, or two in opposite directions side by side."""

    def __init__(self, layer: Any) -> None:
        import keras

        if isinstance(layer, keras.layers.Bidirectional):
            forward, backward = layer.forward_layer, layer.backward_layer
            self._parts = [
                _Recurrence(forward, layer.name + FORWARD),
                _Recurrence(backward, layer.name + BACKWARD),
            ]
            self.returns_all = bool(forward.return_sequences)
        else:
            self._parts = [_Recurrence(layer, layer.name)]
            self.returns_all = bool(layer.return_sequences)

    def forwards(self, inputs: list[Tensor], real: list[Tensor]) -> list[Tensor]:
        """Return the output of every step, ``(batch, units)`` or twice as wide."""
        import tensorflow as tf

        outputs = [part.forwards(inputs, real) for part in self._parts]
        return [tf.concat(several, axis=-1) for several in zip(*outputs, strict=True)]

    def backwards(self, errors: list[Tensor], real: list[Tensor]) -> tuple[Gradients, list[Tensor]]:
        """Return the gradients for the states, and for the input of every step."""
        import tensorflow as tf

        count = len(self._parts)
        halves = list(zip(*(tf.split(error, count, axis=-1) for error in errors), strict=True))
        gradients: Gradients = []
        inputs: list[list[Tensor]] = []
        for part, own in zip(self._parts, halves, strict=True):
            found, into = part.backwards(list(own), real)
            gradients += found
            inputs.append(into)
        return gradients, [tf.add_n(several) for several in zip(*inputs, strict=True)]

    def last(self, outputs: Tensor) -> Tensor:
        """Return the last output: where it runs backwards, that at the first token."""
        import tensorflow as tf

        parts = tf.split(outputs, len(self._parts), axis=-1)
        ends = [
            part[:, 0] if recurrence.is_backward else part[:, -1]
            for recurrence, part in zip(self._parts, parts, strict=True)
        ]
        return tf.concat(ends, axis=-1)


class _Recurrence:
    """One cell along the steps."""

    def __init__(self, layer: Any, name: str) -> None:
        import tensorflow as tf

        self._layer = layer
        self._name = name
        self.is_backward = bool(layer.go_backwards)
        self._inputs: list[Tensor] = []
        self._before: list[list[Tensor]] = []  # of every step, the states that came into it

        # As Keras's layer calls it: not every cell behaves in another way in training.
        mode = {"training": False} if layer.cell._call_has_training_arg else {}

        def step(x: Tensor, states: list[Tensor], real: Tensor) -> list[Tensor]:
            output, new = layer.cell.call(x, states, **mode)
            new = list(new) if isinstance(new, (list, tuple)) else [new]
            if output is not new[0]:
                raise _not_followed("whose output is its first state", "another output")
            # A masked step hands on what it was given.
            return [tf.where(real, n, old) for n, old in zip(new, states, strict=True)]

        def back(
            x: Tensor, states: list[Tensor], real: Tensor, errors: list[Tensor]
        ) -> list[Tensor]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch([x, *states])
                new = step(x, states, real)
            zero = tf.UnconnectedGradients.ZERO
            return list(tape.gradient(new, [x, *states], errors, unconnected_gradients=zero))

        self._step = tf.function(step, autograph=False)
        self._back = tf.function(back, autograph=False)

    def forwards(self, inputs: list[Tensor], real: list[Tensor]) -> list[Tensor]:
        """Return the state h of every step, ``(batch, units)``."""
        states = list(self._layer.get_initial_state(len(inputs[0])))
        self._inputs, self._before = inputs, [[]] * len(inputs)
        outputs: list[Any] = [None] * len(inputs)
        for t in self._order():
            self._before[t] = states
            states = self._step(inputs[t], states, real[t])
            outputs[t] = states[0]
        return outputs

    def backwards(self, errors: list[Tensor], real: list[Tensor]) -> tuple[Gradients, list[Tensor]]:
        """Return the gradients for the states, and for the input of every step.

        Args:
            errors: how the loss sees the output of each step by itself, ``(batch, units)`` each.
            real: which samples the step is no padding of, ``(batch, 1)`` each.
        """
        import tensorflow as tf

        from_next = [tf.zeros_like(state) for state in self._before[0]]
        found: list[list[Any]] = [[None] * len(errors) for _ in from_next]
        into: list[Any] = [None] * len(errors)
        for t in reversed(self._order()):
            total = [from_next[0] + errors[t], *from_next[1:]]
            for place, gradient in enumerate(total):
                found[place][t] = gradient
            into[t], *from_next = self._back(self._inputs[t], self._before[t], real[t], total)
        gradients = [
            (self._name, state, np.stack([one.numpy() for one in values], axis=1))
            for state, values in zip((HIDDEN, CELL), found, strict=False)
        ]
        return gradients, into

    def _order(self) -> Sequence[int]:
        steps = range(len(self._inputs))
        return steps[::-1] if self.is_backward else steps


def _not_followed(expected: str, received: str) -> ConfigError:
    key, action = "diagnostics.gradient_flow", "leave diagnostics.gradient_flow out"
    return ConfigError(key, f"a cell {expected}", received, action)


def _each(layers: Sequence[Layer], steps: list[Tensor]) -> list[Tensor]:
    """Return the outputs of layers that treat every step by itself."""
    import tensorflow as tf

    if not layers:
        return [tf.identity(step) for step in steps]
    value = tf.stack(steps, axis=1)
    for layer in layers:
        value = layer(value)
    return list(tf.unstack(value, axis=1))


def _streams(model: Model) -> list[tuple[Variable, np.ndarray]]:
    """Return the states of the random streams: a step outside training must not move them."""
    weights = {id(variable) for variable in model.weights}
    return [(v, np.array(v)) for v in model.variables if id(v) not in weights]

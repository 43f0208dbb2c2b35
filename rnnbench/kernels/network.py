"""A Keras model whose recurrent layers are computed by the kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnnbench.kernels.scan import Recurrence
from rnnbench.kernels.steps import Step


class Network:
    """Outputs and gradients of a model of :func:`rnnbench.model.build`.

    Its methods are traced in functions that XLA compiles.

    Args:
        model: the Keras model; its variables are read, its head is called.
        step: what its recurrent layers compute.
        mask: whether leading padding is masked.
    """

    def __init__(self, model: Any, step: Step, *, mask: bool) -> None:
        import keras

        self._step = step
        self._mask = mask
        self._embedding: Any = None
        self._layers: list[Any] = []
        self._head: list[Any] = []
        for layer in model.layers:
            if isinstance(layer, keras.layers.Embedding):
                self._embedding = layer
            elif isinstance(layer, keras.layers.RNN):
                self._layers.append(layer)
            elif not isinstance(layer, keras.layers.InputLayer):
                self._head.append(layer)
        self._last_only = not self._layers[-1].return_sequences

    def outputs(self, x: Any, starts: Any, ladder: tuple[int, ...]) -> Any:
        """Return the model's outputs for a sorted batch, dropout off."""
        hidden, _ = self._body(x, starts, ladder, keep=False)
        return self._call_head(hidden, training=False)

    def gradients(
        self,
        x: Any,
        starts: Any,
        ladder: tuple[int, ...],
        loss_of: Callable[[Any], Any],
        variables: list[Any],
    ) -> list[Any]:
        """Return the gradients of a scalar loss by the variables, each dense.

        Args:
            x, starts, ladder: a sorted batch, as for :meth:`outputs`.
            loss_of: the loss, of the model's outputs.
            variables: trainable variables of the model, in any order.
        """
        import tensorflow as tf

        hidden, recurrences = self._body(x, starts, ladder, keep=True)
        ends = [variable for layer in self._head for variable in layer.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(hidden)
            loss = loss_of(self._call_head(hidden, training=True))
        d_hidden, *d_ends = tape.gradient(loss, [hidden, *(v.value for v in ends)])
        found = {id(v): tf.convert_to_tensor(d) for v, d in zip(ends, d_ends, strict=True)}

        d_last: Any = tf.transpose(d_hidden) if self._last_only else None
        d_every: Any = None if self._last_only else tf.transpose(d_hidden, (1, 2, 0))
        for layer, recurrence in zip(reversed(self._layers), reversed(recurrences), strict=True):
            d_every, d_weights = recurrence.backward(d_last, d_every)
            d_last = None
            for variable, gradient in zip(_weights(layer), d_weights, strict=True):
                found[id(variable)] = gradient
        if self._embedding is not None and self._embedding.trainable:
            table = self._embedding.embeddings
            found[id(table)] = tf.math.unsorted_segment_sum(
                tf.transpose(d_every, (0, 2, 1)), tf.transpose(x), table.shape[0]
            )
        return [found[id(variable)] for variable in variables]

    def _body(
        self, x: Any, starts: Any, ladder: tuple[int, ...], *, keep: bool
    ) -> tuple[Any, list[Recurrence]]:
        """Return what the head sees, ``(batch, units)`` or ``(batch, time, units)``."""
        import tensorflow as tf

        alive = None
        if self._embedding is None:
            states = tf.transpose(x, (1, 2, 0))
        else:
            table = tf.convert_to_tensor(self._embedding.embeddings)
            states = tf.transpose(tf.gather(table, tf.transpose(x)), (0, 2, 1))
            if self._mask:
                alive = tf.cast(tf.not_equal(tf.transpose(x), 0), tf.float32)[:, None, :]
        last: Any = None
        recurrences = []
        for layer in self._layers:
            weights = tuple(tf.convert_to_tensor(variable) for variable in _weights(layer))
            recurrence = Recurrence(self._step, weights, starts, ladder, alive)
            last, states = recurrence.forward(states, keep=keep)
            recurrences.append(recurrence)
        hidden = tf.transpose(last) if self._last_only else tf.transpose(states, (2, 0, 1))
        return hidden, recurrences

    def _call_head(self, hidden: Any, *, training: bool) -> Any:
        for layer in self._head:
            hidden = layer(hidden, training=training) if _draws(layer) else layer(hidden)
        return hidden


def _weights(layer: Any) -> tuple[Any, Any, Any]:
    cell = layer.cell
    return cell.kernel, cell.recurrent_kernel, cell.bias


def _draws(layer: Any) -> bool:
    import keras

    return isinstance(layer, keras.layers.Dropout)

"""A Keras model whose recurrent layers are computed by the kernels."""

from __future__ import annotations

from typing import Any

from rnnbench.models.kernels.scan import Recurrence
from rnnbench.models.kernels.sources import Array, StepInputs, Tokens
from rnnbench.models.kernels.steps import Step
from rnnbench.models.tensors import (
    CellWeights,
    Columns,
    Layer,
    Loss,
    Model,
    Steps,
    Tensor,
    Variable,
)


class Network:
    """Outputs and gradients of a model of :func:`rnnbench.models.build.build`.

    Its methods are traced in functions that XLA compiles.

    Args:
        model: the Keras model; its variables are read, its head is called.
        step: what its recurrent layers compute.
        mask: whether leading padding is masked.
    """

    def __init__(self, model: Model, step: Step, *, mask: bool) -> None:
        import keras

        self._step = step
        self._mask = mask
        self._embedding: Any = None
        self._layers: list[Any] = []
        self._head: list[Layer] = []
        for layer in model.layers:
            if isinstance(layer, keras.layers.Embedding):
                self._embedding = layer
            elif isinstance(layer, keras.layers.RNN):
                self._layers.append(layer)
            elif not isinstance(layer, keras.layers.InputLayer):
                self._head.append(layer)
        self._last_only = not self._layers[-1].return_sequences

    def outputs(self, x: Tensor, starts: Tensor, widths: tuple[int, ...]) -> Tensor:
        """Return the model's outputs for a sorted batch, dropout off."""
        hidden, _ = self._body(x, starts, widths, keep=False)
        return self._call_head(hidden, training=False)

    def gradients(
        self,
        x: Tensor,
        starts: Tensor,
        widths: tuple[int, ...],
        loss_of: Loss,
        variables: list[Variable],
    ) -> list[Tensor]:
        """Return the gradients of a scalar loss by the variables, each dense.

        Args:
            x, starts, widths: a sorted batch, as for :meth:`outputs`.
            loss_of: the loss, of the model's outputs.
            variables: trainable variables of the model, in any order.
        """
        import tensorflow as tf

        hidden, trace = self._body(x, starts, widths, keep=True)
        ends = [variable for layer in self._head for variable in layer.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(hidden)
            loss = loss_of(self._call_head(hidden, training=True))
        d_hidden, *d_ends = tape.gradient(loss, [hidden, *(v.value for v in ends)])
        found = {id(v): tf.convert_to_tensor(d) for v, d in zip(ends, d_ends, strict=True)}

        d_last: Columns | None = tf.transpose(d_hidden) if self._last_only else None
        d_every: Any = None if self._last_only else tf.transpose(d_hidden, (1, 2, 0))
        for layer, (recurrence, source, every) in zip(
            reversed(self._layers), reversed(trace), strict=True
        ):
            d_every, d_weights = recurrence.backward(source, every, d_last, d_every)
            d_last = None
            for variable, gradient in zip(_weights(layer), d_weights, strict=True):
                found[id(variable)] = gradient
        if self._embedding is not None:
            # What the lowest layer's source is: rows of the embedding.
            found[id(self._embedding.embeddings)] = d_every
        return [found[id(variable)] for variable in variables]

    def _body(
        self, x: Tensor, starts: Tensor, widths: tuple[int, ...], *, keep: bool
    ) -> tuple[Tensor, list[tuple[Recurrence, StepInputs, Steps]]]:
        """Return what the head sees, ``(batch, units)`` or ``(batch, time, units)``.

        Besides: each layer's recurrence, inputs and states.
        """
        import tensorflow as tf

        alive = None
        source: StepInputs
        if self._embedding is None:
            source = Array(tf.transpose(x, (1, 2, 0)), x.shape[2], wanted=False)
        else:
            tokens = tf.transpose(x)
            table = tf.convert_to_tensor(self._embedding.embeddings)
            source = Tokens(table, tokens, trainable=self._embedding.trainable)
            if self._mask:
                alive = tf.cast(tf.not_equal(tokens, 0), tf.float32)[:, None, :]
        if len(widths) > 1 and not self._last_only:
            raise ValueError("columns that are not computed have no states for the head")
        last: Any = None
        every: Any = None
        trace: list[tuple[Recurrence, StepInputs, Steps]] = []
        for layer in self._layers:
            weights: CellWeights = tuple(map(tf.convert_to_tensor, _weights(layer)))
            recurrence = Recurrence(self._step, weights, starts, widths, alive)
            wanted = self._step.states if keep else int(layer.return_sequences)
            last, every = recurrence.forward(source, keep=wanted)
            trace.append((recurrence, source, every))
            if layer.return_sequences:
                source = Array(every, layer.units, first=1, wanted=True)
        if self._last_only:
            return tf.transpose(last), trace
        return tf.transpose(every[1:, : self._layers[-1].units], (2, 0, 1)), trace

    def _call_head(self, hidden: Tensor, *, training: bool) -> Tensor:
        for layer in self._head:
            hidden = layer(hidden, training=training) if _draws(layer) else layer(hidden)
        return hidden


def _weights(layer: Any) -> tuple[Variable, Variable, Variable]:
    cell = layer.cell
    return cell.kernel, cell.recurrent_kernel, cell.bias


def _draws(layer: Layer) -> bool:
    import keras

    return isinstance(layer, keras.layers.Dropout)

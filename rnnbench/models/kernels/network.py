"""A Keras model whose recurrent layers are computed by the kernels."""

from __future__ import annotations

from typing import Any

from rnnbench.models.kernels.layers import Batch, Passed, RecurrentLayer
from rnnbench.models.kernels.scan import Mask
from rnnbench.models.kernels.sources import Array, StepInputs, Tokens
from rnnbench.models.kernels.steps import Step
from rnnbench.models.tensors import Columns, Layer, Loss, Model, Tensor, Variable


class Network:
    """Outputs and gradients of a model of :func:`rnnbench.models.build.build`.

    Its methods are traced in functions that XLA compiles.

    Args:
        model: the Keras model; its variables are read, its head is called.
        step: what its recurrent layers compute.
        mask: whether padding is masked.
        leading: whether padding stands before a sample only, in all batches to come.
    """

    def __init__(self, model: Model, step: Step, *, mask: bool, leading: bool) -> None:
        import keras

        self._mask = mask
        self._leading = leading
        self._embedding: Any = None
        self._layers: list[RecurrentLayer] = []
        self._head: list[Layer] = []
        self._last_only = False
        for layer in model.layers:
            if isinstance(layer, keras.layers.Embedding):
                self._embedding = layer
            elif isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional)):
                if self._layers:
                    self._layers[-1].norms, self._head = self._head, []
                self._layers.append(RecurrentLayer(layer, step))
                self._last_only = not layer.return_sequences
            elif not isinstance(layer, (keras.layers.InputLayer, keras.layers.Masking)):
                self._head.append(layer)

    def outputs(self, x: Tensor, starts: Tensor, widths: tuple[int, ...]) -> Tensor:
        """Return the model's outputs for a sorted batch, dropout off."""
        hidden, mask, _ = self._body(x, starts, widths, training=False)
        return self._call_head(hidden, mask, training=False)

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

        hidden, mask, trace = self._body(x, starts, widths, training=True)
        ends = [variable for layer in self._head for variable in layer.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(hidden)
            loss = loss_of(self._call_head(hidden, mask, training=True))
        d_hidden, *d_ends = tape.gradient(loss, [hidden, *(v.value for v in ends)])
        found = {id(v): tf.convert_to_tensor(d) for v, d in zip(ends, d_ends, strict=True)}

        d_last: Columns | None = tf.transpose(d_hidden) if self._last_only else None
        d_every: Any = None if self._last_only else tf.transpose(d_hidden, (1, 2, 0))
        for layer, passed in zip(reversed(self._layers), reversed(trace), strict=True):
            d_every, weights = layer.backward(passed, d_last, d_every)
            d_last = None
            found |= {id(variable): gradient for variable, gradient in weights}
        if self._embedding is not None:
            # What the lowest layer's source is: rows of the embedding.
            found[id(self._embedding.embeddings)] = d_every
        return [found[id(variable)] for variable in variables]

    def _body(
        self, x: Tensor, starts: Tensor, widths: tuple[int, ...], *, training: bool
    ) -> tuple[Tensor, Tensor | None, list[Passed]]:
        """Return what the head sees, ``(batch, units)`` or ``(batch, time, units)``.

        Besides: which steps are no padding ``(batch, time)``, with a mask; each layer's way forth.
        """
        import tensorflow as tf

        if len(widths) > 1 and not self._last_only:
            raise ValueError("columns that are not computed have no states for the head")
        source: StepInputs
        if self._embedding is None:
            source = Array(tf.transpose(x, (1, 2, 0)), x.shape[2], wanted=False)
            real = tf.reduce_any(tf.not_equal(x, 0), -1) if self._mask else None
        else:
            tokens = tf.transpose(x)
            table = tf.convert_to_tensor(self._embedding.embeddings)
            source = Tokens(table, tokens, trainable=self._embedding.trainable)
            real = tf.not_equal(x, 0) if self._mask else None
        mask = None
        if real is not None:
            mask = Mask(tf.cast(tf.transpose(real), tf.float32)[:, None, :], self._leading)
        batch = Batch(starts, widths, mask, training)
        trace: list[Passed] = []
        for layer in self._layers:
            trace.append(layer.forward(source, batch))
            source = trace[-1].source or source
        if self._last_only:
            return tf.transpose(self._layers[-1].last(trace[-1])), real, trace
        return tf.transpose(self._layers[-1].sequence(trace[-1]), (2, 0, 1)), real, trace

    def _call_head(self, hidden: Tensor, mask: Tensor | None, *, training: bool) -> Tensor:
        import keras

        for layer in self._head:
            if isinstance(layer, keras.layers.Dropout):
                hidden = layer(hidden, training=training)
            elif isinstance(layer, keras.layers.GlobalAveragePooling1D):
                hidden = layer(hidden, mask=mask)
            else:
                hidden = layer(hidden)
        return hidden

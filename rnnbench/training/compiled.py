"""The compiled steps of a model: one for training, one for evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rnnbench.models.kernels.network import Network
from rnnbench.models.kernels.steps import Step
from rnnbench.models.tensors import KerasOptimizer, Loss, Model, Tensor, Variable
from rnnbench.training.losses import sample_losses

Inputs: TypeAlias = NDArray[np.int32] | NDArray[np.float32]
CompiledStep = Callable[
    [Inputs, NDArray[np.float32], NDArray[np.float32], NDArray[np.int32], tuple[int, ...]],
    tuple[Tensor, ...],
]


class KerasBody:
    """The model as Keras computes it, in place of :class:`rnnbench.models.kernels.network.Network`.

    Which columns of a sorted batch are to be computed when, it has no use for.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def outputs(self, x: Tensor, _starts: Tensor, _widths: tuple[int, ...]) -> Tensor:
        """Return the outputs for a batch, dropout off."""
        return self._model(x, training=False)

    def gradients(
        self,
        x: Tensor,
        _starts: Tensor,
        _widths: tuple[int, ...],
        loss_of: Loss,
        variables: list[Variable],
    ) -> list[Tensor]:
        """Return the dense gradients of a scalar loss of the outputs, dropout on."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = loss_of(self._model(x, training=True))
        # The embedding's sparse gradient becomes dense: XLA cannot merge repeated indices.
        return [tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)]


def compile_steps(
    model: Model,
    optimizer: KerasOptimizer,
    classes: int,
    loss: str | None = None,
    *,
    class_weights: Variable | None = None,
    penalties: Sequence[float],
    step: Step | None,
    mask: bool,
    leading: bool,
    jit: bool,
) -> tuple[CompiledStep, CompiledStep]:
    """Return the two steps; each takes inputs, labels, weights, starts and widths.

    Both return summed loss, correct answers and samples, and then the outputs. The training step
    updates the model, and returns the outputs for regression only.

    Args:
        model: of :func:`rnnbench.models.build.build`.
        optimizer: built for its trainable variables.
        classes: of the labels; 2 for one sigmoid output, 0 for targets that are numbers.
        loss: of such targets, ``training.loss``.
        class_weights: what a sample counts for in the loss that is minimised, by its class,
            ``(classes,)``; ``None`` where all count alike.
        penalties: what the squares of each trainable variable weigh in the loss
            (:mod:`rnnbench.training.penalty`); 0 for nothing.
        step: what the recurrent layers compute, for :mod:`rnnbench.models.kernels`, or ``None`` to
            leave them to Keras.
        mask: whether padding is masked.
        leading: whether all padding precedes samples.
        jit: whether XLA compiles the steps.
    """
    import tensorflow as tf

    body: KerasBody | Network = KerasBody(model)
    if step is not None:
        body = Network(model, step, mask=mask, leading=leading)
    variables = model.trainable_variables
    measure = _measure_of(classes, loss)

    @tf.function(jit_compile=jit, autograph=False)  # type: ignore[untyped-decorator,unused-ignore]
    def train_step(
        x: Tensor, y: Tensor, weights: Tensor, starts: Tensor, widths: tuple[int, ...]
    ) -> tuple[Tensor, ...]:
        count = tf.reduce_sum(weights)
        sums: list[Tensor] = []
        kept: list[Tensor] = []

        def loss_of(output: Tensor) -> Tensor:
            losses, correct = measure(y, output)
            total = tf.reduce_sum(losses * weights)
            sums[:] = [total, tf.reduce_sum(correct * weights), count]
            kept[:] = [output]
            if class_weights is not None:
                total = tf.reduce_sum(
                    losses * weights * tf.gather(class_weights, tf.cast(y, tf.int32))
                )
            return total / count

        gradients = [
            gradient + tf.convert_to_tensor(variable) * (2 * weight) if weight else gradient
            for gradient, variable, weight in zip(
                body.gradients(x, starts, widths, loss_of, variables),
                variables,
                penalties,
                strict=True,
            )
        ]
        optimizer.apply(gradients, variables)
        return (tf.stack(sums), *(() if classes else kept))

    @tf.function(jit_compile=jit, autograph=False)  # type: ignore[untyped-decorator,unused-ignore]
    def evaluation_step(
        x: Tensor, y: Tensor, weights: Tensor, starts: Tensor, widths: tuple[int, ...]
    ) -> tuple[Tensor, ...]:
        output = body.outputs(x, starts, widths)
        losses, correct = measure(y, output)
        sums = [
            tf.reduce_sum(losses * weights),
            tf.reduce_sum(correct * weights),
            tf.reduce_sum(weights),
        ]
        return tf.stack(sums), output

    return train_step, evaluation_step


def _measure_of(
    classes: int, loss: str | None
) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return a function of labels and outputs: loss and correctness of each sample."""
    import tensorflow as tf

    losses = sample_losses(classes, loss)

    def named(output: Tensor, kind: object) -> Tensor:
        found = output[:, 0] > 0.5 if classes == 2 else tf.argmax(output, axis=-1)
        return tf.cast(found, kind)

    def measure(y: Tensor, output: Tensor) -> tuple[Tensor, Tensor]:
        found = losses(y, output)
        if not classes:  # no answer is right or wrong
            return found, tf.zeros_like(found)
        return found, tf.cast(tf.equal(named(output, y.dtype), y), tf.float32)

    return measure

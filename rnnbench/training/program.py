"""The compiled training and evaluation steps of one model, shared by the seeds of an arm."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnbench.config.schema import Config, OptimizerConfig
from rnnbench.data import InputSpec
from rnnbench.model import build
from rnnbench.training.batches import Samples, batches, even_size
from rnnbench.training.runtime import uses_xla

EVALUATION_BATCH = 250
Batch = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Sums:
    """Summed loss, correct answers and samples."""

    loss: float
    correct: float
    samples: float

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.loss + other.loss, self.correct + other.correct, self.samples + other.samples
        )

    @property
    def mean_loss(self) -> float:
        """Mean loss a sample, in nats."""
        return self.loss / self.samples

    @property
    def accuracy(self) -> float:
        """Fraction of correct answers."""
        return self.correct / self.samples


NO_SUMS = Sums(0.0, 0.0, 0.0)


class Program:
    """A model with its optimizer and compiled steps.

    The first batch compiles; :meth:`reset` then gives fresh weights and a fresh optimizer, so
    that the next seed or learning rate trains on the same compiled program and gets the numbers
    that it would have got alone.
    """

    def __init__(self, config: Config, spec: InputSpec, vectors: np.ndarray | None = None) -> None:
        self.config = config
        self.spec = spec
        self._vectors = vectors
        self.model = build(config, spec, 0, vectors)
        self.optimizer = make_optimizer(config.optimizer)
        self.optimizer.build(self.model.trainable_variables)
        self._fresh_optimizer = [v.numpy() for v in self.optimizer.variables]
        self._train_step, self._evaluation_step = _compile(
            self.model, self.optimizer, spec.classes, jit=uses_xla(config)
        )
        self._evaluation_batch = 0

    def reset(self, seed: int, learning_rate: float) -> None:
        """Give the model the weights, dropout streams and optimizer state of a fresh start."""
        fresh = build(self.config, self.spec, seed, self._vectors)
        for variable, value in zip(self.model.variables, fresh.variables, strict=True):
            variable.assign(value)
        for variable, start in zip(self.optimizer.variables, self._fresh_optimizer, strict=True):
            variable.assign(start)
        self.optimizer.learning_rate = learning_rate

    def warm_up(self, batch: Batch, evaluated: Samples | None) -> float:
        """Compile by running each step once and return the seconds; call :meth:`reset` after it."""
        start = time.perf_counter()
        self.train_batch(batch)
        self._evaluation_batch = 0
        if evaluated is not None:
            self._evaluation_batch = even_size(len(evaluated), EVALUATION_BATCH)
            self._evaluate_batch(next(iter(batches(evaluated, self._evaluation_batch))))
        return time.perf_counter() - start

    def train_batch(self, batch: Batch) -> Sums:
        """Take one optimizer step on the weighted mean loss of a batch."""
        return Sums(*self._train_step(*batch).numpy().tolist())

    def evaluate(self, samples: Samples, outputs: list[np.ndarray] | None = None) -> Sums:
        """Return loss and accuracy over samples, dropout off.

        Args:
            samples: ``n`` of them.
            outputs: where given, gets the outputs in batches of ``(.., 1)`` or ``(.., classes)``.
        """
        if not self._evaluation_batch:
            self._evaluation_batch = even_size(len(samples), EVALUATION_BATCH)
        total = NO_SUMS
        for batch in batches(samples, self._evaluation_batch):
            sums, output = self._evaluate_batch(batch)
            total += sums
            if outputs is not None:
                outputs.append(output[: int(sums.samples)])
        return total

    def weights(self) -> list[np.ndarray]:
        """Return a copy of the weights."""
        return list(self.model.get_weights())

    def set_weights(self, weights: Iterable[np.ndarray]) -> None:
        """Set weights returned by :meth:`weights`."""
        self.model.set_weights(list(weights))

    def _evaluate_batch(self, batch: Batch) -> tuple[Sums, np.ndarray]:
        sums, output = self._evaluation_step(*batch)
        return Sums(*sums.numpy().tolist()), output.numpy()


def make_optimizer(config: OptimizerConfig) -> Any:
    """Return Keras's optimizer."""
    import keras

    kinds = {
        "adam": keras.optimizers.Adam,
        "rmsprop": keras.optimizers.RMSprop,
        "sgd": keras.optimizers.SGD,
    }
    return kinds[config.name](learning_rate=config.learning_rate, clipnorm=config.clipnorm)


def _compile(model: Any, optimizer: Any, classes: int, *, jit: bool) -> tuple[Any, Any]:
    """Return the two steps; each takes inputs, labels and weights and returns three sums.

    The second also returns the model's outputs.
    """
    import keras
    import tensorflow as tf

    binary = classes == 2
    loss_of = (
        keras.losses.binary_crossentropy if binary else keras.losses.sparse_categorical_crossentropy
    )
    variables = model.trainable_variables

    def measure(y: Any, output: Any) -> tuple[Any, Any]:
        if binary:
            correct = tf.equal(tf.cast(output[:, 0] > 0.5, y.dtype), y)
            return loss_of(y[:, None], output), tf.cast(correct, tf.float32)
        answer = tf.cast(tf.argmax(output, axis=-1), y.dtype)
        return loss_of(y, output), tf.cast(tf.equal(answer, y), tf.float32)

    @tf.function(jit_compile=jit, autograph=False)  # type: ignore[untyped-decorator,unused-ignore]
    def train_step(x: Any, y: Any, weights: Any) -> Any:
        count = tf.reduce_sum(weights)
        with tf.GradientTape() as tape:
            losses, correct = measure(y, model(x, training=True))
            loss = tf.reduce_sum(losses * weights) / count
        gradients = tape.gradient(loss, variables)
        # The embedding's sparse gradient becomes dense: XLA cannot merge repeated indices.
        optimizer.apply([tf.convert_to_tensor(g) for g in gradients], variables)
        return tf.stack([loss * count, tf.reduce_sum(correct * weights), count])

    @tf.function(jit_compile=jit, autograph=False)  # type: ignore[untyped-decorator,unused-ignore]
    def evaluation_step(x: Any, y: Any, weights: Any) -> Any:
        output = model(x, training=False)
        losses, correct = measure(y, output)
        sums = [
            tf.reduce_sum(losses * weights),
            tf.reduce_sum(correct * weights),
            tf.reduce_sum(weights),
        ]
        return tf.stack(sums), output

    return train_step, evaluation_step

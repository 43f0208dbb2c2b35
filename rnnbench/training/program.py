"""The compiled training and evaluation steps of one model, shared by the seeds of an arm."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnnbench.config.optimizer_options import check_optimizer
from rnnbench.config.schema import Config, OptimizerConfig
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError
from rnnbench.models.build import build
from rnnbench.models.kernels.support import shares_padding, step_of
from rnnbench.models.kernels.width_schedule import choose, padding, sort
from rnnbench.models.tensors import KerasOptimizer, Model, Tensor, Variable
from rnnbench.training.batches import Samples, batches, even_size
from rnnbench.training.compiled import compile_steps
from rnnbench.training.penalty import penalties
from rnnbench.training.runtime import execution_path, uses_xla

EVALUATION_BATCH = 250
# Samples are evaluated in the order of their padding: few columns stand for a batch until its end.
_EVALUATION_WIDTH = 16
Batch = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Sums:
    """Summed loss, correct answers and samples.

    Of targets that are numbers, ``errors`` are the sums of squared and of absolute errors, each the
    mean over the targets of a sample and in the target's own unit.
    """

    loss: float
    correct: float
    samples: float
    errors: tuple[float, float] | None = None

    def __add__(self, other: Sums) -> Sums:
        errors = other.errors
        if self.errors is not None and errors is not None:
            errors = (self.errors[0] + errors[0], self.errors[1] + errors[1])
        return Sums(
            self.loss + other.loss,
            self.correct + other.correct,
            self.samples + other.samples,
            errors,
        )

    @property
    def mean_loss(self) -> float:
        """Mean loss a sample."""
        return self.loss / self.samples

    @property
    def accuracy(self) -> float:
        """Fraction of correct answers."""
        return self.correct / self.samples

    @property
    def scores(self) -> dict[str, float]:
        """How good the answers are, by Keras's names: accuracy, or rmse and mae."""
        if self.errors is None:
            return {"accuracy": self.accuracy}
        squared, absolute = self.errors
        return {"rmse": math.sqrt(squared / self.samples), "mae": absolute / self.samples}


NO_SUMS = Sums(0.0, 0.0, 0.0)


class Program:
    """A model with its optimizer and compiled steps.

    The first batch compiles; :meth:`reset` then gives fresh weights and a fresh optimizer, so
    that the next seed or learning rate trains on the same compiled program and gets the numbers
    that it would have got alone.
    """

    def __init__(
        self,
        config: Config,
        spec: InputSpec,
        vectors: np.ndarray | None = None,
        paddings: np.ndarray | None = None,
    ) -> None:
        """Build the model.

        Args:
            config: of any run of the arm.
            spec: shape of the inputs.
            vectors: word vectors ``(vocabulary, dim)``, where the embedding starts from some.
            paddings: leading padding ``(n,)`` of the training samples, where zeros stand nowhere
                else (:func:`rnnbench.models.kernels.width_schedule.leading`). Without it padding is
                not shared.
        """
        import tensorflow as tf

        self.config = config
        self.spec = spec
        self._vectors = vectors
        size = config.training.batch_size
        self.model = build(config, spec, 0, vectors, size if config.model.stateful else None)
        # Layers that carry their state over; a batch of another size would not fit them.
        self._carrying = [layer for layer in self.model.layers if getattr(layer, "stateful", False)]
        self.optimizer = make_optimizer(config.optimizer)
        self.optimizer.build(self.model.trainable_variables)
        self._fresh_optimizer = [v.numpy() for v in self.optimizer.variables]
        self.path = execution_path(config)
        fused = self.path == "xla fused"
        # Widths of rnnbench.models.kernels.width_schedule for a training batch.
        self.widths: tuple[int, ...] = (size,)
        if fused and paddings is not None and shares_padding(config, spec):
            self.widths = choose(paddings, size, spec.timesteps, config.training.buckets)
        self._shares = len(self.widths) > 1
        # Steps that are padding in all samples of a batch are left out where they do nothing.
        leading = paddings is not None
        self._skips = fused and config.data.mask and leading
        self._class_weights: Variable | None = None
        if config.training.class_weight != "none":
            self._class_weights = tf.Variable(tf.ones(spec.classes), trainable=False)
        self._train_step, self._evaluation_step = compile_steps(
            self.model,
            self.optimizer,
            spec.classes,
            config.training.loss,
            class_weights=self._class_weights,
            penalties=penalties(self.model, config.model),
            step=step_of(config) if fused else None,
            mask=config.data.mask,
            leading=leading,
            jit=uses_xla(config),
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
        self.forget()

    def weigh(self, classes: np.ndarray) -> None:
        """Set what a sample counts for in the loss that is minimised, by class ``(classes,)``."""
        if self._class_weights is not None:
            self._class_weights.assign(classes)

    def warm_up(self, batch: Batch, evaluated: Samples | None) -> float:
        """Compile by running each step once and return the seconds; call :meth:`reset` after it."""
        start = time.perf_counter()
        self.train_batch(batch)
        self._evaluation_batch = 0
        if evaluated is not None:
            self._evaluation_batch = self._evaluation_size(len(evaluated))
            self._evaluate_batch(next(iter(batches(evaluated, self._evaluation_batch))))
        return time.perf_counter() - start

    def forget(self) -> None:
        """Let the next batch start from zero states, as all do unless ``model.stateful``."""
        for layer in self._carrying:
            layer.reset_state()

    def train_batch(self, batch: Batch) -> Sums:
        """Take one optimizer step on the weighted mean loss of a batch."""
        x, y, weights = batch
        order, starts = sort(x, self.widths, mask=self._skips)
        y, weights = y[order], weights[order]
        found = self._train_step(x[order], self._targets(y), weights, starts, self.widths)
        return self._sums(*found, y=y, weights=weights)

    def evaluate(self, samples: Samples, outputs: list[np.ndarray] | None = None) -> Sums:
        """Return loss and accuracy over samples, dropout off.

        Args:
            samples: ``n`` of them.
            outputs: where given, gets the outputs, ``(n, 1)``, ``(n, classes)`` or
                ``(n, targets)``, scaled as the targets are.
        """
        if not self._evaluation_batch:
            self._evaluation_batch = self._evaluation_size(len(samples))
        self.forget()
        total = NO_SUMS
        order = np.arange(len(samples))
        if self._shares:
            order = np.argsort(padding(samples.x), kind="stable")
        found: list[np.ndarray] = []
        for batch in batches(samples, self._evaluation_batch, order):
            sums, output = self._evaluate_batch(batch)
            total += sums
            found.append(output[: int(sums.samples)])
        if outputs is not None:
            sorted_outputs = np.concatenate(found)
            restored = np.empty_like(sorted_outputs)
            restored[order] = sorted_outputs
            outputs.append(restored)
        return total

    def storable(self) -> Model:
        """Return the model with its weights, each of its samples starting from a zero state."""
        if not self._carrying:
            return self.model
        model = build(self.config, self.spec, 0, self._vectors)
        model.set_weights(self.weights())
        return model

    def weights(self) -> list[np.ndarray]:
        """Return a copy of the weights."""
        return list(self.model.get_weights())

    def set_weights(self, weights: Iterable[np.ndarray]) -> None:
        """Set weights returned by :meth:`weights`."""
        self.model.set_weights(list(weights))

    def _evaluation_size(self, count: int) -> int:
        if self._carrying:
            return self.config.training.batch_size
        return even_size(count, EVALUATION_BATCH)

    def _evaluate_batch(self, batch: Batch) -> tuple[Sums, np.ndarray]:
        x, y, weights = batch
        widths: tuple[int, ...] = (len(x),)
        if self._shares and len(x) > _EVALUATION_WIDTH:
            widths = (_EVALUATION_WIDTH, len(x))
        order, starts = sort(x, widths, mask=self._skips)
        y, weights = y[order], weights[order]
        told, output = self._evaluation_step(x[order], self._targets(y), weights, starts, widths)
        restored = np.empty_like(output)
        restored[order] = output
        return self._sums(told, output, y=y, weights=weights), restored

    def _targets(self, y: np.ndarray) -> np.ndarray:
        """Return what a compiled step is given of the labels of a batch."""
        return y[:, 0] if self.spec.targets else y

    def _sums(
        self, told: Tensor, output: Tensor | None = None, *, y: np.ndarray, weights: np.ndarray
    ) -> Sums:
        loss, correct, samples = told.numpy().tolist()
        if not self.spec.targets:
            return Sums(loss, correct, samples)
        error = (np.asarray(output) - y[:, 0]).astype(np.float64) * y[:, 1]
        each = (np.square(error).mean(axis=1), np.abs(error).mean(axis=1))
        squared, absolute = (float(values @ weights) for values in each)
        return Sums(loss, correct, samples, (squared, absolute))


def make_optimizer(config: OptimizerConfig) -> KerasOptimizer:
    """Return Keras's optimizer.

    Raises:
        ConfigError: where the installed Keras has none of the name.
    """
    import keras

    optimizer = check_optimizer(config)
    build = optimizer.build
    if isinstance(build, str):
        found = getattr(keras.optimizers, build, None)
        if found is None:
            raise ConfigError(
                "optimizer",
                f"a Keras with {build}",
                f"Keras {keras.__version__}",
                "pip install --upgrade keras, or choose another optimizer",
            )
        build = found
    return build(
        learning_rate=config.learning_rate,
        clipnorm=config.clipnorm,
        **optimizer.given(config.options),
    )

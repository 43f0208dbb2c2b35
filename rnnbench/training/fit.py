"""The training loop: epochs, early stopping, divergence, best and last weights."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnnbench.config.schema import Config, EarlyStoppingConfig
from rnnbench.data import Arrays
from rnnbench.errors import Divergence
from rnnbench.training.batches import batches
from rnnbench.training.epoch_order import epoch_orders
from rnnbench.training.gradient_flow import Flow, GradientMeter
from rnnbench.training.history import Epoch, better, summarise
from rnnbench.training.order import order_metrics
from rnnbench.training.parts import Parts, parts
from rnnbench.training.program import NO_SUMS, Program, Sums

# A mean training loss this many times that of guessing, over this many steps, is divergence.
DIVERGENCE_FACTOR = 5.0
DIVERGENCE_WINDOW = 50
# Keras clips probabilities at 1e-7, so no loss exceeds 16.1: with many classes, five times that of
# guessing is out of reach, and a head that is surely wrong shows at this loss.
SATURATED_LOSS = 12.0


@dataclass(frozen=True)
class Fitted:
    """A finished training: its epochs, summary metrics, and the weights that were asked for.

    ``predictions`` are the outputs on the test set, ``(n, 1)`` or ``(n, classes)`` float32, or
    ``None`` where it was not used; ``flows`` are gradients through time where they were asked for.
    """

    epochs: tuple[Epoch, ...]
    metrics: dict[str, float]
    weights: list[np.ndarray] | None
    predictions: np.ndarray | None = None
    flows: tuple[Flow, ...] = ()


def fit(
    program: Program,
    arrays: Arrays,
    config: Config,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> Fitted:
    """Train a fresh start of the program for one seed.

    Args:
        program: the compiled model; its weights are replaced.
        arrays: the data set.
        config: the run; ``config.seed`` decides weights, order and dropout.
        on_epoch: called after each epoch.

    Raises:
        Divergence: within the epoch in which the loss stops being a number or explodes.
    """
    data = parts(arrays, config)
    size = config.training.batch_size
    warm = next(batches(data.training, size))
    evaluated = data.validation or (data.test if config.training.test != "none" else None)
    compile_seconds = program.warm_up(warm, evaluated)
    program.reset(config.seed, config.optimizer.learning_rate)

    epochs: list[Epoch] = []
    validation_seconds = 0.0
    best: Epoch | None = None
    best_weights: list[np.ndarray] | None = None
    outputs: list[np.ndarray] = []
    best_outputs: list[np.ndarray] = []
    keep_best = "best" in (config.tracking.save_model, config.training.test)
    stop = Patience(config.training.early_stopping)
    guard = _Guard(program.spec.classes)
    watched = data.validation or data.training
    asked = config.diagnostics.gradient_flow
    meter = GradientMeter(program.model, watched, program.spec.classes, asked)
    meter.measure(0)
    orders = epoch_orders(data.training, config)
    for number in range(1, config.training.epochs + 1):
        start = time.perf_counter()
        program.forget()
        trained = NO_SUMS
        for step, batch in enumerate(batches(data.training, size, orders(number)), 1):
            sums = program.train_batch(batch)
            guard.check(sums, number, step)
            trained += sums
        outputs = []
        validation_start = time.perf_counter()
        validated = program.evaluate(data.validation, outputs) if data.validation else None
        validation_seconds += time.perf_counter() - validation_start
        epoch = _epoch(number, trained, validated, time.perf_counter() - start)
        epochs.append(epoch)
        if better(epoch, best):
            best, best_outputs = epoch, outputs
            best_weights = program.weights() if keep_best else None
        on_epoch(epoch)
        meter.measure(number)
        if stop.exhausted(epoch):
            break

    metrics = summarise(epochs) | {"compile_seconds": compile_seconds} | meter.metrics()
    if data.validation:
        metrics["validation_seconds"] = validation_seconds
    last_weights = program.weights()
    start = time.perf_counter()
    if data.validation is data.test and config.training.test != "none":
        # Nothing is evaluated twice.
        at_best = config.training.test == "best" and best is not None
        tested = _as_test(best if at_best and best else epochs[-1])
        outputs = best_outputs if at_best else outputs
    else:
        outputs = []
        tested = _test(program, data, config, best_weights, outputs)
    metrics |= tested | {"test_seconds": time.perf_counter() - start}
    predictions = np.concatenate(outputs) if tested and outputs else None
    if predictions is not None and config.diagnostics.order:
        if config.training.test == "best" and best_weights is not None:
            program.set_weights(best_weights)
        accuracy = tested["test_accuracy"]
        metrics |= order_metrics(program, data.test, config.seed, accuracy, predictions)
    chosen = {"none": None, "last": last_weights, "best": best_weights}[config.tracking.save_model]
    return Fitted(tuple(epochs), metrics, chosen, predictions, tuple(meter.flows))


def _epoch(number: int, trained: Sums, validated: Sums | None, seconds: float) -> Epoch:
    if validated is not None and not math.isfinite(validated.loss):
        raise Divergence(f"validation loss is {validated.mean_loss} after epoch {number}")
    return Epoch(
        number,
        trained.mean_loss,
        trained.accuracy,
        None if validated is None else validated.mean_loss,
        None if validated is None else validated.accuracy,
        seconds,
    )


def _as_test(epoch: Epoch) -> dict[str, float]:
    """Return what was measured on the test set where that served for validation."""
    assert epoch.val_accuracy is not None
    assert epoch.val_loss is not None
    return {"test_accuracy": epoch.val_accuracy, "test_loss": epoch.val_loss}


def _test(
    program: Program,
    data: Parts,
    config: Config,
    best_weights: list[np.ndarray] | None,
    outputs: list[np.ndarray],
) -> dict[str, float]:
    """Measure the chosen weights on the test set, and collect the outputs."""
    which = config.training.test
    if which == "none":
        return {}
    if which == "best" and best_weights is not None:
        program.set_weights(best_weights)
    tested = program.evaluate(data.test, outputs)
    if not math.isfinite(tested.loss):
        raise Divergence(f"test loss is {tested.mean_loss} after the last epoch")
    return {"test_accuracy": tested.accuracy, "test_loss": tested.mean_loss}


class Patience:
    """Counts the epochs since the monitored value last improved."""

    def __init__(self, config: EarlyStoppingConfig) -> None:
        self._config = config
        self._best = -math.inf
        self._waited = 0

    def exhausted(self, epoch: Epoch) -> bool:
        """Return whether the value has not improved for ``patience`` epochs."""
        if self._config.patience is None:
            return False
        value = epoch.metrics()[self._config.monitor]
        score = -value if self._config.monitor == "val_loss" else value
        if score > self._best + self._config.min_delta:
            self._best, self._waited = score, 0
        else:
            self._waited += 1
        return self._waited >= self._config.patience


class _Guard:
    """Ends a run whose loss is no number, or stays far above that of guessing."""

    def __init__(self, classes: int) -> None:
        self._guessing = math.log(classes)
        self._limit = min(DIVERGENCE_FACTOR * self._guessing, SATURATED_LOSS)
        self._recent: deque[float] = deque(maxlen=DIVERGENCE_WINDOW)

    def check(self, sums: Sums, epoch: int, step: int) -> None:
        if not math.isfinite(sums.loss):
            raise Divergence(
                f"training loss is {sums.mean_loss} at step {step} of epoch {epoch}; "
                "lower optimizer.learning_rate or set optimizer.clipnorm"
            )
        self._recent.append(sums.mean_loss)
        if len(self._recent) == DIVERGENCE_WINDOW:
            mean = math.fsum(self._recent) / DIVERGENCE_WINDOW
            if mean > self._limit:
                raise Divergence(
                    f"training loss is {mean:.3g} over the last {DIVERGENCE_WINDOW} steps at step "
                    f"{step} of epoch {epoch}, {mean / self._guessing:.1f} times "
                    "that of guessing; lower optimizer.learning_rate"
                )

"""The training loop: epochs, early stopping, divergence, best and last weights."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rnnbench.config.metrics import METRICS
from rnnbench.config.schema import Config, EarlyStoppingConfig
from rnnbench.data import Arrays
from rnnbench.errors import Divergence
from rnnbench.training.batches import batches
from rnnbench.training.class_weights import class_weights
from rnnbench.training.epoch_order import epoch_orders
from rnnbench.training.gradient_flow import Flow, GradientMeter
from rnnbench.training.history import Epoch, better, summarise
from rnnbench.training.losses import guessing_loss, sample_losses
from rnnbench.training.parts import parts
from rnnbench.training.program import NO_SUMS, Program, Sums
from rnnbench.training.schedule import Schedule
from rnnbench.training.shuffle_test import shuffle_test
from rnnbench.training.tested import Tested, measure, test_metrics, validated
from rnnbench.training.tested_weights import Weights, asked_for

# A mean training loss this many times that of guessing, over this many steps, is divergence.
DIVERGENCE_FACTOR = 5.0
DIVERGENCE_WINDOW = 50
# Keras clips probabilities at 1e-7, so no loss exceeds 16.1: with many classes, five times that of
# guessing is out of reach, and a head that is surely wrong shows at this loss.
SATURATED_LOSS = 12.0


@dataclass(frozen=True)
class Fitted:
    """A finished training: its epochs, summary metrics, and the weights that were asked for.

    ``tested`` holds what the last and the best weights reach on the test set, nothing where it was
    not used; ``asked`` names those of ``training.test``. ``flows`` are gradients through time where
    they were asked for.
    """

    epochs: tuple[Epoch, ...]
    metrics: dict[str, float]
    weights: list[np.ndarray] | None
    tested: Mapping[Weights, Tested] = field(default_factory=dict)
    asked: Weights = "last"
    flows: tuple[Flow, ...] = ()

    @property
    def predictions(self) -> np.ndarray | None:
        """The outputs on the test set as asked for, ``(n, 1)`` or ``(n, classes)`` float32.

        For regression ``(n, targets)``, scaled as the targets are.
        """
        return self.tested[self.asked].outputs if self.tested else None


def fit(
    program: Program,
    arrays: Arrays,
    config: Config,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
    class_names: Sequence[str] = (),
) -> Fitted:
    """Train a fresh start of the program for one seed.

    Args:
        program: the compiled model; its weights are replaced.
        arrays: the data set.
        config: the run; ``config.seed`` decides weights, order and dropout.
        on_epoch: called after each epoch.
        class_names: in the order of the labels, where ``training.class_weight`` is by name.

    Raises:
        Divergence: within the epoch in which the loss stops being a number or explodes.
    """
    data = parts(arrays, config)
    tests, on_test = config.training.test != "none", data.validation is data.test
    size = config.training.batch_size
    warm = next(batches(data.training, size))
    evaluated = data.validation or (data.test if tests else None)
    compile_seconds = program.warm_up(warm, evaluated)
    program.reset(config.seed, config.optimizer.learning_rate)
    if config.training.class_weight != "none":
        names = class_names or [str(label) for label in range(program.spec.classes)]
        program.weigh(class_weights(config, data.training.y, names))

    epochs: list[Epoch] = []
    validation_seconds = 0.0
    best: Epoch | None = None
    best_weights: list[np.ndarray] | None = None
    outputs: list[np.ndarray] = []
    best_outputs: list[np.ndarray] = []
    keep_best = config.tracking.save_model == "best" or (tests and data.validation is not None)
    stop = Patience(config.training.early_stopping)
    spec, loss = program.spec, config.training.loss
    guard = _Guard(guessing_loss(spec, data.training.y, loss), saturates=bool(spec.classes))
    watched = data.validation or data.training
    followed = config.diagnostics.gradient_flow
    meter = GradientMeter(program.model, watched, sample_losses(spec.classes, loss), followed)
    meter.measure(0)
    orders = epoch_orders(data.training, config)
    schedule = Schedule(config)
    for number in range(1, config.training.epochs + 1):
        start = time.perf_counter()
        program.optimizer.learning_rate = rate = schedule.rate(number)
        program.forget()
        trained = NO_SUMS
        for step, batch in enumerate(batches(data.training, size, orders(number)), 1):
            sums = program.train_batch(batch)
            guard.check(sums, number, step)
            trained += sums
        outputs = []
        validation_start = time.perf_counter()
        held_out = program.evaluate(data.validation, outputs) if data.validation else None
        validation_seconds += time.perf_counter() - validation_start
        epoch = _epoch(number, trained, held_out, time.perf_counter() - start)
        if schedule.changes:
            epoch = replace(epoch, learning_rate=rate)
        epochs.append(epoch)
        schedule.heard(epoch)
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
    tested: dict[Weights, Tested] = {}
    asked = asked_for(config.training.test)
    if tests and on_test:
        # Nothing is evaluated twice.
        tested["last"] = validated(epochs[-1], outputs)
        if best is not None:
            tested["best"] = validated(best, best_outputs)
    elif tests:
        chosen = None if best is None or best_weights is None else (best, best_weights)
        tested = measure(program, data.test, epochs[-1], chosen)
    if tested:
        metrics |= test_metrics(tested, asked)
    kept = {"none": None, "last": last_weights, "best": best_weights}
    if tested and config.diagnostics.order:
        program.set_weights(kept[asked] or last_weights)
        metrics |= shuffle_test(program, data.test, config.seed, tested[asked])
    metrics["test_seconds"] = time.perf_counter() - start
    program.set_weights(last_weights)
    weights = kept[config.tracking.save_model]
    return Fitted(tuple(epochs), metrics, weights, tested, asked, tuple(meter.flows))


def _epoch(number: int, trained: Sums, validated: Sums | None, seconds: float) -> Epoch:
    if validated is not None and not math.isfinite(validated.loss):
        raise Divergence(f"validation loss is {validated.mean_loss} after epoch {number}")
    held_out = None if validated is None else (validated.mean_loss, validated.scores)
    return Epoch.of(number, (trained.mean_loss, trained.scores), held_out, seconds)


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
        score = METRICS[self._config.monitor].sign * value
        if score > self._best + self._config.min_delta:
            self._best, self._waited = score, 0
        else:
            self._waited += 1
        return self._waited >= self._config.patience


class _Guard:
    """Ends a run whose loss is no number, or stays far above that of guessing."""

    def __init__(self, guessing: float, *, saturates: bool) -> None:
        self._guessing = guessing
        self._limit = DIVERGENCE_FACTOR * guessing
        if saturates:
            self._limit = min(self._limit, SATURATED_LOSS)
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

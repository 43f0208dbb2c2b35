"""A baseline that its own function fits: its answers are measured as those of cells are."""

from __future__ import annotations

import math
import time
from importlib import import_module

import numpy as np

from rnnbench.baselines import Baseline
from rnnbench.baselines.result import measure
from rnnbench.config.schema import Config
from rnnbench.data import Arrays, InputSpec
from rnnbench.errors import RunFailure
from rnnbench.training.batches import Samples
from rnnbench.training.fit import Fitted
from rnnbench.training.forecasts import in_unit
from rnnbench.training.history import Epoch, summarise
from rnnbench.training.losses import numbers_loss
from rnnbench.training.parts import parts
from rnnbench.training.tested import Tested, test_metrics
from rnnbench.training.tested_weights import Weights

# There are no epochs, and so nothing to tell of them.
_OF_EPOCHS = ("epochs_trained", "best_epoch", "seconds_per_epoch", "val_loss_rise")


def fit_once(baseline: Baseline, arrays: Arrays, spec: InputSpec, config: Config) -> Fitted:
    """Fit a baseline and measure it on all parts of its data.

    Args:
        baseline: one with a function that fits it.
        arrays: the data set.
        spec: shape of the inputs.
        config: the run.

    Raises:
        RunFailure: where its predictions are of another shape, or no numbers.
    """
    assert baseline.fit is not None
    for name in baseline.imports:
        import_module(name)
    divided = parts(arrays, config)

    def measured(samples: Samples) -> Tested:
        return _tested(baseline, np.asarray(fitted.predict(samples.x)), samples, spec, config)

    start = time.perf_counter()
    fitted = baseline.fit(divided, spec, config)
    trained = measured(divided.training)
    held_out = None
    if divided.validation is not None:
        held_out = measured(divided.validation)
    seconds = time.perf_counter() - start
    epoch = Epoch.of(
        1,
        (trained.loss, trained.scores),
        None if held_out is None else (held_out.loss, held_out.scores),
        seconds,
    )
    told = {name: value for name, value in summarise([epoch]).items() if name not in _OF_EPOCHS}
    metrics = told | dict(fitted.metrics)
    start = time.perf_counter()
    tested: dict[Weights, Tested] = {}
    if config.training.test != "none":
        is_measured = divided.validation is divided.test and held_out is not None
        found = held_out if is_measured else measured(divided.test)
        assert found is not None
        tested["last"] = found
        metrics |= test_metrics(tested, "last")
    metrics["test_seconds"] = time.perf_counter() - start
    return Fitted((), metrics, None, tested)


def _tested(
    baseline: Baseline, predicted: np.ndarray, samples: Samples, spec: InputSpec, config: Config
) -> Tested:
    """Return how good predictions are: probabilities ``(n, classes)``, or ``(n, targets)``."""
    expected = (len(samples), spec.targets or spec.classes)
    if predicted.shape != expected or not np.isfinite(predicted).all():
        what = "targets" if spec.targets else "probabilities"
        raise RunFailure(
            f"{baseline.name} predicts an array {predicted.shape}, expected {what} "
            f"{expected}, all of them finite"
        )
    if spec.targets:
        own, true = in_unit(predicted, samples)
        scores = {
            "rmse": math.sqrt(np.square(own - true).mean()),
            "mae": float(np.abs(own - true).mean()),
        }
        loss = numbers_loss(samples.y, predicted, config.training.loss)
        return Tested(scores, loss, predicted.astype(np.float32))
    loss, accuracy = measure(predicted, np.asarray(samples.y))
    outputs = predicted[:, 1:] if spec.classes == 2 else predicted
    return Tested({"accuracy": accuracy}, loss, outputs.astype(np.float32))

"""A baseline that its own function fits: its answers are measured as those of cells are."""

from __future__ import annotations

import time
from importlib import import_module

import numpy as np

from rnnbench.baselines import Baseline, FittedBaseline
from rnnbench.baselines.result import measure
from rnnbench.config.schema import Config
from rnnbench.data import Arrays, InputSpec
from rnnbench.errors import RunFailure
from rnnbench.training.batches import Samples
from rnnbench.training.fit import Fitted
from rnnbench.training.history import Epoch, summarise
from rnnbench.training.parts import parts
from rnnbench.training.tested import Tested, Weights, test_metrics

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
        RunFailure: where its probabilities are of another shape, or no numbers.
    """
    assert baseline.fit is not None
    for name in baseline.imports:
        import_module(name)
    divided, classes = parts(arrays, config), spec.classes
    start = time.perf_counter()
    fitted = baseline.fit(divided, spec, config)
    trained = _tested(baseline, fitted, divided.training, classes)
    held_out = None
    if divided.validation is not None:
        held_out = _tested(baseline, fitted, divided.validation, classes)
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
        found = held_out if is_measured else _tested(baseline, fitted, divided.test, classes)
        assert found is not None
        tested["last"] = found
        metrics |= test_metrics(tested, "last")
    metrics["test_seconds"] = time.perf_counter() - start
    return Fitted((), metrics, None, tested)


def _tested(baseline: Baseline, fitted: FittedBaseline, samples: Samples, classes: int) -> Tested:
    probabilities = np.asarray(fitted.predict(samples.x))
    expected = (len(samples), classes)
    if probabilities.shape != expected or not np.isfinite(probabilities).all():
        raise RunFailure(
            f"{baseline.name} predicts an array {probabilities.shape}, expected probabilities "
            f"{expected}, all of them finite"
        )
    loss, accuracy = measure(probabilities, np.asarray(samples.y))
    outputs = probabilities[:, 1:] if classes == 2 else probabilities
    return Tested({"accuracy": accuracy}, loss, outputs.astype(np.float32))

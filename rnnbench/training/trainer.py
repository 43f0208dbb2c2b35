"""One training run in this process: data, model, training, result."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rnnbench.baselines import get_baseline
from rnnbench.data.contract import TARGET_SD
from rnnbench.extensions.registry import load
from rnnbench.models.build import recurrent_layers
from rnnbench.models.kernels.width_schedule import leading, padding
from rnnbench.models.tensors import Model
from rnnbench.training.batches import release
from rnnbench.training.class_scores import class_scores
from rnnbench.training.fit import Fitted, fit
from rnnbench.training.fit_once import fit_once
from rnnbench.training.forecasts import forecast_scores, mean_error, save_forecasts
from rnnbench.training.gradient_flow import save as save_flows
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.parts import test_samples, training_samples
from rnnbench.training.predictions import calibration
from rnnbench.training.predictions import save as save_predictions
from rnnbench.training.program import Program
from rnnbench.training.runtime import is_fused, prepare_process
from rnnbench.training.spec import Task
from rnnbench.training.tested import named_scores

_SUMMARY_WIDTH = 80  # columns


class Trainer:
    """Executes tasks in turn and keeps the last compiled model for the next of its group."""

    def __init__(self) -> None:
        self._group: str | None = None
        self._program: Program | None = None
        self._free_since = time.perf_counter()

    def execute(self, task: Task, on_epoch: Callable[[Epoch], None]) -> Outcome:
        """Train one run and leave the model files that it asks for in its folder.

        Raises:
            RunFailure: where training diverges.
        """
        start = time.perf_counter()
        for origin in task.extensions:
            load(origin)
        try:
            return self._execute(task, on_epoch, start)
        finally:
            self._free_since = time.perf_counter()

    def _execute(self, task: Task, on_epoch: Callable[[Epoch], None], start: float) -> Outcome:
        baseline = None if task.baseline is None else get_baseline(task.baseline)
        told: dict[str, float] = {}
        path = summary = ""
        if baseline is not None and baseline.fit is not None:
            fitted = fit_once(baseline, task.data.arrays(), task.data.spec, task.config)
        else:
            program = self._program_of(task)
            names = [str(name) for name in task.data.facts.get("class_names", ())]
            fitted = fit(program, task.data.arrays(), task.config, on_epoch, names)
            if fitted.weights is not None:
                program.set_weights(fitted.weights)
                save_model(program.storable(), task.folder)
            told, path, summary = _told(program.model), program.path, layer_table(program.model)
        fitted.metrics.update(_measured(task, fitted))
        if fitted.flows:
            save_flows(fitted.flows, task.folder)
        now = time.perf_counter()
        trained = fitted.metrics["fit_seconds"] + fitted.metrics["test_seconds"]
        metrics = fitted.metrics | {
            **told,
            "peak_rss_mb": peak_rss_mb(),
            "run_seconds": now - start,
            # Of this process's time, from the end of its last run: start, compilation, waiting.
            "overhead_seconds": now - self._free_since - trained,
        }
        return Outcome(fitted.epochs, metrics, path, summary)

    def _program_of(self, task: Task) -> Program:
        if self._program is None:
            prepare_process(task.config)
        if self._program is None or self._group != task.group:
            vectors = None if task.data.vectors is None else task.data.vectors.matrix()
            self._program = Program(task.config, task.data.spec, vectors, _paddings(task))
            self._group = task.group
        return self._program


def _measured(task: Task, fitted: Fitted) -> dict[str, float]:
    """Return what the outputs on the test set come to, and keep them where that is asked for."""
    arrays, outputs = task.data.arrays(), fitted.predictions
    keeps = task.config.tracking.save_predictions
    every = {which: one.outputs for which, one in fitted.tested.items()}
    if task.data.spec.targets:
        test = test_samples(arrays)
        known = task.data.facts.get(TARGET_SD)
        found = {} if known is None else {TARGET_SD: float(known)}
        if outputs is None:
            return found
        if keeps:
            save_forecasts(outputs, test, task.folder)
        found["test_rmse_mean"] = mean_error(training_samples(arrays), test)
        numbers = {k: forecast_scores(one, test, arrays.naive) for k, one in every.items()}
        return found | named_scores(numbers, fitted.asked)
    if outputs is None:
        return {}
    labels = np.asarray(arrays.y_test)
    if keeps:
        names = [str(name) for name in task.data.facts.get("class_names", ())]
        save_predictions(every, fitted.asked, labels, task.folder, names)
    scores = {which: class_scores(one, labels) for which, one in every.items()}
    calibrated = {"test_calibration_error": calibration(outputs, labels)}
    return calibrated | named_scores(scores, fitted.asked)


def _paddings(task: Task) -> np.ndarray | None:
    """Return the leading padding of the training samples, where that may be made use of."""
    if task.data.spec.features is not None or not is_fused(task.config):
        return None
    arrays = task.data.arrays()
    paddings = None
    if leading(arrays.x_train) and leading(arrays.x_test):
        paddings = padding(arrays.x_train)
    release(arrays.x_train)
    release(arrays.x_test)
    return paddings


def save_model(model: Model, folder: Path) -> None:
    """Write architecture (JSON), weights (HDF5) and the whole model (``.keras``) to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "architecture.json").write_text(model.to_json(indent=2), encoding="utf-8")
    model.save_weights(folder / "model.weights.h5")
    model.save(folder / "model.keras")


def peak_rss_mb() -> float:
    """Return the largest resident memory that this process has had, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform != "darwin" else 1024 * 1024)


def _told(model: Model) -> dict[str, float]:
    """Return the parameters that training changes, and, where there are some, those it does not."""
    weights = model.non_trainable_weights
    frozen = float(sum(np.prod(weight.shape) for weight in weights))
    total = float(model.count_params()) - frozen
    told = {"parameters_total": total} | ({"parameters_frozen": frozen} if frozen else {})
    recurrent = sum(int(layer.count_params()) for layer in recurrent_layers(model))
    return told | {"parameters_recurrent": float(recurrent)}


def layer_table(model: Model) -> str:
    """Return Keras's table of the layers, of one width wherever a run is trained."""
    lines: list[str] = []
    given = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(_SUMMARY_WIDTH)  # Keras cuts the table to the terminal
    try:
        model.summary(print_fn=lambda text, **_: lines.append(text), line_length=_SUMMARY_WIDTH)
    finally:
        if given is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = given
    return "\n".join(lines) + "\n"

"""Ray Tune over cells and seeds, one trial a core, as its documentation shows it.

https://docs.ray.io/en/latest/tune/getting-started.html
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

import ray
from ray import tune


def _trial(config: dict[str, Any], job: dict[str, Any]) -> None:
    import keras

    from benchmarks.side_by_side.arrays import load_data
    from benchmarks.side_by_side.keras_run import Clock, build_model

    class Report(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            tune.report({"val_accuracy": logs["val_accuracy"]})

    data = load_data(job)
    model = build_model(job, config["cell"], config["seed"])
    clock = Clock(job["folder"])
    model.fit(
        data.x_train,
        data.y_train,
        batch_size=job["batch"],
        epochs=job["epochs"],
        validation_split=job["validation"],
        callbacks=[clock, Report()],
        verbose=2,
    )
    run = clock.test(data, job["batch"])
    tune.report({name: run[name] for name in ("val_accuracy", "test_accuracy")})


def main(job: dict[str, Any]) -> None:
    cores = len(os.sched_getaffinity(0))
    # The paths of its sockets must be short.
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as folder:
        ray.init(num_cpus=cores, include_dashboard=False, _temp_dir=folder)
        trainable = tune.with_parameters(_trial, job=job)
        tuner = tune.Tuner(
            tune.with_resources(trainable, {"cpu": 1}),
            param_space={
                "cell": tune.grid_search(list(job["cells"])),
                "seed": tune.grid_search(list(range(job["seeds"]))),
            },
            tune_config=tune.TuneConfig(metric="val_accuracy", mode="max"),
            run_config=tune.RunConfig(storage_path=f"{folder}/results", verbose=1),
        )
        results = tuner.fit()
        ray.shutdown()
    if results.errors:
        raise results.errors[0]

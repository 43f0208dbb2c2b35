"""Keras Tuner's GridSearch over cells and seeds, as its documentation shows it.

https://keras.io/keras_tuner/getting_started/
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras_tuner

from benchmarks.side_by_side.arrays import Data, load_data
from benchmarks.side_by_side.keras_run import Clock, build_model


class _TestedClock(Clock):
    """Meets the test set at the end of a fit: the tuner gives the model to nobody else."""

    def __init__(self, job: dict[str, Any], data: Data) -> None:
        super().__init__(job["folder"])
        self._batch = job["batch"]
        self._data = data

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002
        self.test(self._data, self._batch)

    def __deepcopy__(self, memo: Any) -> _TestedClock:
        # The tuner copies callbacks for every trial; the arrays are not to be copied with them.
        return _TestedClock({"folder": self._folder, "batch": self._batch}, self._data)


def main(job: dict[str, Any]) -> None:
    data = load_data(job)

    def build(hp: Any) -> Any:
        cell = hp.Choice("cell", list(job["cells"]))
        seed = hp.Choice("seed", list(range(job["seeds"])))
        return build_model(job, cell, seed)

    tuner = keras_tuner.GridSearch(
        build,
        objective="val_accuracy",
        executions_per_trial=1,
        directory=str(Path(job["folder"]) / "tuner"),
        project_name="grid",
    )
    tuner.search(
        data.x_train,
        data.y_train,
        batch_size=job["batch"],
        epochs=job["epochs"],
        validation_split=job["validation"],
        callbacks=[_TestedClock(job, data)],
        verbose=2,
    )

"""What the contenders that call Keras share: the model, and the clock in their fits."""

from __future__ import annotations

import time
from typing import Any

import keras

from benchmarks.side_by_side.arrays import Data
from benchmarks.side_by_side.clock import Batches, write_run


def build_model(
    job: dict[str, Any],
    cell: str,
    seed: int,
    optimizer: Any = "rmsprop",
    jit_compile: bool | str = "auto",
) -> Any:
    """Return a compiled model with Keras's defaults; its name says the cell and the seed."""
    keras.utils.set_random_seed(seed)
    layers = {
        "simple_rnn": keras.layers.SimpleRNN,
        "lstm": keras.layers.LSTM,
        "gru": keras.layers.GRU,
    }
    model = keras.Sequential(
        [
            keras.layers.Embedding(job["vocabulary"], job["dim"]),
            layers[cell](job["units"]),
            keras.layers.Dense(1, activation="sigmoid"),
        ],
        name=f"{cell}-{seed}",
    )
    model.compile(
        optimizer=optimizer,
        loss="binary_crossentropy",
        metrics=["accuracy"],
        jit_compile=jit_compile,
    )
    return model


class Clock(keras.callbacks.Callback):
    """Takes the times of a fit, and leaves them in a file when the test is done.

    Compiling is what the first batch takes longer than the others, in training and in validation.
    """

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002
        self._training, self._validation = Batches(), Batches()
        self._started = 0.0
        self._accuracy = float("nan")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._training.begin()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._training.end()
        self._accuracy = float(logs["val_accuracy"])

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        if not self._started:
            self._started = time.time()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._training.batch()

    def on_test_begin(self, logs: Any = None) -> None:  # noqa: ARG002
        self._validation.begin()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._validation.batch()

    def on_test_end(self, logs: Any = None) -> None:  # noqa: ARG002
        self._validation.end()

    def test(self, data: Data, batch: int) -> dict[str, Any]:
        """Evaluate the model on the test set and write down the run."""
        start = time.perf_counter()
        _, accuracy = self.model.evaluate(data.x_test, data.y_test, batch_size=batch, verbose=0)
        cell, seed = self.model.name.split("-")
        compiling = self._training.compiling + self._validation.compiling
        training = self._training.seconds - self._validation.seconds - self._training.compiling
        validation = self._validation.seconds - self._validation.compiling
        found = {
            "started": self._started,
            "compile": compiling,
            "training": training,
            "evaluation": validation + time.perf_counter() - start,
            "val_accuracy": self._accuracy,
            "test_accuracy": float(accuracy),
        }
        return write_run(self._folder, cell, int(seed), found)

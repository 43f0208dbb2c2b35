"""The plain loop of a notebook: one fit after another in one process, Keras's defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.side_by_side.arrays import load_data
from benchmarks.side_by_side.keras_run import Clock, build_model


def main(job: dict[str, Any]) -> None:
    train(job)


def train(
    job: dict[str, Any],
    optimizer: Callable[[], Any] = lambda: "rmsprop",
    jit_compile: bool | str = "auto",
) -> None:
    """Train every run of the grid, each with an optimizer of its own."""
    data = load_data(job)
    for cell in job["cells"]:
        for seed in range(job["seeds"]):
            model = build_model(job, cell, seed, optimizer(), jit_compile)
            clock = Clock(job["folder"])
            model.fit(
                data.x_train,
                data.y_train,
                batch_size=job["batch"],
                epochs=job["epochs"],
                validation_split=job["validation"],
                callbacks=[clock],
                verbose=2,
            )
            clock.test(data, job["batch"])

"""The grids that every contender trains, and the arrays that it trains on."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rnnbench.config.expand import load
from rnnbench.data import Prepared, prepare

# The last part of the training data validates, as Keras's validation_split takes it.
VALIDATION = 0.2
CELLS = ("simple_rnn", "lstm", "gru")


@dataclass(frozen=True)
class Workload:
    """A grid of cells and seeds.

    ``reviews`` are trained on; a quarter as many validate after each epoch, and as many are the
    test, once after the last epoch.
    """

    name: str
    reviews: int
    maxlen: int
    epochs: int
    seeds: int
    cells: tuple[str, ...] = CELLS
    units: int = 32
    dim: int = 32
    batch: int = 128

    @property
    def runs(self) -> int:
        return len(self.cells) * self.seeds

    @property
    def held_out(self) -> int:
        """Reviews that validate, and reviews of the test."""
        return self.reviews // 4

    def data_words(self) -> list[str]:
        """The data set: real IMDB where RNNBENCH_IMDB names it, else the embedded reviews."""
        name = "imdb" if os.environ.get("RNNBENCH_IMDB") else "reviews"
        return [
            f"data={name}",
            f"data.limit={self.reviews + self.held_out}",
            f"data.test_limit={self.held_out}",
            f"data.maxlen={self.maxlen}",
        ]

    def words(self) -> list[str]:
        """The overrides of `rnnbench sweep` that declare this grid."""
        return [
            f"+cell={','.join(self.cells)}",
            *self.data_words(),
            f"model.units={self.units}",
            f"model.embedding.dim={self.dim}",
            "optimizer=rmsprop",
            f"training.batch_size={self.batch}",
            f"training.epochs={self.epochs}",
            "training.validation=split",
            f"training.validation_fraction={VALIDATION}",
            f"seeds={self.seeds}",
        ]


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("short", reviews=6_000, maxlen=200, epochs=3, seeds=2),
        Workload("medium", reviews=20_000, maxlen=200, epochs=5, seeds=4),
        Workload("long", reviews=20_000, maxlen=500, epochs=5, seeds=2),
        # Two seeds say little about an accuracy that differs by ten points from seed to seed.
        Workload("short_8_seeds", reviews=6_000, maxlen=200, epochs=3, seeds=8),
        Workload("tiny", reviews=160, maxlen=10, epochs=1, seeds=2, cells=("gru",)),
    )
}


def identity(workload: Workload) -> str:
    """Return what tells whether two results are of the same workload on the same data."""
    return " ".join(workload.words())


def prepared(workload: Workload, home: Path) -> Prepared:
    """Prepare the arrays in a home folder; no contender's time includes this."""
    return prepare(load(workload.data_words(), cell=False).data, home)


def as_job(workload: Workload, data: Prepared, folder: Path) -> dict[str, Any]:
    """Return what a contender is told: the grid, the arrays' folder, a folder for its files."""
    return asdict(workload) | {
        "arrays": str(data.folder),
        "vocabulary": data.spec.vocabulary,
        "validation": VALIDATION,
        "folder": str(folder),
    }

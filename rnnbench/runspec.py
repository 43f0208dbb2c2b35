"""What one training run is: a resolved configuration, a data set, a seed, and their content key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnbench.cells import check_cell
from rnnbench.config.schema import Config
from rnnbench.data import Prepared
from rnnbench.parameters import ParameterTable, count
from rnnbench.training import TRAINING_VERSION


@dataclass(frozen=True)
class RunSpec:
    """One training run: a resolved configuration with its own seed, and its data set.

    Attributes:
        label: the arm's name, as in ``gru model.depth=2``.
        config: the configuration; ``model.units`` is solved, ``seed`` is this run's.
        data: the prepared data set.
        arm_key: content hash of everything that determines the result but the seed.
        key: content hash including the seed; a finished run with it is never repeated.
    """

    label: str
    config: Config
    data: Prepared
    arm_key: str
    key: str

    @property
    def name(self) -> str:
        """``gru seed=0``: how the run is called in tables and in the MLflow UI."""
        return f"{self.label} seed={self.config.seed}"

    @property
    def parameters(self) -> ParameterTable:
        """The model's layers with their parameter counts."""
        config = self.config
        return count(check_cell(config.cell), config.model, self.data.spec, mask=config.data.mask)

    @property
    def work(self) -> float:
        """A relative cost for scheduling: multiplications a training, up to a constant."""
        training, spec = self.config.training, self.data.spec
        samples = int(self.data.facts.get("n_train", 1))
        return float(samples) * training.epochs * spec.timesteps * self.parameters.recurrent


def replicates(label: str, config: Config, data: Prepared, seeds: Sequence[int]) -> list[RunSpec]:
    """Return the replicates of one arm, one for each seed."""
    content = relevant(config, data)
    arm_key = digest(content)
    return [
        RunSpec(
            label,
            config.model_copy(update={"seed": seed}),
            data,
            arm_key,
            digest(content | {"seed": seed, "training_version": TRAINING_VERSION}),
        )
        for seed in seeds
    ]


def relevant(config: Config, data: Prepared) -> dict[str, Any]:
    """Return what determines a result: no path, no thread count, no name, no idle key."""
    training = config.training.model_dump()
    if training["validation"] != "split":
        del training["validation_fraction"]
    if training["early_stopping"]["patience"] is None:
        del training["early_stopping"]
    model = config.model.model_dump()
    if data.spec.features is not None:
        del model["embedding"]
    return {
        "cell": config.cell.model_dump() if config.cell else None,
        "data": {
            "digest": data.digest,
            "mask": config.data.mask,
            "vocabulary": data.spec.vocabulary,
            "classes": data.spec.classes,
        },
        "model": model,
        "optimizer": config.optimizer.model_dump(),
        "training": training,
    }


def digest(content: Mapping[str, Any]) -> str:
    """Return 32 hexadecimal digits of the SHA-256 of plain containers, independent of key order."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]

"""What decides the result of a baseline: its configuration, and the content of its key."""

from __future__ import annotations

from typing import Any

from rnnbench.baselines.kinds import Baseline
from rnnbench.config import keys
from rnnbench.config.dotted import flat
from rnnbench.config.roles import Compilation, Drawn
from rnnbench.config.schema import Config
from rnnbench.data import Prepared

# The model without recurrent layers, dropout and penalties; padding counts for nothing.
_MODEL = {
    "depth": 0,
    "head": "mean",
    "bidirectional": False,
    "stateful": False,
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
    "l2": 0.0,
    "recurrent_l2": 0.0,
    "layer_norm": False,
    "head_dropout": 0.0,
}
_OF_CELLS = {"cell": None, "match": None}


def configured(baseline: Baseline, config: Config, seed: int) -> Config:
    """Return the configuration that a baseline is trained with: what belongs to cells is out."""
    training: dict[str, Any] = {}
    if not baseline.has_seed:
        training["split_seed"] = None  # there is one validation part
    if baseline.fit is not None and config.training.test != "none":
        training["test"] = "last"  # the only weights that it has
    if "training" not in baseline.sections:
        training["epochs"] = 1
    diagnostics = {"order": False, "gradient_flow": None}
    updates = {
        "training": training,
        "diagnostics": diagnostics,
        "data": {"mask": True},
        "model": _MODEL,
    }
    sections = {
        name: getattr(config, name).model_copy(update=changed) for name, changed in updates.items()
    }
    return config.model_copy(update={**_OF_CELLS, **sections, "seed": seed})


def content(baseline: Baseline, config: Config, data: Prepared) -> dict[str, Any]:
    """Return what determines a result, but for the seed and the version of the code."""
    found = {
        "baseline": baseline.name,
        "data": data.digest,
        "vocabulary": data.spec.vocabulary,
        "classes": data.spec.classes,
        "config": {
            key: value
            for key, value in described(baseline, config).items()
            if not key.startswith("data.") and key != "seed"
        },
    }
    if baseline.extension is not None:
        found["extension"] = baseline.extension
    if data.spec.targets:
        found["targets"] = data.spec.targets
    if "embedding" in baseline.sections and data.vectors is not None:
        found["vectors"] = data.vectors.digest
    return found


def described(baseline: Baseline, config: Config) -> dict[str, Any]:
    """Return by dotted key what decides the result, and so describes the run."""
    training = flat(keys.content(config, ())["training"])
    sections: dict[str, dict[str, Any]] = {
        "data": config.data.model_dump(exclude=keys.of_network()),
        "training": {
            key: value
            for key, value in training.items()
            if _decides(f"training.{key}", is_trained="training" in baseline.sections)
        },
    }
    if "embedding" in baseline.sections:
        embedding = config.model.embedding.model_dump()
        # An embedding that starts from random numbers is told by its width alone.
        sections["model.embedding"] = (
            embedding if embedding["kind"] == "vectors" else {"dim": embedding["dim"]}
        )
    if "optimizer" in baseline.sections:
        sections["optimizer"] = config.optimizer.model_dump()
    found = {f"{name}.{key}": v for name, part in sections.items() for key, v in part.items()}
    return found | {"seed": config.seed}


def _decides(key: str, *, is_trained: bool) -> bool:
    """Return whether a key of training decides a result: one without epochs is only measured."""
    drawn = keys.role(key, Drawn)
    is_protocol = drawn is not None and not drawn.is_drawn
    return keys.role(key, Compilation) is None and (is_trained or is_protocol)

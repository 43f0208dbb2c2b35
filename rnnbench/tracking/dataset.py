"""A run's data set as MLflow shows it: name, digest, source, fields and number of samples.

The entities are written as ``mlflow.data`` would, whose import takes seconds.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from rnnbench.config.recorded import unresolved
from rnnbench.config.schema import Config
from rnnbench.data import Prepared
from rnnbench.formatting.redact import redacted

_DIGEST = 36  # letters of a digest that MLflow takes
CONTEXT = ("mlflow.data.context", "training")  # a tag of the input: what the data set is for


@dataclass(frozen=True)
class DatasetTold:
    """What MLflow is told of a data set; the fields are those of its entity ``Dataset``."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str
    profile: str


def told_dataset(data: Prepared, config: Config) -> DatasetTold:
    """Return what MLflow is told of what a run was trained on."""
    source = redacted(unresolved(data.source, config))
    kind, field = ("http", "url") if source.startswith(("http:", "https:")) else ("local", "uri")
    return DatasetTold(
        name=data.name,
        digest=data.digest[:_DIGEST],
        source_type=kind,
        source=json.dumps({field: source}),
        schema=json.dumps({"mlflow_colspec": _fields(data), **_shape(data)}, sort_keys=True),
        profile=json.dumps(_profile(data), sort_keys=True),
    )


def dataset_input(told: DatasetTold) -> Any:
    """Return it as MLflow's client takes it."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    return DatasetInput(Dataset(**asdict(told)), [InputTag(*CONTEXT)])


def _shape(data: Prepared) -> dict[str, Any]:
    """Return what :func:`rnnbench.stored.run.run_input` makes a stored model's input from."""
    spec = data.spec
    shape = [spec.timesteps] if spec.features is None else [spec.timesteps, spec.features]
    told = {"input": shape, "classes": spec.classes, "vocabulary": spec.vocabulary}
    return told | ({"targets": spec.targets} if spec.targets else {})


def _fields(data: Prepared) -> list[dict[str, Any]]:
    """Return what a sample consists of, in the words of MLflow's schema of columns.

    Its schema of tensors would say the shapes, and its interface shows none of one.
    """
    spec = data.spec
    if spec.features is None:
        inputs, kind = f"tokens ({spec.timesteps} steps, vocabulary {spec.vocabulary})", "integer"
    else:
        inputs, kind = f"features ({spec.timesteps} steps of {spec.features})", "float"
    answer = {"name": f"class (one of {spec.classes})", "type": "integer"}
    if spec.targets:
        several = f"targets ({spec.targets} numbers)"
        answer = {"name": "target" if spec.targets == 1 else several, "type": "float"}
    return [{"name": inputs, "type": kind, "required": True}, answer | {"required": True}]


def _profile(data: Prepared) -> dict[str, int]:
    """Return the numbers of samples; MLflow shows ``num_rows``."""
    counts = {k: int(data.facts[k]) for k in ("n_train", "n_test") if k in data.facts}
    return counts | ({"num_rows": sum(counts.values())} if counts else {})

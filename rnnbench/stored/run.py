"""A finished run taken from the store again: its configuration, its input, its model.

Nothing that the store holds is executed: the architecture follows from the run's own
configuration, and the weights are plain arrays that must have the shapes which it gives.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.config.dotted import merge
from rnnbench.config.keys import about
from rnnbench.config.recorded import resolved
from rnnbench.config.roles import Purpose
from rnnbench.config.schema import Config
from rnnbench.config.validate import validate
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError, StoreError
from rnnbench.extensions.registry import NotGiven
from rnnbench.stored.lookup import run_file
from rnnbench.stored.weights import set_weights
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store

if TYPE_CHECKING:
    from rnnbench.models.tensors import Model

CONFIG_FILE = "config.yaml"
WEIGHTS_FILE = "model.weights.h5"
# What belongs to the command that is typed now, not to the run.
_OURS = about(Purpose.STORE, Purpose.REPORT, Purpose.SWEEP, Purpose.SEARCH)


def run_config(store: Store, record: Record, now: Config) -> Config:
    """Return the configuration that a run was trained with.

    Args:
        store: where it is.
        record: the run.
        now: the configuration of the command, for what does not describe the run; where it has a
            ``data.path``, the data are there now.

    Raises:
        StoreError: where it is missing, or is none that this version understands.
        ConfigError: where the command names another cell, optimizer or data set.
        NotGiven: where it has an extension that this command was not given.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    with run_file(store, record.run_id, CONFIG_FILE) as path:
        if path is None:
            raise StoreError(
                "run",
                f"a run with its file {CONFIG_FILE}",
                f"{record.run_id} without it",
                "its files were deleted or are on another machine",
            )
        try:
            logged = OmegaConf.to_container(OmegaConf.load(path), resolve=False)
            if not isinstance(logged, dict):
                raise ValueError("no mapping")
            own = {str(key): value for key, value in logged.items() if key not in _OURS}
            # Keys that the run does not know have today's defaults.
            config = validate(merge(now.model_dump(mode="json"), resolved(own)))
        except NotGiven:
            raise
        except (OSError, ValueError, OmegaConfBaseException, YAMLError, ConfigError) as error:
            raise StoreError(
                "run",
                "a run with a configuration that this version understands",
                f"{record.run_id} ({error})",
                "use the version of rnnbench that trained it",
            ) from None
    _check_named(config, now)
    if now.data.path is None:
        return config
    data = config.data.model_copy(update={"path": now.data.path})
    return config.model_copy(update={"data": data})


def _check_named(config: Config, now: Config) -> None:
    """Refuse another extension than the run's, which is named to be imported."""
    pairs = [(config.cell, now.cell), (config.data, now.data), (config.optimizer, now.optimizer)]
    for kind, (ours, typed) in zip(("cell", "data", "optimizer"), pairs, strict=True):
        if ours is not None and typed is not None and typed.extension and typed.name != ours.name:
            expected = f"{ours.name}, as the run was trained"
            raise ConfigError(kind, expected, typed.name, "leave it out")


def has_weights(store: Store, run_id: str) -> bool:
    """Return whether a run keeps its weights."""
    with run_file(store, run_id, WEIGHTS_FILE) as found:
        return found is not None


def run_input(store: Store, record: Record) -> InputSpec:
    """Return the shape of the input that a run was trained on.

    Raises:
        StoreError: where the run does not tell.
    """
    with store.translated():
        inputs = store.client.get_run(record.run_id).inputs
    try:
        schema = json.loads(inputs.dataset_inputs[0].dataset.schema)
        timesteps, *features = map(int, schema["input"])
        vocabulary = schema["vocabulary"]
        return InputSpec(
            timesteps,
            features[0] if features else None,
            None if vocabulary is None else int(vocabulary),
            int(schema["classes"]),
            int(schema.get("targets", 0)),
        )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise StoreError(
            "run", "a run with its data set logged", f"{record.run_id} without it"
        ) from None


def load_model(store: Store, record: Record, config: Config, spec: InputSpec) -> Model:
    """Return the model of a run with its stored weights; imports Keras.

    Args:
        store: where the run is.
        record: the run.
        config: what it was trained with, :func:`run_config`.
        spec: what it was trained on, :func:`run_input`.

    Raises:
        StoreError: for a run without stored weights, or with others than its configuration gives.
    """
    with run_file(store, record.run_id, WEIGHTS_FILE) as path:
        if path is None:
            raise StoreError(
                "run",
                "a run with stored weights",
                f"{record.run_id} without",
                "train with tracking.save_model=last (a finished run is not trained again for its "
                "files: choose another seed or another home=...)",
            )
        from rnnbench.models.build import build

        embedding, vectors = config.model.embedding, None
        if embedding.kind == "vectors" and spec.vocabulary is not None:
            # The stored weights hold the vectors.
            vectors = np.zeros((spec.vocabulary, embedding.dim), np.float32)
        model = build(config, spec, 0, vectors)
        set_weights(model, path)
        return model

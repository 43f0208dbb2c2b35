"""L2 penalties on the weights of recurrent layers."""

from __future__ import annotations

from rnnbench.config.schema import ModelConfig
from rnnbench.errors import ConfigError
from rnnbench.models.build import recurrent_layers
from rnnbench.models.tensors import Model

# By key of the model: the name of the variables that it weighs.
_NAMES = {"l2": "kernel", "recurrent_l2": "recurrent_kernel"}


def penalties(model: Model, config: ModelConfig) -> list[float]:
    """Return for each trainable variable what its squares weigh in the loss.

    With weight w the loss grows by w times the sum of squares, as with Keras's ``L2(w)``. The
    losses that are logged are without it, so that those of training and validation compare.

    Raises:
        ConfigError: for a weight where the cell has no variable of that name.
    """
    layers = recurrent_layers(model)
    names = {id(v): v.name for layer in layers for v in layer.trainable_variables}
    found = {}
    for key, name in _NAMES.items():
        weight = getattr(config, key)
        if weight and name not in names.values():
            raise ConfigError(
                f"model.{key}",
                f"0.0 for a cell without weights that are called {name}",
                weight,
                "leave it out",
            )
        found[name] = weight
    return [found.get(names.get(id(v), ""), 0.0) for v in model.trainable_variables]

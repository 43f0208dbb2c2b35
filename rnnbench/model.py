"""The Keras model of a configuration: embedding, recurrent stack, head."""

from __future__ import annotations

from typing import Any

from rnnbench.cells import build_layer, check_cell
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.parameters import layer_name, outputs
from rnnbench.seeds import derive


def build(config: Config, spec: InputSpec, seed: int) -> Any:
    """Return a Keras model with weights drawn from ``seed``.

    Input ``(batch, time)`` int32 tokens or ``(batch, time, features)`` float32; output
    ``(batch, 1)`` sigmoid for two classes, else ``(batch, classes)`` softmax. With
    ``model.head=none`` the output is every state, ``(batch, time, units)``.
    """
    import keras

    cell = check_cell(config.cell)
    assert config.cell is not None
    model = config.model
    draw = _Seeds(seed)
    if spec.features is None:
        inputs = keras.Input((spec.timesteps,), dtype="int32", name="tokens")
        x = keras.layers.Embedding(
            spec.vocabulary,
            model.embedding.dim,
            embeddings_initializer=keras.initializers.RandomUniform(-0.05, 0.05, seed=draw()),
            mask_zero=config.data.mask,
            name="embedding",
        )(inputs)
    else:
        inputs = keras.Input((spec.timesteps, spec.features), dtype="float32", name="features")
        x = keras.layers.Masking(0.0, name="masking")(inputs) if config.data.mask else inputs
    for number in range(1, model.depth + 1):
        name = layer_name(cell, model, number)
        layer = build_layer(
            config.cell,
            model.units,
            seed=draw(),
            recurrent_seed=draw(),
            dropout_seed=draw("dropout"),
            return_sequences=number < model.depth or model.head != "last",
            dropout=model.dropout,
            recurrent_dropout=model.recurrent_dropout,
            **({} if model.bidirectional else {"name": name}),
        )
        if model.bidirectional:
            layer = keras.layers.Bidirectional(
                layer, backward_layer=_mirrored(config, layer, draw), name=name
            )
        x = layer(x)
    return keras.Model(inputs, _head(config, spec, x, draw), name=cell.name)


class _Seeds:
    """Gives each initialiser and each dropout mask a seed of its own, in the order of layers."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._number = 0

    def __call__(self, scope: str = "initialisation") -> int:
        self._number += 1
        return derive(self._seed, f"{scope}/{self._number}")


def _mirrored(config: Config, layer: Any, draw: _Seeds) -> Any:
    """Return the backward copy of a layer, with weights of its own."""
    assert config.cell is not None
    return build_layer(
        config.cell,
        config.model.units,
        seed=draw(),
        recurrent_seed=draw(),
        dropout_seed=draw("dropout"),
        return_sequences=layer.return_sequences,
        dropout=config.model.dropout,
        recurrent_dropout=config.model.recurrent_dropout,
        go_backwards=True,
    )


def _head(config: Config, spec: InputSpec, x: Any, draw: _Seeds) -> Any:
    import keras

    model = config.model
    if model.head == "none":
        return x
    if model.head_dropout:
        x = keras.layers.Dropout(model.head_dropout, seed=draw("dropout"), name="head_dropout")(x)
    if model.head == "flatten":
        x = keras.layers.Flatten(name="flatten")(x)
    elif model.head == "mean":
        x = keras.layers.GlobalAveragePooling1D(name="mean")(x)
    elif model.head == "max":
        x = keras.layers.GlobalMaxPooling1D(name="max")(x)
    units = outputs(spec)
    return keras.layers.Dense(
        units,
        activation="sigmoid" if units == 1 else "softmax",
        kernel_initializer=keras.initializers.GlorotUniform(seed=draw()),
        name="dense",
    )(x)

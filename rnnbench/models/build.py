"""The Keras model of a configuration: embedding, recurrent stack or mean, head."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.models.cells import build_layer, check_cell
from rnnbench.models.parameters import activation, has_norm, layer_name, norm_name, outputs
from rnnbench.models.tensors import Layer, Model, Tensor
from rnnbench.seeds import MEAN_EMBEDDING, layer_scopes, streams


def build(
    config: Config,
    spec: InputSpec,
    seed: int,
    vectors: np.ndarray | None = None,
    batch: int | None = None,
) -> Model:
    """Return a Keras model with weights drawn from ``seed``.

    Each layer draws from a stream of its own (:func:`rnnbench.seeds.streams`). With
    ``model.embedding.kind=vectors`` the embedding starts from ``vectors``, ``(vocabulary, dim)``.
    With ``model.stateful`` and a ``batch``, the size of all batches, a sample starts from the state
    of the sample at its place in the batch before, as with Keras's ``stateful`` layers.

    Input ``(batch, time)`` int32 tokens or ``(batch, time, features)`` float32; output
    ``(batch, 1)`` sigmoid for two classes, else ``(batch, classes)`` softmax, or for regression
    ``(batch, targets)`` linear. With ``model.head=none`` the output is every state,
    ``(batch, time, units)``. A baseline's model of depth 0 has no cell.
    """
    import keras

    model = config.model
    seeds = streams(model, seed, tokens=spec.features is None)
    if not model.depth:
        return _mean_embedding(config, spec, seeds[MEAN_EMBEDDING], vectors)
    cell = check_cell(config.cell)
    assert config.cell is not None
    if spec.features is None:
        inputs = keras.Input((spec.timesteps,), batch, dtype="int32", name="tokens")
        x = _embedding(config, spec, seeds, vectors)(inputs)
    else:
        inputs = keras.Input(
            (spec.timesteps, spec.features), batch, dtype="float32", name="features"
        )
        x = keras.layers.Masking(0.0, name="masking")(inputs) if config.data.mask else inputs
    for number in range(1, model.depth + 1):
        name = layer_name(cell, model, number)
        arguments: dict[str, Any] = {
            "return_sequences": number < model.depth or model.head != "last",
            "dropout": model.dropout,
            "recurrent_dropout": model.recurrent_dropout,
            "stateful": model.stateful and batch is not None,
        }
        forward = build_layer(
            config.cell,
            model.units,
            **_layer_seeds(seeds, number, "forward"),
            **arguments,
            name=None if model.bidirectional else name,
        )
        if model.bidirectional:
            backward = build_layer(
                config.cell,
                model.units,
                **_layer_seeds(seeds, number, "backward"),
                **arguments,
                go_backwards=True,
            )
            forward = keras.layers.Bidirectional(forward, backward_layer=backward, name=name)
        x = forward(x)
        if has_norm(model, number):
            x = keras.layers.LayerNormalization(name=norm_name(number))(x)
    return keras.Model(inputs, _head(config, spec, x, seeds), name=cell.name)


def recurrent_layers(model: Model) -> list[Any]:
    """Return the recurrent layers of a model, in one direction or both."""
    import keras

    kinds = (keras.layers.RNN, keras.layers.Bidirectional)
    return [layer for layer in model.layers if isinstance(layer, kinds)]


def _mean_embedding(
    config: Config, spec: InputSpec, seed: int, vectors: np.ndarray | None = None
) -> Model:
    """Return the Keras model; input ``(batch, time)`` int32 tokens, output as of all models.

    With x the tokens of a sample that are no padding, E the embedding, W and b the head::

        p = softmax(mean(E[x]) W + b)

    and for regression the same without softmax.
    This is the classifier of Joulin et al., Bag of tricks for efficient text classification, EACL
    2017, and the average of Iyyer et al., ACL 2015. A sample of padding alone has a mean of zeros.

    Args:
        config: its width, and whether word vectors stay as they are.
        spec: shape of the inputs.
        seed: draws the initial weights.
        vectors: ``(vocabulary, dim)``, where the embedding starts from some.
    """
    import keras

    from rnnbench.models.layers import MeanOverTokens

    assert spec.vocabulary is not None
    dim, units = config.model.embedding.dim, outputs(spec)
    rng, limit = np.random.default_rng(seed), math.sqrt(6 / (dim + units))
    drawn = rng.uniform(-0.05, 0.05, (spec.vocabulary, dim))
    head = rng.uniform(-limit, limit, (dim, units))
    embedding = keras.layers.Embedding(
        spec.vocabulary,
        dim,
        embeddings_initializer="zeros",
        mask_zero=True,
        trainable=not config.model.embedding.is_frozen,
        name="embedding",
    )
    dense = keras.layers.Dense(units, activation(spec), kernel_initializer="zeros", name="dense")
    inputs = keras.Input((spec.timesteps,), dtype="int32", name="tokens")
    mean = MeanOverTokens(name="mean")(embedding(inputs))
    model = keras.Model(inputs, dense(mean), name="mean_embedding")
    embedding.set_weights([drawn if vectors is None else vectors])
    dense.set_weights([head, np.zeros(units)])
    return model


def _embedding(
    config: Config, spec: InputSpec, seeds: dict[str, int], vectors: np.ndarray | None
) -> Layer:
    import keras

    embedding = config.model.embedding
    starts_random = embedding.kind == "trainable"
    layer = keras.layers.Embedding(
        spec.vocabulary,
        embedding.dim,
        embeddings_initializer=keras.initializers.RandomUniform(
            -0.05, 0.05, seed=seeds["initialisation/embedding"]
        )
        if starts_random
        else "zeros",
        mask_zero=config.data.mask,
        trainable=not embedding.is_frozen,
        name="embedding",
    )
    if not starts_random:
        # Set, not given as an initializer: that would be stored with the architecture.
        if vectors is None:
            raise ValueError("model.embedding.kind=vectors is built from vectors")
        layer.build((None, spec.timesteps))
        layer.set_weights([vectors])
    return layer


def _layer_seeds(
    seeds: dict[str, int], number: int, direction: Literal["forward", "backward"]
) -> dict[str, int]:
    return {name: seeds[scope] for name, scope in layer_scopes(number, direction).items()}


def _head(config: Config, spec: InputSpec, x: Tensor, seeds: dict[str, int]) -> Tensor:
    import keras

    model = config.model
    if model.head == "none":
        return x
    if model.head_dropout:
        x = keras.layers.Dropout(
            model.head_dropout, seed=seeds["dropout/head"], name="head_dropout"
        )(x)
    if model.head == "flatten":
        x = keras.layers.Flatten(name="flatten")(x)
    elif model.head == "mean":
        x = keras.layers.GlobalAveragePooling1D(name="mean")(x)
    elif model.head == "max":
        x = keras.layers.GlobalMaxPooling1D(name="max")(x)
    return keras.layers.Dense(
        outputs(spec),
        activation=activation(spec),
        kernel_initializer=keras.initializers.GlorotUniform(seed=seeds["initialisation/head"]),
        name="dense",
    )(x)

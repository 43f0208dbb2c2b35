"""The model without its recurrent layers, of depth 0: embedding, mean over the tokens, head."""

from __future__ import annotations

import math

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.models.parameters import activation, outputs
from rnnbench.models.tensors import Model

NAME = "mean_embedding"


def build_mean_embedding(
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
    model = keras.Model(inputs, dense(mean), name=NAME)
    embedding.set_weights([drawn if vectors is None else vectors])
    dense.set_weights([head, np.zeros(units)])
    return model

"""A published GRU's only epoch in Keras 2: is it the software that makes the difference?

    pip install tf-keras && python benchmarks/legacy_keras.py [seed ...]

GRU(128) with dropout 0.2 on IMDB reviews of 100 tokens was published with a test accuracy of 0.70
after one epoch; ``sweep experiments=imdb_gru128_dropout`` gives 0.84. This trains the same model
with ``tf_keras``, the last of Keras 2, and prints what its ``fit`` and ``evaluate`` return.
RNNBENCH_IMDB names the file of reviews, which is read by rnnbench and not by Keras.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rnnbench.config.expand import load
from rnnbench.data import prepare


def main(seeds: list[int]) -> None:
    import tf_keras as keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    config = load(["+cell=gru", "experiments=imdb_gru128_dropout"])
    model, training = config.model, config.training
    with tempfile.TemporaryDirectory() as folder:
        data = prepare(config.data, Path(folder))
        arrays = data.arrays()
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            network = keras.Sequential(
                [
                    keras.layers.Embedding(data.spec.vocabulary, model.embedding.dim),
                    keras.layers.GRU(
                        model.units,
                        dropout=model.dropout,
                        recurrent_dropout=model.recurrent_dropout,
                    ),
                    keras.layers.Dense(1, activation="sigmoid"),
                ]
            )
            network.compile("adam", "binary_crossentropy", metrics=["accuracy"])
            network.fit(
                arrays.x_train, arrays.y_train, training.batch_size, training.epochs, verbose=2
            )
            loss, accuracy = network.evaluate(arrays.x_test, arrays.y_test, verbose=0)
            print(f"keras {keras.__version__}, seed {seed}: test {loss:.4f}, {accuracy:.4f}")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [0])

"""The plain loop, but a token that a batch has several times gives the embedding one gradient.

Keras 3 on TensorFlow hands the optimizer a gradient for each occurrence, and RMSprop adds up their
squares; the square of their sum is what its definition has, what Keras 2 computed, and what
rnnbench computes. Its accuracies are the ones to compare rnnbench's with. Nobody looks at its
seconds, so XLA shortens them.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from benchmarks.side_by_side.keras_loop import train


class SummingRMSprop(keras.optimizers.RMSprop):
    """Keras's RMSprop with gradients of one row each."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        super().update_step(tf.convert_to_tensor(gradient), variable, learning_rate)


def main(job: dict[str, Any]) -> None:
    train(job, SummingRMSprop, jit_compile=True)

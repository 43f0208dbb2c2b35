"""Outputs and gradients of the kernels against Keras's layers, on three padded batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnbench.data import InputSpec
from rnnbench.models.build import build
from rnnbench.models.kernels import TOLERANCE
from rnnbench.models.kernels.network import Network
from rnnbench.models.kernels.support import step_of
from rnnbench.models.kernels.width_schedule import sort
from rnnbench.training.compiled import KerasBody
from tests.stress import stressed

BATCH, TIME, VOCABULARY = 12, 40, 30


def batch(lengths: list[int]) -> np.ndarray:
    tokens = np.random.default_rng(5).integers(1, VOCABULARY, (BATCH, TIME)).astype(np.int32)
    return np.where(np.arange(TIME) < TIME - np.array(lengths)[:, None], 0, tokens)


MIXED = batch([40, 3, 17, 17, 1, 25, 8, 9, 33, 2, 12, 5])
SAME = batch([7] * BATCH)
NOTHING = batch([0] * BATCH)


@pytest.mark.parametrize(
    ("cell", "depth", "mask", "frozen", "widths"),
    [
        ("simple_rnn", 2, False, True, (1, 5, BATCH)),
        ("gru", 1, True, False, (5, BATCH)),
        *stressed(
            [
                ("simple_rnn", 1, True, False, (5, BATCH)),
                ("simple_rnn", 1, False, True, (5, BATCH)),
                ("lstm", 2, False, False, (1, 5, BATCH)),
                ("lstm", 1, True, False, (5, BATCH)),
                ("gru", 2, False, True, (5, BATCH)),
                ("gru", 2, True, False, (BATCH,)),
            ]
        ),
    ],
)
def test_equal_keras(
    cell: str, depth: int, mask: bool, frozen: bool, widths: tuple[int, ...], configure: Any
) -> None:
    import tensorflow as tf

    config = configure(
        f"+cell={cell}",
        f"data.mask={str(mask).lower()}",
        "model.embedding.dim=5",
        *(["model.embedding.kind=vectors"] if frozen else []),
        units=7,
        depth=depth,
    )
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(VOCABULARY, 5)).astype(np.float32) if frozen else None
    model = build(config, InputSpec(TIME, None, VOCABULARY, 2), 3, vectors)
    variables = model.trainable_variables
    for variable in variables:  # biases too, and far from zero
        variable.assign(rng.normal(scale=0.4, size=variable.shape))
    weights = tf.constant(rng.normal(size=(BATCH, 1)).astype(np.float32))

    def compiled(body: Any, widths: tuple[int, ...], *, xla: bool) -> Any:
        @tf.function(jit_compile=xla, autograph=False)
        def compute(x: Any, scale: Any, starts: Any) -> Any:
            gradients = body.gradients(
                x, starts, widths, lambda output: tf.reduce_sum(output * scale), variables
            )
            return body.outputs(x, starts, widths), gradients

        return compute

    def run(
        compute: Any, tokens: np.ndarray, widths: tuple[int, ...], skip: bool = False
    ) -> list[np.ndarray]:
        order, starts = sort(tokens, widths, mask=skip)
        outputs, gradients = compute(tokens[order], tf.gather(weights, order), starts)
        restored = np.empty_like(outputs)
        restored[order] = outputs
        return [restored, *(gradient.numpy() for gradient in gradients)]

    by_keras = compiled(KerasBody(model), (BATCH,), xla=False)
    by_kernels = compiled(
        Network(model, step_of(config), mask=mask, leading=True), widths, xla=True
    )
    for tokens in (MIXED, SAME, NOTHING):
        expected = run(by_keras, tokens, (BATCH,))
        for ours, keras in zip(run(by_kernels, tokens, widths, mask), expected, strict=True):
            tolerance = TOLERANCE * np.abs(keras).max() + 1e-7
            np.testing.assert_allclose(ours, keras, rtol=0, atol=tolerance)

"""What else a layer may have, against Keras's layers: dropout, states carried over, two directions,
normalisation, masks anywhere, heads that see all states, features and several classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from rnnbench.data import InputSpec
from rnnbench.models.build import build
from rnnbench.models.kernels import TOLERANCE
from rnnbench.models.kernels.network import Network
from rnnbench.models.kernels.support import is_fusible, step_of
from rnnbench.training.compiled import KerasBody
from tests.stress import stressed

BATCH, TIME, VOCABULARY, FEATURES = 6, 9, 20, 3


@dataclass(frozen=True)
class Case:
    cell: str
    model: dict[str, Any]
    mask: bool = False
    tokens: bool = True
    classes: int = 2

    def __str__(self) -> str:
        told = [f"{key}={value}" for key, value in self.model.items()]
        return "-".join([self.cell, *told, *(["mask"] if self.mask else [])])


DROPOUT = {"dropout": 0.4, "recurrent_dropout": 0.3}
CASES = [
    Case("lstm", {**DROPOUT, "head": "mean"}, mask=True, tokens=False),
]
MORE = [
    Case("gru", {"dropout": 0.4, "bidirectional": True, "head": "flatten"}, tokens=False),
    Case("simple_rnn", {**DROPOUT, "stateful": True, "depth": 2}),
    Case(
        "lstm", {"dropout": 0.4, "bidirectional": True, "depth": 2, "layer_norm": True}, mask=True
    ),
    Case("gru", {**DROPOUT, "stateful": True}, tokens=False, classes=4),
]


def batch(case: Case, rng: np.random.Generator) -> np.ndarray:
    """Zeros anywhere, also before, within and after samples; one sample is nothing else."""
    tokens = rng.integers(0, VOCABULARY, (BATCH, TIME)).astype(np.int32)
    kept = rng.random((BATCH, TIME)) > 0.3
    kept[0] = case.model.get("head") == "mean"  # whose mean would be no number
    if case.tokens:
        return np.where(kept, tokens + 1, 0) % VOCABULARY
    return (kept[..., None] * rng.normal(size=(BATCH, TIME, FEATURES))).astype(np.float32)


# Keras's layers are compiled too: without XLA, the same seed draws other masks.
@pytest.mark.slow
@pytest.mark.parametrize("case", [*CASES, *stressed(MORE)], ids=str)
def test_equal_keras(case: Case, configure: Any) -> None:
    import tensorflow as tf

    config = configure(
        f"+cell={case.cell}",
        f"data.mask={str(case.mask).lower()}",
        "model.embedding.dim=4",
        units=5,
        **case.model,
    )
    assert is_fusible(config)
    spec = InputSpec(TIME, None, VOCABULARY, case.classes)
    if not case.tokens:
        spec = InputSpec(TIME, FEATURES, None, case.classes)
    rng = np.random.default_rng(1)
    model = build(config, spec, 3, None, BATCH if config.model.stateful else None)
    variables = model.trainable_variables
    for variable in variables:
        variable.assign(rng.normal(scale=0.4, size=variable.shape))
    carrying = [layer for layer in model.layers if getattr(layer, "stateful", False)]
    streams = [v.numpy() for v in model.variables]
    batches = [batch(case, rng) for _ in range(2)]
    starts = np.array([0, TIME], np.int32)

    def results(body: Any) -> list[np.ndarray]:
        """Train, evaluate and train: streams move on, states are carried over."""

        @tf.function(jit_compile=True, autograph=False)
        def compute(x: Any, starts: Any) -> Any:
            def loss(output: Any) -> Any:
                return tf.reduce_sum(output * tf.range(1.0, output.shape[1] + 1))

            gradients = body.gradients(x, starts, (BATCH,), loss, variables)
            return body.outputs(x, starts, (BATCH,)), gradients

        for variable, value in zip(model.variables, streams, strict=True):
            variable.assign(value)
        for layer in carrying:
            layer.reset_state()
        found = []
        for x in batches:
            output, gradients = compute(x, starts)
            found += [output.numpy(), *(gradient.numpy() for gradient in gradients)]
        return found + [state.numpy() for layer in carrying for state in layer.states]

    kernels = Network(model, step_of(config), mask=case.mask, leading=False)
    for ours, keras in zip(results(kernels), results(KerasBody(model)), strict=True):
        tolerance = TOLERANCE * np.abs(keras).max() + 1e-7
        np.testing.assert_allclose(ours, keras, rtol=0, atol=tolerance)

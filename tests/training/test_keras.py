"""The compiled loop against Keras's own ``fit`` on the same data, order and initial weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from rnnbench.config.schema import Config
from rnnbench.data import Arrays, InputSpec
from rnnbench.models.build import build
from rnnbench.models.kernels.width_schedule import padding
from rnnbench.seeds import shuffle_order
from rnnbench.training.fit import fit
from rnnbench.training.program import Program
from rnnbench.training.runtime import execution_path
from tests.stress import stressed

# The last batch holds 5 of 16 samples.
TRAIN, TEST, BATCH, SEED = 53, 21, 16, 11
TIME, FEATURES, VOCABULARY = 5, 3, 12


@dataclass(frozen=True)
class Case:
    cell: str
    optimizer: str
    classes: int
    tokens: bool
    words: tuple[str, ...] = ()
    model: dict[str, Any] = field(default_factory=dict)
    xla: bool = True
    padded: bool = False
    epochs: int = 2  # the second one has another order, and what the optimizer has kept

    def __str__(self) -> str:
        kind = "tokens" if self.tokens else "features"
        padded = ["padded"] if self.padded else []
        return "-".join([self.cell, self.optimizer, str(self.classes), kind, *padded, *self.words])


CLIPPED = ("optimizer.clipnorm=0.05",)
CASES = [
    Case("simple_rnn", "rmsprop", 2, False, CLIPPED, {"head": "max"}),
    Case("lstm", "adam", 2, True, (), {"depth": 2}, padded=True),
    Case(
        "gru",
        "sgd",
        10,
        False,
        ("model.layer_norm=true", "model.depth=2", "model.recurrent_l2=0.05"),
        xla=False,
    ),
]
MORE = [
    # After three epochs a cosine is no straight line.
    Case("lstm", "adam", 2, True, ("training.schedule.kind=cosine", "model.l2=0.02"), epochs=3),
    Case("gru", "adam", 2, True, ("data.mask=true",), padded=True),
    Case("gru", "adam", 10, False, CLIPPED, {"head": "mean"}, xla=False),
    Case("gru_reset_before", "rmsprop", 10, True, (), {"head": "flatten"}, xla=False),
    Case("gru", "sgd", 2, True, CLIPPED),
    Case("lstm", "sgd", 10, False, (), {"depth": 2, "bidirectional": True}, xla=False),
    Case("lstm", "adam", 10, False, (), {"depth": 2, "head": "mean"}),
    Case("gru", "adam", 2, True, ("training.fused=false",), padded=True),
]


def spec_of(case: Case) -> InputSpec:
    if case.tokens:
        return InputSpec(TIME, None, VOCABULARY, case.classes)
    return InputSpec(TIME, FEATURES, None, case.classes)


def arrays_of(case: Case) -> Arrays:
    rng = np.random.default_rng(0)

    def part(count: int) -> tuple[np.ndarray, np.ndarray]:
        labels = rng.integers(0, case.classes, count).astype(np.int32)
        if case.padded:
            tokens = rng.integers(1, VOCABULARY, (count, TIME)).astype(np.int32)
            lengths = rng.choice([1, 1, 2, 3, TIME], count)
            return np.where(np.arange(TIME) < TIME - lengths[:, None], 0, tokens), labels
        if case.tokens:
            return rng.integers(0, VOCABULARY, (count, TIME)).astype(np.int32), labels
        return rng.normal(size=(count, TIME, FEATURES)).astype(np.float32), labels

    return Arrays(*part(TRAIN), *part(TEST))


def fit_by_keras(
    config: Config, spec: InputSpec, arrays: Arrays
) -> tuple[list[dict[str, float]], Any]:
    """Train with ``compile`` and ``fit``, one call an epoch on the data in this epoch's order."""
    import keras
    import tensorflow as tf

    model = build(config, spec, SEED)
    optimizers = {
        "adam": keras.optimizers.Adam,
        "rmsprop": keras.optimizers.RMSprop,
        "sgd": keras.optimizers.SGD,
    }

    class Merged(optimizers[config.optimizer.name]):  # type: ignore[misc]
        """Adds up the gradients of a token's occurrences before anything else.

        Keras leaves those of an embedding apart where it squares them for Adam's and RMSprop's
        second moment or sums their squares for ``clipnorm``.
        """

        def apply(self, grads: list[Any], trainable_variables: Any = None) -> Any:
            merged = [tf.convert_to_tensor(g) for g in grads]
            return super().apply(merged, trainable_variables)

    model.compile(
        Merged(learning_rate=config.optimizer.learning_rate, clipnorm=config.optimizer.clipnorm),
        loss="binary_crossentropy" if spec.classes == 2 else "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        run_eagerly=True,  # the numbers of a compiled one, which takes longer than the training
    )
    for layer in (one for one in model.layers if isinstance(one, keras.layers.RNN)):
        layer.cell.kernel.regularizer = keras.regularizers.L2(config.model.l2)
        layer.cell.recurrent_kernel.regularizer = keras.regularizers.L2(config.model.recurrent_l2)
    start = config.optimizer.learning_rate
    epochs = config.training.epochs
    cosine = keras.optimizers.schedules.CosineDecay(start, epochs)
    history = []
    for epoch in range(1, epochs + 1):
        if config.training.schedule.kind == "cosine":
            model.optimizer.learning_rate = float(cosine(epoch - 1))
        order = shuffle_order(SEED, epoch, TRAIN)
        done = model.fit(
            arrays.x_train[order],
            arrays.y_train[order][:, None],
            batch_size=BATCH,
            epochs=1,
            shuffle=False,
            validation_data=(arrays.x_test, arrays.y_test[:, None]),
            verbose=0,
        )
        rate = {"learning_rate": float(model.optimizer.learning_rate.numpy())}
        told = rate if config.training.schedule.kind == "cosine" else {}
        history.append({name: values[0] for name, values in done.history.items()} | told)
    return history, model


@pytest.mark.parametrize("case", [*CASES, *stressed(MORE)], ids=str)
def test_trains_as_keras_does(case: Case, configure: Any) -> None:
    config = configure(
        f"+cell={case.cell}",
        f"optimizer={case.optimizer}",
        f"training.batch_size={BATCH}",
        f"training.epochs={case.epochs}",
        "training.validation=test",
        f"seed={SEED}",
        "model.embedding.dim=4",
        f"optimizer.learning_rate={0.1 if case.optimizer == 'sgd' else 0.01}",
        f"training.jit_compile={'auto' if case.xla else 'false'}",
        *case.words,
        units=6,
        **case.model,
    )
    assert execution_path(config).split()[0] == ("xla" if case.xla else "graph")
    spec, arrays = spec_of(case), arrays_of(case)
    program = Program(config, spec, None, padding(arrays.x_train) if case.padded else None)
    fitted = fit(program, arrays, config)
    expected, model = fit_by_keras(config, spec, arrays)

    for epoch, wanted in zip(fitted.epochs, expected, strict=True):
        found = epoch.metrics()
        if config.model.l2 or config.model.recurrent_l2:
            # Keras's losses have the penalty in them.
            for name in ("loss", "val_loss"):
                assert found.pop(name) < wanted.pop(name)
        assert found == pytest.approx(wanted, abs=1e-5)
    for ours, theirs in zip(program.weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
    # Equal numbers are no accident of weights that do not move.
    head, start = program.weights()[-1], build(config, spec, SEED).get_weights()[-1]
    assert np.abs(head - start).max() > 1e-3

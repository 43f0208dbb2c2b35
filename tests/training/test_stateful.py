"""``model.stateful``: samples start from the states in which the batch before them ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from rnnbench.data import Arrays, InputSpec, prepare
from rnnbench.errors import ConfigError
from rnnbench.models.build import build
from rnnbench.training.batches import Samples
from rnnbench.training.fit import fit
from rnnbench.training.program import Program
from rnnbench.training.spec import relevant

TIME, FEATURES, BATCH = 4, 3, 6
SPEC = InputSpec(TIME, FEATURES, None, 3)


def features(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, TIME, FEATURES)).astype(np.float32)


def program_of(configure: Any, cell: str, depth: int = 1, *words: str) -> Program:
    words = (f"+cell={cell}", f"training.batch_size={BATCH}", "training.epochs=2", *words)
    program = Program(configure(*words, units=5, depth=depth, stateful=True), SPEC)
    program.reset(3, 0.01)
    return program


@pytest.mark.parametrize(
    ("cell", "depth"), [("simple_rnn", 1), ("lstm", 2), ("gru", 1), ("lstm_peephole", 1)]
)
def test_two_batches_are_one_sample_of_twice_the_length(
    configure: Any, cell: str, depth: int
) -> None:
    program = program_of(configure, cell, depth)
    x, found = features(2 * BATCH), []
    program.evaluate(Samples(x, np.zeros(len(x), np.int32)), found)
    assert program.path == ("xla" if cell == "lstm_peephole" else "xla fused")

    whole = build(program.config, InputSpec(2 * TIME, FEATURES, None, 3), 3)
    whole.set_weights(program.weights())
    expected = whole(np.concatenate([x[:BATCH], x[BATCH:]], axis=1))
    np.testing.assert_allclose(found[0][BATCH:], expected, atol=1e-6)


def test_a_masked_step_hands_on_the_state_from_the_batch_before(configure: Any) -> None:
    """Padding first: its steps leave the state as it came."""
    config = configure(
        "+cell=gru", "data.mask=true", f"training.batch_size={BATCH}", units=5, stateful=True
    )
    program = Program(config, InputSpec(TIME, None, 9, 2))
    program.reset(3, 0.01)
    tokens = np.random.default_rng(2).integers(1, 9, (2 * BATCH, TIME)).astype(np.int32)
    tokens[BATCH:, :2] = 0
    found: list[np.ndarray] = []
    program.evaluate(Samples(tokens, np.zeros(len(tokens), np.int32)), found)

    whole = build(config, InputSpec(2 * TIME - 2, None, 9, 2), 3)
    expected = whole(np.concatenate([tokens[:BATCH], tokens[BATCH:, 2:]], axis=1))
    np.testing.assert_allclose(found[0][BATCH:], expected, atol=1e-6)


def test_keys_of_runs_without_it_do_not_know_it(configure: Any, tmp_path: Path) -> None:
    config = configure("+cell=gru")
    data = prepare(config.data, tmp_path)
    assert "stateful" not in relevant(config, data)["model"]
    carrying = configure("+cell=gru", "model.stateful=true")
    assert relevant(carrying, data)["model"]["stateful"] is True


def test_an_evaluation_starts_from_nothing(configure: Any) -> None:
    program = program_of(configure, "gru")
    samples = Samples(features(2 * BATCH + 1), np.zeros(2 * BATCH + 1, np.int32))
    found: list[np.ndarray] = []
    program.evaluate(samples, found)
    program.evaluate(samples, found)
    np.testing.assert_array_equal(found[0], found[1])


def test_an_epoch_is_keras_training_of_stateful_layers(configure: Any) -> None:
    """One epoch of three batches in order: weights as after ``train_on_batch``."""
    words = ("optimizer=sgd", "training.validation=none", "training.jit_compile=false")
    program = program_of(configure, "simple_rnn", 1, *words)
    x = features(3 * BATCH)
    y = np.random.default_rng(1).integers(0, 3, len(x)).astype(np.int32)

    theirs = keras.Sequential(
        [
            keras.Input((TIME, FEATURES), BATCH),
            keras.layers.SimpleRNN(5, stateful=True),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    theirs.set_weights(program.weights())
    theirs.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy")
    program.forget()
    for start in range(0, len(x), BATCH):
        one = slice(start, start + BATCH)
        program.train_batch((x[one], y[one].astype(np.float32), np.ones(BATCH, np.float32)))
        theirs.train_on_batch(x[one], y[one])
    for ours, keras_weights in zip(program.weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours, keras_weights, atol=1e-6)


def test_a_run_repeats_and_its_stored_model_stands_alone(configure: Any) -> None:
    program = program_of(configure, "lstm")
    x = features(20)
    y = np.random.default_rng(1).integers(0, 3, len(x)).astype(np.int32)
    arrays = Arrays(x, y, x, y)
    first, again = (fit(program, arrays, program.config) for _ in range(2))
    assert [epoch.metrics() for epoch in first.epochs] == [
        epoch.metrics() for epoch in again.epochs
    ]
    assert 0 < first.metrics["validation_seconds"] < first.metrics["fit_seconds"]

    found: list[np.ndarray] = []
    program.evaluate(Samples(x[:BATCH], y[:BATCH]), found)
    stored = program.storable()
    assert not any(getattr(layer, "stateful", False) for layer in stored.layers)
    np.testing.assert_allclose(stored(x[:1]), found[0][:1], atol=1e-6)  # a batch of any size


def test_two_directions_are_refused(configure: Any) -> None:
    with pytest.raises(ConfigError, match=r"model\.stateful"):
        configure("+cell=gru", "model.stateful=true", "model.bidirectional=true")

"""The NumPy cells against Keras, against arithmetic by hand, and against what must hold of any."""

from __future__ import annotations

import doctest
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench import reference
from rnnbench.reference import REFERENCES, Array

CELLS = ["simple_rnn", "lstm", "lstm_peephole", "gru", "gru_reset_before"]
GATES = {"simple_rnn": 1, "lstm": 4, "lstm_peephole": 4, "gru": 3, "gru_reset_before": 3}
# batch, time, inputs, units
SHAPES = [(1, 1, 1, 1), (2, 7, 3, 5), (4, 12, 6, 2)]


@pytest.fixture(scope="module")
def keras() -> Iterator[Any]:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
    import keras

    yield keras
    keras.backend.clear_session()


def make_weights(cell: str, inputs: int, units: int, seed: int = 0) -> tuple[Array, ...]:
    rng = np.random.default_rng(seed)
    width = GATES[cell] * units
    weights = (
        rng.normal(scale=inputs**-0.5, size=(inputs, width)),
        rng.normal(scale=0.8 * units**-0.5, size=(units, width)),
        rng.normal(scale=0.5, size=(2, width) if cell == "gru" else (width,)),
    )
    if cell == "lstm_peephole":
        return (*weights, rng.normal(size=(units, units)))
    return weights


def make_input(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


def make_state(cell: str, batch: int, units: int) -> Array:
    shape = (2, batch, units) if cell.startswith("lstm") else (batch, units)
    return np.random.default_rng(2).normal(size=shape)


def make_layer(keras: Any, cell: str, weights: Sequence[Array], **options: Any) -> Any:
    kinds = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM}
    if cell == "gru_reset_before":
        options["reset_after"] = False
    inputs, units = weights[0].shape[0], weights[1].shape[0]
    if cell == "lstm_peephole":
        from rnnbench.models.layers import PeepholeLSTM, PeepholeLSTMCell

        layer = PeepholeLSTM(PeepholeLSTMCell(units, **options), return_sequences=True)
    else:
        layer = kinds.get(cell, keras.layers.GRU)(units, return_sequences=True, **options)
    layer.build((None, None, inputs))
    layer.set_weights(list(weights))
    return layer


def call_layer(layer: Any, x: Array, state: Array | None = None) -> Array:
    if state is None:
        return np.asarray(layer(x.astype("float32")))
    parts = state if state.ndim == 3 else [state]
    return np.asarray(
        layer(x.astype("float32"), initial_state=[part.astype("float32") for part in parts])
    )


def run_with_state(
    cell: str, x: Array, weights: tuple[Array, ...], state: Array | None
) -> tuple[Array, Array]:
    """Return all states and what to carry over to the next piece of the sequence."""
    if cell.startswith("lstm"):
        forward = getattr(reference, cell)
        both = forward(x, *weights, initial_state=state, return_cells=True)
        return both[0], both[..., -1, :]
    states = REFERENCES[cell](x, weights, initial_state=state)
    return states, states[..., -1, :]


def test_every_cell_has_a_reference() -> None:
    assert sorted(REFERENCES) == sorted(CELLS)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_states_equal_those_of_keras(
    keras: Any, cell: str, shape: tuple[int, int, int, int]
) -> None:
    batch, time, inputs, units = shape
    weights, x = make_weights(cell, inputs, units), make_input(batch, time, inputs)
    expected = call_layer(make_layer(keras, cell, weights), x)
    states = REFERENCES[cell](x, weights)
    assert states.dtype == np.float64
    np.testing.assert_allclose(states, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(REFERENCES[cell](x[0], weights), expected[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_state_is_used_as_keras_uses_it(keras: Any, cell: str) -> None:
    weights, x, state = make_weights(cell, 3, 5), make_input(2, 6, 3), make_state(cell, 2, 5)
    expected = call_layer(make_layer(keras, cell, weights), x, state)
    states = REFERENCES[cell](x, weights, initial_state=state)
    np.testing.assert_allclose(states, expected, rtol=0, atol=1e-5)
    assert not np.allclose(states, REFERENCES[cell](x, weights), atol=1e-3)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear"])
@pytest.mark.parametrize("cell", CELLS)
def test_activations_equal_those_of_keras(keras: Any, cell: str, activation: str) -> None:
    weights, x = make_weights(cell, 3, 4), make_input(2, 5, 3)
    options = {"activation": activation}
    if cell != "simple_rnn":
        options["recurrent_activation"] = "tanh"
    expected = call_layer(make_layer(keras, cell, weights, **options), x)
    states = REFERENCES[cell](x, weights, **options)
    np.testing.assert_allclose(states, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell != "lstm_peephole"])
def test_weights_without_bias_equal_keras_without_bias(keras: Any, cell: str) -> None:
    weights, x = make_weights(cell, 3, 4)[:2], make_input(2, 5, 3)
    expected = call_layer(make_layer(keras, cell, weights, use_bias=False), x)
    np.testing.assert_allclose(REFERENCES[cell](x, weights), expected, rtol=0, atol=1e-5)


def test_lstm_cell_state_equals_that_of_keras(keras: Any) -> None:
    weights, x = make_weights("lstm", 3, 5), make_input(2, 6, 3)
    layer = make_layer(keras, "lstm", weights, return_state=True)
    _, h, c = (np.asarray(part) for part in layer(x.astype("float32")))
    hidden, cells = reference.lstm(x, *weights, return_cells=True)
    np.testing.assert_allclose(hidden[:, -1], h, rtol=0, atol=1e-5)
    np.testing.assert_allclose(cells[:, -1], c, rtol=0, atol=1e-5)


def test_100_steps_of_32_inputs_give_100_states_of_64_units(keras: Any) -> None:
    weights, x = make_weights("simple_rnn", 32, 64), make_input(100, 32)
    states = reference.simple_rnn(x, *weights)
    assert states.shape == (100, 64)
    expected = call_layer(make_layer(keras, "simple_rnn", weights), x[None])[0]
    np.testing.assert_allclose(states, expected, rtol=0, atol=1e-5)


def test_simple_rnn_follows_the_recurrence_worked_by_hand() -> None:
    states = reference.simple_rnn([[1.0], [2.0]], [[3.0]], [[10.0]], [0.5], activation="linear")
    np.testing.assert_array_equal(states, [[3.5], [41.5]])


def test_a_peephole_of_zero_weights_is_an_lstm_without_one() -> None:
    *weights, peephole = make_weights("lstm_peephole", 3, 4)
    x = make_input(5, 3)
    plain = reference.lstm(x, *weights)
    np.testing.assert_array_equal(reference.lstm_peephole(x, *weights), plain)
    np.testing.assert_array_equal(reference.lstm_peephole(x, *weights, 0 * peephole), plain)
    seen = reference.lstm_peephole(x, *weights, peephole)
    # In the first step the cell state that the gate looks at is zero.
    np.testing.assert_array_equal(seen[0], plain[0])
    assert not np.allclose(seen[1:], plain[1:], atol=1e-3)


def test_the_peephole_acts_on_the_output_gate_alone() -> None:
    *weights, peephole = make_weights("lstm_peephole", 3, 4)
    x = make_input(1, 3)
    state = np.stack([np.zeros(4), np.full(4, 0.5)])
    options = {"initial_state": state, "return_cells": True}
    h, c = reference.lstm_peephole(x, *weights, peephole, **options)
    plain_h, plain_c = reference.lstm(x, *weights, **options)
    np.testing.assert_array_equal(c, plain_c)
    o = (x[0] @ weights[0] + weights[2])[12:] + state[1] @ peephole
    np.testing.assert_allclose(h[0], reference.sigmoid(o) * np.tanh(c[0]), rtol=1e-12)
    assert not np.allclose(h, plain_h, atol=1e-3)


def test_a_misshapen_peephole_is_named_with_both_shapes() -> None:
    *weights, peephole = make_weights("lstm_peephole", 3, 4)
    with pytest.raises(ValueError, match=r"peephole_kernel: expected shape \(4, 4\), received"):
        REFERENCES["lstm_peephole"](make_input(5, 3), [*weights, peephole[:, :-1]])


def test_the_example_of_the_documentation_holds() -> None:
    failed, tried = doctest.testmod(reference)
    assert (failed, tried > 5) == (0, True)


def test_the_two_grus_differ_only_where_the_reset_gate_acts() -> None:
    weights, x = make_weights("gru_reset_before", 3, 4), make_input(5, 3)
    row = np.stack([weights[2], np.zeros_like(weights[2])])
    before = reference.gru_reset_before(x, *weights)
    after = reference.gru_reset_after(x, weights[0], weights[1], row)
    np.testing.assert_allclose(before[0], after[0], rtol=1e-12)
    assert not np.allclose(before[1:], after[1:], atol=1e-3)


def test_sigmoid_stays_exact_far_from_zero() -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        values = reference.sigmoid(np.array([-1e4, -40.0, 0.0, 40.0, 1e4]))
    np.testing.assert_allclose(values, [0.0, np.exp(-40.0), 0.5, 1.0, 1.0], rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=25, deadline=None)
@given(time=st.integers(2, 12), units=st.integers(1, 5), seed=st.integers(0, 2**16), data=st.data())
def test_two_pieces_with_carried_state_equal_the_whole(
    cell: str, time: int, units: int, seed: int, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, time - 1), label="cut")
    weights, x = make_weights(cell, 3, units, seed), make_input(2, time, 3, seed=seed + 1)
    whole = REFERENCES[cell](x, weights)
    first, carried = run_with_state(cell, x[:, :cut], weights, None)
    second, _ = run_with_state(cell, x[:, cut:], weights, carried)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=25, deadline=None)
@given(batch=st.integers(1, 4), time=st.integers(0, 8), seed=st.integers(0, 2**16))
def test_each_row_of_a_batch_equals_the_sequence_alone(
    cell: str, batch: int, time: int, seed: int
) -> None:
    weights, x = make_weights(cell, 3, 4, seed), make_input(batch, time, 3, seed=seed + 1)
    states = REFERENCES[cell](x, weights)
    assert states.shape == (batch, time, 4)
    for row, alone in zip(states, x, strict=True):
        np.testing.assert_allclose(row, REFERENCES[cell](alone, weights), atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=25, deadline=None)
@given(step=st.integers(0, 7), seed=st.integers(0, 2**16))
def test_a_state_depends_on_no_later_input(cell: str, step: int, seed: int) -> None:
    weights, x = make_weights(cell, 3, 4, seed), make_input(8, 3, seed=seed + 1)
    changed = x.copy()
    changed[step] += 1.0
    before, after = REFERENCES[cell](x, weights), REFERENCES[cell](changed, weights)
    np.testing.assert_allclose(before[:step], after[:step], atol=1e-12)
    assert not np.array_equal(before[step], after[step])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_misshapen_weights_are_named_with_both_shapes(cell: str, position: int) -> None:
    weights = list(make_weights(cell, 3, 4))
    good = weights[position].shape
    weights[position] = weights[position][..., :-1]
    key = ["kernel", "recurrent_kernel", "bias"][position]
    message = f"{key}: expected shape {good}, received {weights[position].shape}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        REFERENCES[cell](make_input(5, 3), weights)


@pytest.mark.parametrize("cell", CELLS)
def test_misshapen_calls_are_refused(cell: str) -> None:
    weights, run = make_weights(cell, 3, 4), REFERENCES[cell]
    with pytest.raises(ValueError, match=r"x: expected shape .*, received \(3,\)"):
        run(np.zeros(3), weights)
    with pytest.raises(ValueError, match=r"initial_state: expected shape .*, received \(4,\)"):
        run(np.zeros((2, 5, 3)), weights, initial_state=np.zeros(4))
    with pytest.raises(ValueError, match=r"weights: expected 2 or 3( or 4)? arrays, received 1"):
        run(np.zeros((5, 3)), weights[:1])
    with pytest.raises(ValueError, match=r"^recurrent_kernel: expected .*, received \(\)"):
        run(np.zeros((5, 3)), [weights[0], 1.0])
    with pytest.raises(ValueError, match=r"^kernel: expected .*, received \(\)"):
        run(np.zeros((5, 3)), [None, weights[1]])


@pytest.mark.parametrize("option", ["activation", "recurrent_activation"])
def test_an_unknown_activation_is_refused_with_the_known_ones(option: str) -> None:
    known = "expected one of tanh, sigmoid, relu, linear, received 'swish'"
    with pytest.raises(ValueError, match=known):
        REFERENCES["lstm"](make_input(5, 3), make_weights("lstm", 3, 4), **{option: "swish"})

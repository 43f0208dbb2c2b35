"""Back-propagation through time against TensorFlow's gradients and finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnbench.reference import (
    Array,
    Gradients,
    simple_rnn,
    simple_rnn_gradients,
    state_gradient_norms,
)
from rnnbench.reference.activations import ACTIVATIONS, DERIVATIVES

TIME, INPUTS, UNITS = 6, 3, 4
NAMES = ("kernel", "recurrent_kernel", "bias", "x", "initial_state")


def problem(batch: int | None = 2, seed: int = 0) -> tuple[dict[str, Array], Array]:
    """Return what a SimpleRNN computes from, and targets that its states are measured by."""
    rng = np.random.default_rng(seed)
    front = () if batch is None else (batch,)
    arguments = {
        "x": rng.normal(size=(*front, TIME, INPUTS)),
        "kernel": rng.normal(size=(INPUTS, UNITS)),
        "recurrent_kernel": rng.normal(scale=0.6, size=(UNITS, UNITS)),
        "bias": rng.normal(size=UNITS),
        "initial_state": rng.normal(size=(*front, UNITS)),
    }
    return arguments, rng.normal(size=(*front, TIME, UNITS))


def loss(states: Array, targets: Array) -> float:
    return float(0.5 * np.sum((states - targets) ** 2))


def gradients(arguments: dict[str, Array], targets: Array, activation: str = "tanh") -> Gradients:
    states = simple_rnn(**arguments, activation=activation)
    return simple_rnn_gradients(
        **arguments, output_gradients=states - targets, activation=activation
    )


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "linear"])
@pytest.mark.parametrize("batch", [None, 2])
@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_what_finite_differences_say(
    name: str, batch: int | None, activation: str
) -> None:
    arguments, targets = problem(batch)
    found = getattr(gradients(arguments, targets, activation), name)
    value, step = arguments[name], 1e-6
    assert found.shape == value.shape
    for index in np.ndindex(value.shape):
        moved = []
        for sign in (1, -1):
            changed = value.copy()
            changed[index] += sign * step
            states = simple_rnn(**(arguments | {name: changed}), activation=activation)
            moved.append(loss(states, targets))
        assert found[index] == pytest.approx((moved[0] - moved[1]) / (2 * step), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_are_those_of_tensorflow(activation: str) -> None:
    import tensorflow as tf

    arguments, targets = problem()
    v = {name: tf.constant(value) for name, value in arguments.items()}
    act: Any = {"linear": tf.identity}.get(activation) or getattr(tf.nn, activation)
    with tf.GradientTape() as tape:
        tape.watch(list(v.values()))
        h, states = v["initial_state"], []
        for t in range(TIME):
            h = act(v["x"][:, t] @ v["kernel"] + h @ v["recurrent_kernel"] + v["bias"])
            states.append(h)
        value = 0.5 * tf.reduce_sum((tf.stack(states, axis=1) - targets) ** 2)
    expected, at_states = tape.gradient(value, (v, states))
    found = gradients(arguments, targets, activation)
    for name in NAMES:
        np.testing.assert_allclose(getattr(found, name), expected[name], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.states, np.stack(at_states, axis=1), rtol=1e-9, atol=1e-12)


def test_gradients_are_those_of_the_layer_of_keras() -> None:
    import keras
    import tensorflow as tf

    arguments, targets = problem()
    layer = keras.layers.SimpleRNN(UNITS, return_sequences=True)
    layer.build((None, TIME, INPUTS))
    layer.set_weights([arguments[name] for name in NAMES[:3]])
    x = tf.constant(arguments["x"], tf.float32)
    state = tf.constant(arguments["initial_state"], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch((x, state))
        states = layer(x, initial_state=state)
        value = 0.5 * tf.reduce_sum((states - tf.cast(targets, tf.float32)) ** 2)
    expected = tape.gradient(value, [*(w.value for w in layer.weights), x, state])
    found = gradients(arguments, targets)
    for name, one in zip(NAMES, expected, strict=True):
        np.testing.assert_allclose(getattr(found, name), one, rtol=1e-4, atol=1e-4)


def test_a_loss_on_the_last_state_reaches_every_step_before_it() -> None:
    arguments, _ = problem()
    seen = np.zeros((2, TIME, UNITS))
    seen[:, -1] = 1.0
    found = simple_rnn_gradients(**arguments, output_gradients=seen)
    np.testing.assert_array_equal(found.states[:, -1], 1.0)
    assert (state_gradient_norms(found) > 0).all()
    assert np.abs(found.x[:, 0]).min() > 0


def test_a_loss_on_the_first_state_reaches_none_after_it() -> None:
    arguments, _ = problem()
    seen = np.zeros((2, TIME, UNITS))
    seen[:, 0] = 1.0
    found = simple_rnn_gradients(**arguments, output_gradients=seen)
    np.testing.assert_array_equal(found.states[:, 1:], 0.0)
    np.testing.assert_array_equal(found.x[:, 1:], 0.0)


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.5])
def test_gradients_vanish_hold_or_explode_with_the_recurrent_weights(factor: float) -> None:
    x = np.zeros((30, INPUTS))
    seen = np.zeros((30, UNITS))
    seen[-1] = 1.0
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(UNITS, UNITS)))[0]
    kernel = np.zeros((INPUTS, UNITS))
    found = simple_rnn_gradients(x, kernel, factor * turn, None, seen, activation="linear")
    expected = np.linalg.norm(seen[-1]) * factor ** np.arange(29, -1, -1)
    np.testing.assert_allclose(state_gradient_norms(found), expected, rtol=1e-9)


def test_norms_of_a_batch_are_the_mean_over_its_sequences() -> None:
    arguments, targets = problem(3)
    found = gradients(arguments, targets)
    expected = np.linalg.norm(found.states, axis=-1).mean(axis=0)
    np.testing.assert_allclose(state_gradient_norms(found), expected)


def test_every_activation_has_its_derivative() -> None:
    x = np.linspace(-3, 3, 40)  # not zero, where relu has none
    for name, activation in ACTIVATIONS.items():
        slope = (activation(x + 1e-6) - activation(x - 1e-6)) / 2e-6
        np.testing.assert_allclose(DERIVATIVES[name](activation(x)), slope, atol=1e-6)


def test_misshapen_output_gradients_are_refused() -> None:
    arguments, targets = problem()
    with pytest.raises(ValueError, match=r"output_gradients: expected shape \(2, 6, 4\), received"):
        simple_rnn_gradients(**arguments, output_gradients=targets[:, :-1])


def test_a_sequence_of_no_steps_has_no_gradients() -> None:
    arguments, _ = problem()
    arguments["x"] = arguments["x"][:, :0]
    found = simple_rnn_gradients(**arguments, output_gradients=np.zeros((2, 0, UNITS)))
    np.testing.assert_array_equal(found.kernel, 0.0)
    np.testing.assert_array_equal(found.initial_state, 0.0)

"""Gradients through time: against the reference and differences, and what they may not change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnbench.config.expand import load
from rnnbench.config.recorded import parameters
from rnnbench.data import Arrays, InputSpec
from rnnbench.errors import ConfigError
from rnnbench.models.build import build
from rnnbench.reference import REFERENCES, simple_rnn_gradients, state_gradient_norms
from rnnbench.training import gradient_flow
from rnnbench.training.batches import Samples
from rnnbench.training.fit import fit
from rnnbench.training.gradient_flow import GradientMeter, mean_norms
from rnnbench.training.losses import sample_losses
from rnnbench.training.program import Program
from rnnbench.training.spec import relevant
from rnnbench.training.through_time import ThroughTime

BATCH, TIME, WIDTH, UNITS = 3, 6, 4, 5
SPEC = InputSpec(TIME, WIDTH, None, 2)
rng = np.random.default_rng(3)
X = rng.normal(size=(BATCH, TIME, WIDTH)).astype(np.float32)
Y = np.array([0, 1, 1], np.int32)
Array = np.ndarray


def weights_of(model: Any) -> tuple[list[Array], Array, Array]:
    """The weights of the recurrent layer, the kernel (units,) and the bias of the head."""
    layer = next(layer for layer in model.layers if hasattr(layer, "cell"))
    kernel, bias = (w.astype(np.float64) for w in model.layers[-1].get_weights())
    return [w.astype(np.float64) for w in layer.get_weights()], kernel[:, 0], bias


def with_weights(configure: Any, cell: str) -> Any:
    """A model of one layer whose biases are not zero, either."""
    model = build(configure(f"+cell={cell}", units=UNITS), SPEC, seed=1)
    rng = np.random.default_rng(4)
    model.set_weights([rng.normal(0, 0.7, w.shape).astype(np.float32) for w in model.get_weights()])
    return model


def test_of_simple_rnn_are_those_of_the_reference(configure: Any) -> None:
    model = with_weights(configure, "simple_rnn")
    _, ((layer, state, found),) = ThroughTime(model, sample_losses(2)).state_gradients(X, Y)
    assert (layer, state) == ("simple_rnn_1", "h")
    (w, u, b), kernel, _ = weights_of(model)
    p = np.asarray(model(X), np.float64)[:, 0]
    seen = np.zeros((BATCH, TIME, UNITS))
    seen[:, -1] = (p - Y)[:, None] * kernel
    expected = simple_rnn_gradients(X, w, u, b, seen)
    np.testing.assert_allclose(found, expected.states, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(mean_norms(found), state_gradient_norms(expected), rtol=1e-4)


def losses(h: Array, kernel: Array, bias: Array) -> Array:
    """The loss of each sample from its last state."""
    p = 1 / (1 + np.exp(-(h @ kernel + bias)))
    return -np.log(np.where(Y == 1, p, 1 - p))


def follower(cell: str, weights: list[Array]) -> Callable[[Array, Array | None], Array]:
    """All that the reference hands on, ``(states, batch, time, units)``, from some state on."""

    def states(x: Array, state: Array | None) -> Array:
        reference = REFERENCES[cell]
        if cell.startswith("lstm"):
            return reference(x, weights, state, return_cells=True)  # type: ignore[arg-type]
        return reference(x, weights, None if state is None else state[0])[None]

    return states


@pytest.mark.parametrize("cell", ["lstm", "lstm_peephole", "gru", "gru_reset_before"])
def test_of_gated_cells_are_numeric_differences(configure: Any, cell: str) -> None:
    model = with_weights(configure, cell)
    _, gradients = ThroughTime(model, sample_losses(2)).state_gradients(X, Y)
    weights, kernel, bias = weights_of(model)
    follow = follower(cell, weights)
    assert [state for _, state, _ in gradients] == (["h", "c"] if "lstm" in cell else ["h"])
    states, step = follow(X.astype(np.float64), None), 1e-5

    def loss_after(t: int, handed_on: Array) -> Array:
        rest = X[:, t + 1 :].astype(np.float64)
        last = follow(rest, handed_on)[0, :, -1] if t + 1 < TIME else handed_on[0]
        return losses(last, kernel, bias)

    for place, (_, _, found) in enumerate(gradients):
        for t in range(TIME):
            for unit in range(UNITS):
                pair = []
                for sign in (1, -1):
                    handed_on = states[:, :, t].copy()
                    handed_on[place, :, unit] += sign * step
                    pair.append(loss_after(t, handed_on))
                expected = (pair[0] - pair[1]) / (2 * step)
                np.testing.assert_allclose(found[:, t, unit], expected, rtol=2e-3, atol=2e-5)


MODELS = [
    ("lstm", "model.depth=3"),
    ("lstm", "model.depth=2 model.layer_norm=true"),
    ("gru", "model.depth=2 model.layer_norm=true model.bidirectional=true model.head=mean"),
    ("lstm", "model.head=mean"),
    ("gru", "model.head=flatten"),
    ("simple_rnn", "model.head=max"),
    ("lstm", "model.bidirectional=true"),
    ("gru", "model.bidirectional=true model.depth=2 model.head=mean"),
    ("lstm", "model.dropout=0.3 model.recurrent_dropout=0.3 model.head_dropout=0.3"),
    ("simple_rnn", "model.dropout=0.3 model.recurrent_dropout=0.3"),
    ("lstm", "data.mask=true"),
    ("gru", "data.mask=true model.head=mean model.depth=2"),
    ("simple_rnn", "data.mask=true model.bidirectional=true"),
    ("lstm", "data=digits data.mask=true"),
]


@pytest.mark.parametrize(("cell", "words"), MODELS)
def test_the_model_is_run_as_keras_runs_it(cell: str, words: str) -> None:
    config = load([f"+cell={cell}", "model.units=4", "model.embedding.dim=3", *words.split()])
    x: Array
    if config.data.name == "digits":
        spec, y = InputSpec(TIME, WIDTH, None, 10), np.array([0, 4, 9], np.int32)
        x = X.copy()
        x[0, :2] = x[1, 4:] = 0.0
    else:
        spec, y = InputSpec(TIME, None, 50, 2), Y
        x = rng.integers(1, 50, (BATCH, TIME)).astype(np.int32)
        x[0, :2] = x[1, 4:] = 0
    model = build(config, spec, seed=2)
    before = [np.array(variable) for variable in model.variables]
    measured, gradients = ThroughTime(model, sample_losses(spec.classes)).state_gradients(x, y)
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(np.array(variable), value)
    output = np.asarray(model(x, training=False), np.float64)
    p = output[np.arange(BATCH), y] if spec.classes > 2 else np.where(y, output.T, 1 - output.T)[0]
    np.testing.assert_allclose(measured, -np.log(p), rtol=1e-4)
    directions = 2 if config.model.bidirectional else 1
    states = 2 if cell == "lstm" else 1
    assert len(gradients) == config.model.depth * directions * states
    assert {values.shape for _, _, values in gradients} == {(BATCH, TIME, 4)}
    if config.model.depth > 1 and not config.data.mask:
        # The error reaches the lower layers, too.
        assert all(np.abs(values).max() > 0 for _, state, values in gradients if state == "h")


def test_a_masked_step_hands_on_the_whole_error(configure: Any) -> None:
    config = load(["+cell=gru", "data.mask=true", "model.units=4", "model.embedding.dim=3"])
    model = build(config, InputSpec(TIME, None, 50, 2), seed=2)
    x = np.tile(np.arange(1, TIME + 1, dtype=np.int32), (BATCH, 1))
    x[:, 4:] = 0
    _, ((_, _, found),) = ThroughTime(model, sample_losses(2)).state_gradients(x, Y)
    np.testing.assert_array_equal(found[:, 3], found[:, 5])
    assert np.abs(found[:, 2] - found[:, 3]).max() > 0


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    x = rng.normal(size=(60, TIME, WIDTH)).astype(np.float32)
    y = (x[:, 0, 0] > 0).astype(np.int32)
    return Arrays(x[:40], y[:40], x[40:], y[40:])


@pytest.fixture(scope="module")
def small(configure: Any) -> Any:
    return configure("+cell=lstm", "data=digits", units=4, dropout=0.2, recurrent_dropout=0.2)


@pytest.fixture(scope="module")
def program(small: Any) -> Program:
    return Program(changed(small, None), SPEC)


def test_measure_at_the_epochs_asked_for_and_change_nothing(
    program: Program, arrays: Arrays, small: Any, tmp_path: Path
) -> None:
    plain = fit(program, arrays, changed(small, None))
    last = program.weights()
    measured = fit(program, arrays, changed(small, [0, 2, 9]))
    assert plain.flows == ()
    assert [(f.epoch, f.layer, f.state) for f in measured.flows] == [
        (epoch, "lstm_1", state) for epoch in (0, 2) for state in ("h", "c")
    ]
    assert set(measured.metrics) - set(plain.metrics) == {
        "gradient_reach",
        "gradient_reach_cell",
    }
    for name, value in plain.metrics.items():
        if "seconds" not in name:
            assert measured.metrics[name] == value
    for before, after in zip(last, program.weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(plain.predictions, measured.predictions)

    held_out = Samples(arrays.x_train[32:], arrays.y_train[32:])
    meter = GradientMeter(program.model, held_out, sample_losses(2), [2])
    meter.measure(1)
    assert meter.flows == []
    meter.measure(2)
    h, c = (flow.norms for flow in measured.flows if flow.epoch == 2)
    np.testing.assert_allclose(meter.flows[0].norms, h, rtol=1e-6)
    _, ((_, _, values), _) = ThroughTime(program.model, sample_losses(2)).state_gradients(
        held_out.x, held_out.y
    )
    np.testing.assert_allclose(h, np.linalg.norm(values, axis=2).mean(axis=0), rtol=1e-5)
    reach = measured.metrics["gradient_reach"]
    assert reach == pytest.approx(np.log10(h[0] / h[-1]), abs=1e-5)
    assert measured.metrics["gradient_reach_cell"] == pytest.approx(np.log10(c[0] / h[-1]))
    assert meter.metrics()["gradient_reach"] == pytest.approx(reach, abs=1e-5)

    gradient_flow.save(measured.flows, tmp_path)
    read = gradient_flow.load(tmp_path / gradient_flow.FILE)
    assert read == measured.flows
    for before_, after_ in zip(measured.flows, read or (), strict=True):
        np.testing.assert_array_equal(before_.norms, after_.norms)


def test_without_validation_training_samples_are_watched(
    program: Program, arrays: Arrays, small: Any
) -> None:
    config = changed(small, [0], validation="none", epochs=1)
    fitted = fit(program, arrays, config)
    program.reset(config.seed, config.optimizer.learning_rate)
    expected = GradientMeter(
        program.model,
        Samples(arrays.x_train, arrays.y_train),
        sample_losses(program.spec.classes),
        [0],
    )
    expected.measure(0)
    assert len(fitted.flows) == len(expected.flows) == 2
    for found, wanted in zip(fitted.flows, expected.flows, strict=True):
        np.testing.assert_array_equal(found.norms, wanted.norms)


def test_the_diagnostic_is_no_part_of_what_a_run_is(small: Any) -> None:
    class Data:
        digest = "0"
        spec = SPEC
        vectors = None

    one, other = changed(small, None), changed(small, [0, 1])
    assert relevant(one, Data()) == relevant(other, Data())  # type: ignore[arg-type]
    assert parameters(one) == parameters(other)


def changed(config: Any, epochs_measured: list[int] | None, **training: Any) -> Any:
    """Return a configuration with the diagnostic and other training."""
    values = {"epochs": 2, "batch_size": 16, "jit_compile": False} | training
    diagnostics = {"gradient_flow": epochs_measured}
    return config.model_copy(
        update={
            "diagnostics": config.diagnostics.model_copy(update=diagnostics),
            "training": config.training.model_copy(update=values),
        }
    )


@pytest.mark.parametrize("value", ["[0,-1]", "[1.5]", "true", "[abc]"])
def test_other_than_epochs_are_refused(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load([f"diagnostics.gradient_flow={value}"], cell=False)
    assert caught.value.key.startswith("diagnostics.gradient_flow")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04N."])
def test_what_is_no_such_file_is_passed_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / gradient_flow.FILE).write_bytes(content)
    assert gradient_flow.load(tmp_path / gradient_flow.FILE) is None
    assert gradient_flow.load(tmp_path / "nowhere") is None

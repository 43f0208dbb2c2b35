"""Targets that are numbers: trained as Keras trains them, measured in their own unit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import mean_squared_error, r2_score

from rnnbench.config.expand import load
from rnnbench.config.schema import Config
from rnnbench.data import Prepared, prepare
from rnnbench.data.targets import Naive, TargetScale
from rnnbench.errors import ConfigError, Divergence
from rnnbench.training.batches import Samples, batches
from rnnbench.training.fit import Fitted, fit
from rnnbench.training.forecasts import forecast_scores, mean_error, r2
from rnnbench.training.losses import guessing_loss, numbers_loss, sample_losses
from rnnbench.training.parts import test_samples as samples_of_test
from rnnbench.training.program import Program
from rnnbench.training.task_keys import refuse_for_task
from tests.numbers import HEIGHT, LEVEL, write_numbers
from tests.stress import stressed

FUSED, GRAPH = "training.fused=true", "training.jit_compile=false"
LOSSES = {"mse": "mean_squared_error", "mae": "mean_absolute_error", "huber": "huber"}


def configured(tmp_path: Path, *words: str, targets: int = 1) -> tuple[Config, Prepared]:
    """Return a configuration and its prepared data."""
    write_numbers(tmp_path / "numbers.npz", targets=targets)
    usual = {"training.epochs": "2", "training.batch_size": "8", "model.units": "4"}
    given = usual | dict(word.split("=") for word in words)
    data = ("data=arrays", f"data.path={tmp_path / 'numbers.npz'}", "data.task=regression")
    config = load(["+cell=gru", *data, *(f"{key}={value}" for key, value in given.items())])
    return config, prepare(config.data, tmp_path / "home")


def trained(config: Config, data: Prepared) -> tuple[Fitted, Program]:
    program = Program(config, data.spec)
    return fit(program, data.arrays(), config), program


@pytest.mark.parametrize(
    ("loss", "path"),
    [
        ("mse", FUSED),
        ("huber", GRAPH),
        *stressed([("mae", FUSED), ("huber", FUSED), ("mse", GRAPH), ("mae", GRAPH)]),
    ],
)
def test_a_step_changes_weights_as_keras_does(tmp_path: Path, loss: str, path: str) -> None:
    import keras

    words = (f"training.loss={loss}", path)
    config, data = configured(tmp_path, *words, targets=2)
    program = Program(config, data.spec)
    program.reset(config.seed, config.optimizer.learning_rate)
    own = keras.models.clone_model(program.model)
    own.set_weights(program.weights())
    own.compile(keras.optimizers.Adam(config.optimizer.learning_rate), LOSSES[loss])
    arrays = data.arrays()
    batch = next(batches(Samples(arrays.x_train, arrays.y_train, data.target_scale()), 8))
    expected = own.train_on_batch(arrays.x_train[:8], arrays.y_train[:8])
    assert program.train_batch(batch).mean_loss == pytest.approx(float(expected), rel=1e-5)
    for found, wanted in zip(program.weights(), own.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=2e-5)


def test_metrics_are_in_the_unit_of_the_targets(tmp_path: Path) -> None:
    config, data = configured(tmp_path, "training.validation=split", targets=2)
    fitted, program = trained(config, data)
    test = samples_of_test(data.arrays())
    assert test.scale is not None
    predicted = test.scale.undo(np.asarray(program.model(test.x, training=False)))
    true = test.scale.undo(test.y)
    assert LEVEL - 2 * HEIGHT < true.min() < true.max() < LEVEL + 2 * HEIGHT
    error = predicted - true
    assert fitted.metrics["test_rmse"] == pytest.approx(np.sqrt(np.square(error).mean()), rel=1e-5)
    assert fitted.metrics["test_mae"] == pytest.approx(np.abs(error).mean(), rel=1e-5)
    last = fitted.epochs[-1]
    assert last.val_rmse is not None
    assert fitted.metrics["rmse_gap_final"] == pytest.approx(last.val_rmse - (last.rmse or 0.0))
    best = min(epoch.val_rmse or np.inf for epoch in fitted.epochs)
    assert fitted.metrics["best_val_rmse"] == best
    assert not {name for name in fitted.metrics if "accuracy" in name}


def test_epochs_stop_by_an_error_that_rises(tmp_path: Path) -> None:
    stop = ("training.early_stopping.patience=1", "training.early_stopping.monitor=val_rmse")
    config, data = configured(tmp_path, *stop, "training.epochs=9", "optimizer.learning_rate=0.5")
    fitted, _ = trained(config, data)
    errors = [epoch.val_rmse or np.nan for epoch in fitted.epochs]
    assert len(errors) < 9
    assert errors[-1] >= min(errors[:-1])


def test_an_error_that_explodes_ends_the_run(tmp_path: Path) -> None:
    config, data = configured(
        *(tmp_path, "optimizer=sgd", "optimizer.learning_rate=300", "training.epochs=20"),
        *("model.head=last", "training.batch_size=2"),
    )
    with pytest.raises(Divergence, match="training loss is"):
        trained(config, data)


def test_scores_of_forecasts() -> None:
    scale = TargetScale(np.array([[2.0, 10.0]]), np.array([[1.0, -5.0]]))
    rng = np.random.default_rng(0)
    true, predicted = rng.normal(size=(30, 2)), rng.normal(size=(30, 2))
    test = Samples(np.zeros((30, 3, 1)), scale.apply(true), scale)
    last = rng.normal(size=(30, 2))
    naive = Naive(last, np.array([[0.5, 4.0]]))
    found = forecast_scores(scale.apply(predicted), test, naive)
    assert found["mase"] == pytest.approx((np.abs(predicted - true) / [0.5, 4.0]).mean(), 1e-5)
    up = (predicted > last) == (true > last)
    assert found["direction"] == pytest.approx(up.mean())
    assert mean_error(test, test) == pytest.approx(np.sqrt(true.var(axis=0).mean()), rel=1e-5)
    constant = Naive(last, np.array([[0.5, 0.0]]))
    assert "mase" not in forecast_scores(scale.apply(predicted), test, constant)


def test_errors_of_series_that_are_scaled_apart_count_alike() -> None:
    rng = np.random.default_rng(2)
    series = np.repeat([0, 1, 2], [4, 10, 6])
    factor = np.array([1.0, 100.0, 5.0])[series][:, None] * [1.0, 2.0]
    true, predicted = rng.normal(size=(20, 2)), rng.normal(size=(20, 2))
    scale = TargetScale(factor, np.ones_like(factor))
    naive = Naive(np.zeros((1, 2)), np.ones((1, 2)))
    test = Samples(np.zeros((20, 3, 1)), true.astype(np.float32), scale)
    each = [mean_squared_error(true[series == k], predicted[series == k]) ** 0.5 for k in range(3)]
    found = forecast_scores(predicted, test, naive)
    assert found["scaled_rmse"] == pytest.approx(np.mean(each), 1e-5)
    alike = Samples(test.x, test.y, scale.take([0]))
    assert "scaled_rmse" not in forecast_scores(predicted, alike, naive)


@pytest.mark.parametrize("constant", [False, True])
def test_r2_is_that_of_scikit_learn(constant: bool) -> None:
    rng = np.random.default_rng(1)
    true, predicted = rng.normal(size=(9, 3)), rng.normal(size=(9, 3))
    if constant:
        true[:, 0], true[:, 1] = 2.0, 3.0
        predicted[:, 0] = 2.0
    assert r2(predicted, true) == pytest.approx(r2_score(true, predicted))


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_in_numpy_are_those_of_keras(loss: str) -> None:
    rng = np.random.default_rng(2)
    y, output = (rng.normal(scale=2, size=(20, 3)).astype(np.float32) for _ in range(2))
    expected = np.asarray(sample_losses(0, loss)(y, output)).mean()  # type: ignore[arg-type]
    assert numbers_loss(y, output, loss) == pytest.approx(expected, rel=1e-5)


def test_guessing_is_the_mean_or_nothing_whichever_is_worse(tmp_path: Path) -> None:
    _, data = configured(tmp_path)
    y = np.array([[2.0], [4.0]])
    assert guessing_loss(data.spec, y, None) == 10.0
    assert guessing_loss(data.spec, y - 3.0, None) == 1.0


@pytest.mark.parametrize(
    ("data", "words", "key"),
    [
        ("digits", "training.loss=mae", "training.loss"),
        ("digits", "training.loss=mse", "training.loss"),
        (
            "digits",
            "training.early_stopping.patience=1 training.early_stopping.monitor=val_rmse",
            "training.early_stopping.monitor",
        ),
        (
            "arrays",
            "training.early_stopping.patience=1 training.early_stopping.monitor=val_accuracy",
            "training.early_stopping.monitor",
        ),
    ],
)
def test_what_belongs_to_the_other_task_is_refused(
    tmp_path: Path, data: str, words: str, key: str
) -> None:
    own: Any = configured(tmp_path)[1].spec
    config = load(["+cell=gru", *words.split()])
    if data == "digits":
        own = type(own)(8, 8, None, 10)
    with pytest.raises(ConfigError, match=key):
        refuse_for_task(config, own)

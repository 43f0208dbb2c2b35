"""Forecasts without recurrence: what each of them predicts."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.baselines import get_baseline
from rnnbench.baselines.forecasts import (
    fit_last_value,
    fit_mean,
    fit_ridge,
    fit_seasonal_naive,
    no_features,
    no_forecast,
    no_season,
)
from rnnbench.baselines.smoothing import Constants, fit_exponential_smoothing, forecast
from rnnbench.config.expand import load
from rnnbench.data import InputSpec
from rnnbench.data.prepared import Arrays
from rnnbench.data.targets import TargetScale
from rnnbench.training.batches import Samples
from rnnbench.training.fit_once import fit_once
from rnnbench.training.parts import Parts

SPEC = InputSpec(12, 1, None, 0, targets=3, observed=1)
WAVE = np.sin(np.arange(300) * 2 * np.pi / 6) + np.arange(300) / 100


@pytest.fixture(scope="module")
def config():
    return load(
        ["data=mackey_glass", "data.window=12", "data.horizon=3", "+data.season=6"], cell=False
    )


def windows(values: np.ndarray, first: int, stop: int) -> Samples:
    starts = np.arange(first, stop - 15)
    x = values[starts[:, None] + np.arange(12)][..., None]
    y = values[starts[:, None] + np.arange(12, 15)]
    return Samples(x.astype(np.float32), y.astype(np.float32))


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts(windows(WAVE, 0, 200), windows(WAVE, 200, 250), windows(WAVE, 250, 300))


def rmse(fitted, samples: Samples) -> float:
    return float(np.sqrt(np.square(fitted.predict(samples.x) - samples.y).mean()))


def test_the_last_value_is_repeated(parts, config) -> None:
    found = fit_last_value(parts, SPEC, config).predict(parts.test.x)
    np.testing.assert_array_equal(found, np.repeat(parts.test.x[:, -1], 3, axis=1))


def test_the_last_season_is_repeated(parts, config) -> None:
    found = fit_seasonal_naive(parts, SPEC, config).predict(parts.test.x)
    np.testing.assert_array_equal(found, parts.test.x[:, 6:9, 0])


def test_a_season_shorter_than_the_horizon_comes_again(parts, config) -> None:
    short = config.model_copy(update={"data": config.data.model_copy(update={"season": 2})})
    found = fit_seasonal_naive(parts, SPEC, short).predict(parts.test.x)
    np.testing.assert_array_equal(found, parts.test.x[:, [10, 11, 10], 0])


def test_several_targets_keep_their_order(config) -> None:
    spec = InputSpec(12, 3, None, 0, targets=4, observed=2)
    x = np.arange(36, dtype=np.float32).reshape(1, 12, 3)
    nothing = Parts(Samples(x, x[:, 0]), None, Samples(x, x[:, 0]))
    assert fit_last_value(nothing, spec, config).predict(x).tolist() == [[33, 34, 33, 34]]
    assert fit_seasonal_naive(nothing, spec, config).predict(x).tolist() == [[18, 19, 21, 22]]


def test_the_mean_is_that_of_the_training_targets(parts, config) -> None:
    found = fit_mean(parts, SPEC, config).predict(parts.test.x)
    np.testing.assert_allclose(found[0], parts.training.y.mean(axis=0), rtol=1e-5)


def test_ridge_regression_finds_a_linear_rule(parts, config) -> None:
    fitted = fit_ridge(parts, SPEC, config)
    assert rmse(fitted, parts.test) < 0.02
    assert fitted.metrics["parameters_total"] == 39


def test_exponential_smoothing_knows_trend_and_season(parts, config) -> None:
    fitted = fit_exponential_smoothing(parts, SPEC, config)
    assert rmse(fitted, parts.test) < 0.1 * rmse(fit_last_value(parts, SPEC, config), parts.test)
    assert fitted.predict(parts.test.x).shape == parts.test.y.shape


@pytest.mark.parametrize("season", [1, 6])
def test_smoothing_forecasts_as_statsmodels_does(season: int) -> None:
    ets = pytest.importorskip("statsmodels.tsa.exponential_smoothing.ets")
    past = WAVE[:40] + np.random.default_rng(0).normal(size=40) / 5
    alpha, beta, phi, gamma = constants = Constants(0.4, 0.3, 0.9, 0.2)
    level = past[:season].mean()
    more, smoothing = {}, [alpha, alpha * beta, phi]
    if season > 1:
        more = {"seasonal": "add", "seasonal_periods": 6, "initial_seasonal": past[:6] - level}
        smoothing.insert(2, gamma * (1 - alpha))
    # The steps that the beginning is taken from are not smoothed.
    model = ets.ETSModel(
        past[season:],
        trend="add",
        damped_trend=True,
        initialization_method="known",
        initial_level=level,
        initial_trend=0.0,
        **more,
    )
    wanted = model.smooth(np.array(smoothing)).forecast(8)
    np.testing.assert_allclose(forecast(past[None], constants, 8, season)[0], wanted, rtol=1e-9)


@pytest.mark.parametrize(
    ("spec", "reasons"),
    [
        (SPEC, ("", "", "")),
        (InputSpec(12, 1, None, 0, targets=3), ("", "past", "past")),
        (InputSpec(4, 1, None, 0, targets=3, observed=1), ("", "", "shorter than a season")),
        (InputSpec(12, None, 99, 0, targets=1), ("tokens", "past", "past")),
    ],
)
def test_baselines_say_why_they_do_not_suit_data(spec, reasons, config) -> None:
    for test, reason in zip((no_features, no_forecast, no_season), reasons, strict=True):
        told = test(spec, config.data)
        assert reason in told
        assert bool(reason) == bool(told)


def test_errors_are_measured_in_the_unit_of_the_targets(config) -> None:
    train, test = windows(WAVE, 0, 250), windows(WAVE, 250, 300)
    scale = TargetScale(np.full((1, 3), 10.0), np.full((1, 3), 5.0))
    arrays = Arrays(train.x, train.y, test.x, test.y, scale, scale, None, held_out=40)
    fitted = fit_once(get_baseline("last_value"), arrays, SPEC, config)
    missed = np.repeat(test.x[:, -1], 3, axis=1) - test.y
    assert fitted.metrics["test_rmse"] == pytest.approx(10 * np.sqrt(np.square(missed).mean()))
    assert fitted.metrics["test_mae"] == pytest.approx(10 * np.abs(missed).mean())
    assert fitted.metrics["test_loss"] == pytest.approx(np.square(missed).mean())
    held_out = np.repeat(train.x[-40:, -1], 3, axis=1) - train.y[-40:]
    assert fitted.metrics["best_val_rmse"] == pytest.approx(
        10 * np.sqrt(np.square(held_out).mean())
    )

"""Forecasts without recurrence: what a network that forecasts has to beat.

Inputs and predictions are scaled, and a target is scaled as the feature that shows its past.
"""

from __future__ import annotations

import numpy as np

from rnnbench.baselines.result import FittedBaseline
from rnnbench.config.data_section import DataConfig
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.training.parts import Parts

# Strengths of the penalty on the weights; the one of the lowest validation error is taken. Without
# a validation part it is scikit-learn's 1.
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0, 1000.0)


def no_features(spec: InputSpec, _config: DataConfig) -> str:
    """Return why a regression on all inputs cannot be used, or nothing."""
    return "whose inputs are tokens" if spec.features is None else ""


def no_forecast(spec: InputSpec, _config: DataConfig) -> str:
    """Return why a baseline that goes on with past targets cannot be used, or nothing."""
    return "" if spec.observed else "whose inputs don't show the past of the targets"


def no_season(spec: InputSpec, config: DataConfig) -> str:
    """Return why a baseline that repeats a season cannot be used, or nothing."""
    if reason := no_forecast(spec, config):
        return reason
    if config.season is None:
        return "of which data.season is not known"
    if config.season > spec.timesteps:
        return f"whose window of {spec.timesteps} is shorter than a season of {config.season}"
    return ""


def fit_last_value(_parts: Parts, spec: InputSpec, _config: Config) -> FittedBaseline:
    """Repeat the last value of the window at every step ahead."""
    return FittedBaseline(lambda x: np.tile(np.asarray(x[:, -1, : spec.observed]), spec.horizon))


def fit_seasonal_naive(_parts: Parts, spec: InputSpec, config: Config) -> FittedBaseline:
    """Repeat the last season of the window."""
    season = config.data.season
    assert season is not None
    steps = spec.timesteps - season + np.arange(spec.horizon) % season

    def predict(x: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.asarray(x[:, steps, : spec.observed]).reshape(len(x), -1)
        return found

    return FittedBaseline(predict)


def fit_mean(parts: Parts, spec: InputSpec, _config: Config) -> FittedBaseline:
    """Predict the mean of the training targets, whatever the input."""
    mean = np.asarray(parts.training.y, np.float64).mean(axis=0)
    return FittedBaseline(lambda x: np.tile(mean, (len(x), 1)), {"parameters_total": spec.targets})


def fit_ridge(parts: Parts, _spec: InputSpec, config: Config) -> FittedBaseline:
    """Regress the targets on all values of the window, and choose the penalty by validation.

    A. E. Hoerl and R. W. Kennard, "Ridge Regression", Technometrics 12(1), 1970.
    """
    from sklearn.linear_model import Ridge

    x, y = _flat(parts.training.x), np.asarray(parts.training.y)
    chosen = 1.0
    if parts.validation is not None and config.training.validation == "split":
        new_x, new_y = _flat(parts.validation.x), np.asarray(parts.validation.y)

        def error(penalty: float) -> float:
            missed = _rows(Ridge(penalty).fit(x, y).predict(new_x)) - new_y
            return float(np.square(missed, dtype=np.float64).mean())

        chosen = min(PENALTIES, key=error)
    model = Ridge(chosen).fit(x, y)
    parameters = float(np.size(model.coef_) + np.size(model.intercept_))
    return FittedBaseline(
        lambda x: _rows(model.predict(_flat(x))),
        {"penalty": chosen, "parameters_total": parameters},
    )


def _flat(x: np.ndarray) -> np.ndarray:
    """Return windows ``(n, time, features)`` as rows ``(n, time * features)``."""
    return np.asarray(x, np.float64).reshape(len(x), -1)


def _rows(predicted: np.ndarray) -> np.ndarray:
    """Return predictions ``(n, targets)``; scikit-learn leaves out a single target's axis."""
    return predicted.reshape(len(predicted), -1)

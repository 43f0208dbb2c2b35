"""Exponential smoothing of windows: level, damped trend and, where there is one, a season.

The method ETS(A, Ad, A) of R. J. Hyndman, A. B. Koehler, J. K. Ord and R. D. Snyder, Forecasting
with Exponential Smoothing, Springer 2008, in its error-correction form; the damped trend is that
of E. S. Gardner and E. McKenzie, Management Science 31(10), 1985::

    e = y[t] - (l + phi b + s[t - m])
    l, b, s[t] = l + phi b + alpha e, phi b + beta e, s[t - m] + gamma e

Each window is smoothed on its own, so that it knows what a network knows. The four constants are
shared by all windows and minimise the squared error of forecasts on those that are trained on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnbench.baselines.result import FittedBaseline
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.training.parts import Parts

Numbers = NDArray[np.float64]
_WINDOWS = 500  # on which the constants are estimated
_START = (0.5, 0.1, 0.9, 0.1)
# Trends that are damped faster or slower than this can't be told apart (Hyndman et al. 2008).
_BOUNDS = ((1e-4, 1.0), (0.0, 1.0), (0.8, 0.98), (0.0, 1.0))


class Constants(NamedTuple):
    """Smoothing constants: ``beta`` and ``gamma`` are parts of what ``alpha`` leaves or takes."""

    alpha: float
    beta: float
    phi: float
    gamma: float


def fit_exponential_smoothing(parts: Parts, spec: InputSpec, config: Config) -> FittedBaseline:
    """Estimate the constants of each target on training windows, at most 500 of them."""
    from scipy.optimize import minimize

    chosen = np.linspace(0, len(parts.training) - 1, _WINDOWS).round().astype(int)
    chosen = np.unique(chosen)
    x = np.asarray(parts.training.x[chosen], np.float64)
    y = np.asarray(parts.training.y[chosen], np.float64)
    season = _season(spec, config)
    fitted = []
    for target in range(spec.observed):
        past, future = x[:, :, target], y[:, target :: spec.observed]

        def error(values: Numbers, past: Numbers = past, future: Numbers = future) -> float:
            found = forecast(past, Constants(*values), spec.horizon, season)
            return float(np.square(found - future).mean())

        found = minimize(error, _START, method="L-BFGS-B", bounds=_BOUNDS)
        fitted.append(Constants(*found.x))

    def predict(x: np.ndarray) -> np.ndarray:
        windows = np.asarray(x, np.float64)
        each = [
            forecast(windows[:, :, target], constants, spec.horizon, season)
            for target, constants in enumerate(fitted)
        ]
        return np.stack(each, axis=2).reshape(len(windows), -1)

    parameters = float(len(fitted) * (4 if season > 1 else 3))
    return FittedBaseline(predict, {"parameters_total": parameters})


def _season(spec: InputSpec, config: Config) -> int:
    """Return the season, 1 where there is none or windows don't hold two of it."""
    season = config.data.season or 1
    return season if 2 * season <= spec.timesteps else 1


def forecast(past: Numbers, constants: Constants, horizon: int, season: int = 1) -> Numbers:
    """Return forecasts ``(n, horizon)`` of windows ``(n, time)``.

    The level begins at the first value and the trend at 0; with a season, at the mean of the first
    one, whose differences from it are the seasonal part.
    """
    alpha, beta, phi, gamma = constants
    first = season if season > 1 else 1
    level = past[:, :first].mean(axis=1)
    trend = np.zeros(len(past))
    seasonal = [past[:, step] - level for step in range(season)] if season > 1 else []
    for step in range(first, past.shape[1]):
        damped = phi * trend
        own = seasonal[step % season] if seasonal else 0.0
        error = past[:, step] - (level + damped + own)
        level = level + damped + alpha * error
        trend = damped + alpha * beta * error
        if seasonal:
            seasonal[step % season] = own + gamma * (1 - alpha) * error
    found = np.empty((len(past), horizon))
    grown = 0.0
    for ahead in range(horizon):
        grown += phi ** (ahead + 1)
        own = seasonal[(past.shape[1] + ahead) % season] if seasonal else 0.0
        found[:, ahead] = level + grown * trend + own
    return found

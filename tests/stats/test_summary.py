"""Mean, spread and Student's interval against SciPy and NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from rnnbench.stats import Statistic, half_width, statistic

NAN = float("nan")


def test_mean_and_sample_deviation() -> None:
    found = statistic([1, 2, 3, 6])
    assert found == Statistic(3.0, pytest.approx(np.std([1, 2, 3, 6], ddof=1)), 4)


def test_what_was_not_measured_does_not_count() -> None:
    assert statistic([NAN, 1.0, NAN, 3.0]) == statistic([1.0, 3.0])


def test_one_value_has_no_spread_and_none_has_no_mean() -> None:
    one, none = statistic([0.5]), statistic([NAN])
    assert (one.mean, one.n, math.isnan(one.sd)) == (0.5, 1, True)
    assert (none.n, math.isnan(none.mean), math.isnan(none.sd)) == (0, True, True)
    assert math.isnan(half_width(one, 0.95))
    assert math.isnan(half_width(none, 0.95))


@pytest.mark.parametrize("n", [2, 3, 5, 30])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
def test_interval_is_students(n: int, confidence: float) -> None:
    values = np.random.default_rng(n).normal(0.85, 0.02, n)
    low, high = stats.t.interval(confidence, n - 1, values.mean(), stats.sem(values))
    summary = statistic(values)
    assert summary.mean - half_width(summary, confidence) == pytest.approx(low)
    assert summary.mean + half_width(summary, confidence) == pytest.approx(high)

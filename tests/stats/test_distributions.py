"""Distributions agree with SciPy's over all that they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from rnnbench.stats.distributions import (
    normal_cdf,
    normal_critical,
    student_cdf,
    student_critical,
    variance_ratio,
)

DF = st.one_of(st.floats(1, 60), st.floats(1, 30_000), st.integers(1, 30_000))
TAIL = st.one_of(st.floats(1e-15, 0.4), st.floats(-100, -1).map(lambda digits: 10**digits))
RATIO = st.floats(1e-9, 1 - 1e-9)


def close(wanted: object, relative: float = 1e-12) -> object:
    return pytest.approx(wanted, rel=relative, abs=0)


@given(st.floats(-30, 30))
def test_probability_of_a_normal_value_is_scipys(x: float) -> None:
    assert float(normal_cdf(x)) == close(special.ndtr(x))


@given(TAIL)
def test_critical_value_of_the_normal_distribution_is_scipys(tail: float) -> None:
    assert float(normal_critical(tail)) == close(-special.ndtri(tail))


@given(DF, st.floats(0.01, 1e4) | st.floats(-1e4, -0.01))  # SciPy's loses digits near 0
def test_probability_of_t_is_scipys(df: float, t: float) -> None:
    wanted = float(special.stdtr(df, t))
    assert student_cdf(df, t) == close(wanted, 1e-11) or wanted < 1e-200


@given(st.floats(-1e6, 1e6))
def test_probability_of_t_with_one_degree_of_freedom_is_cauchys(t: float) -> None:
    assert student_cdf(1, t) == pytest.approx(0.5 + math.atan(t) / math.pi, rel=0, abs=1e-15)


@given(DF, TAIL)
def test_critical_value_of_t_is_scipys(df: float, tail: float) -> None:
    assert float(student_critical(df, tail)) == close(-special.stdtrit(df, tail))


@given(DF, RATIO)
def test_ratio_of_variances_is_scipys_chi_square(df: float, p: float) -> None:
    assert float(variance_ratio(df, p)) == close(2 * special.gammaincinv(df / 2, p) / df)


@given(DF, RATIO)
def test_ratio_of_variances_is_not_exceeded_with_its_probability(df: float, p: float) -> None:
    assert special.gammainc(df / 2, df / 2 * variance_ratio(df, p)) == pytest.approx(p, rel=1e-9)


def test_arrays_are_what_their_numbers_are_alone() -> None:
    tails, df = np.array([[1e-12], [0.01], [0.49]]), np.array([1.0, 7.5, 1000.0])
    alone = [[float(student_critical(n, tail)) for n in df] for tail in tails[:, 0]]
    np.testing.assert_array_equal(student_critical(df, tails), alone)
    ratios = np.array([1e-6, 0.1, 0.5, 0.9])
    alone_ratios = [float(variance_ratio(3, p)) for p in ratios]
    np.testing.assert_array_equal(variance_ratio(3, ratios), alone_ratios)
    assert student_critical(5, np.zeros((0,))).shape == (0,)
    t = np.array([-1e3, -0.5, 0.0, 3.0])
    alone_cdf = [[float(student_cdf(n, value)) for value in t] for n in df]
    np.testing.assert_array_equal(student_cdf(df[:, None], t), alone_cdf)


def test_what_is_not_a_number_stays_that() -> None:
    assert np.isnan(student_critical([3, math.nan], 0.1)).tolist() == [False, True]
    assert math.isnan(variance_ratio(math.nan, 0.1))


def test_probabilities_of_t_add_up() -> None:
    assert student_cdf(3, 0.0) == 0.5
    assert student_cdf(3, -2.5) + student_cdf(3, 2.5) == pytest.approx(1, abs=1e-15)

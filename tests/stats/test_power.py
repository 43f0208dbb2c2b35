"""What a number of seeds can show: against simulated reports, and what holds for all of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nct, t

from rnnbench.stats.power import PlannedFamily, spread_range
from tests.stats.simulated import draw, intervals

SD = st.floats(0.001, 10)
SEEDS = st.integers(3, 60)
ARMS = st.integers(2, 8)
CONFIDENCE = st.floats(0.5, 0.999)


@pytest.mark.parametrize("arms", [2, 3, 6])
@pytest.mark.parametrize("n", [3, 5, 10, 20])
def test_difference_is_shown_as_often_as_promised(arms: int, n: int) -> None:
    difference = PlannedFamily(arms).detectable(1.0, n).low
    values = draw(np.random.default_rng([arms, n]), 4_000, n, (0.5**0.5,) * arms)
    values[:, :, 0] += difference
    estimates, half = intervals(values)
    assert (np.abs(estimates) > half)[:, 0].mean() == pytest.approx(0.8, abs=0.035)


@pytest.mark.parametrize("arms", [2, 3])
@pytest.mark.parametrize("margin", [0.8, 1.5])
def test_equal_arms_are_found_equivalent_as_often_as_promised(arms: int, margin: float) -> None:
    n = int(PlannedFamily(arms).seeds_for(margin, 1.0).low)
    found = []
    for seeds in (n - 1, n):
        values = draw(np.random.default_rng([arms, seeds]), 6_000, seeds, (0.5**0.5,) * arms)
        estimates, half = intervals(values)
        found.append((np.abs(estimates) + half <= margin)[:, 0].mean())
    assert found[0] - 0.03 < 0.8 < found[1] + 0.03


@pytest.mark.parametrize("n", [3, 5, 12])
def test_power_of_two_arms_is_that_of_the_noncentral_t(n: int) -> None:
    difference = PlannedFamily(2).detectable(2.0, n).low
    bound, away = t.ppf(0.975, n - 1), difference / 2.0 * math.sqrt(n)
    power = nct.sf(bound, n - 1, away) + nct.cdf(-bound, n - 1, away)
    assert power == pytest.approx(0.8, abs=0.01)


def test_report_on_a_test_set_shows_no_less_than_its_samples_allow() -> None:
    """With 500 samples and 80 % right, 4 points at best, however many seeds there are."""
    sampling = 2 * 0.8 * 0.2 / 500
    least = 1.96 * math.sqrt(sampling)
    on_samples = PlannedFamily(2, sampling=sampling)
    for n in (5, 100, 10_000):
        assert on_samples.detectable(0.005, n).low > least
    assert on_samples.detectable(0.005, 10_000).low == pytest.approx(
        (1.96 + 0.8416) * math.sqrt(sampling), rel=0.01
    )
    assert on_samples.seeds_for(0.01, 0.005).low == math.inf
    assert PlannedFamily(2).seeds_for(0.01, 0.005).low < 10


def test_spread_of_few_seeds_makes_a_range() -> None:
    family = PlannedFamily(3)
    known = family.detectable(1.0, 10)
    assert known.low == known.high
    few, many = (family.detectable(1.0, 10, seen) for seen in (4, 40))
    assert few.low < many.low < known.low < many.high < few.high
    low, high = family.seeds_for(1.0, 1.0, seen=4)
    assert low < family.seeds_for(1.0, 1.0).low < high
    assert math.isnan(spread_range(1.0, 1).high)
    assert family.detectable(1.0, 10, seen=1).low == math.inf


def test_spread_range_holds_the_true_spread_in_80_percent() -> None:
    sds = np.random.default_rng(1).normal(0, 3, (2_000, 5)).std(axis=1, ddof=1)
    ranges = [spread_range(float(sd), 5) for sd in sds]
    assert np.mean([low <= 3 <= high for low, high in ranges]) == pytest.approx(0.8, abs=0.03)


def test_too_few_seeds_show_nothing() -> None:
    assert PlannedFamily(3).detectable(1.0, 2).low == math.inf


@settings(max_examples=40, deadline=None)
@given(SD, SEEDS, ARMS, CONFIDENCE)
def test_more_seeds_show_less_and_more_of_anything_else_needs_more(
    sd: float, n: int, arms: int, confidence: float
) -> None:
    family = PlannedFamily(arms, confidence=confidence)
    found = family.detectable(sd, n).low
    assert 0 < family.detectable(sd, n + 1).low <= found * (1 + 1e-9)
    assert family.detectable(2 * sd, n).low == pytest.approx(2 * found, rel=1e-6)
    surer = replace(family, confidence=confidence / 2 + 0.5)
    assert surer.detectable(sd, n).low >= found * (1 - 1e-9)
    for more in ({"power": 0.9}, {"sampling": sd**2}, {"overlap": 0.2}):
        assert replace(family, **more).detectable(sd, n).low >= found


@settings(max_examples=40, deadline=None)
@given(SD, ARMS, CONFIDENCE, st.floats(0.05, 5))
def test_narrower_margins_and_wider_spreads_need_more_seeds(
    sd: float, arms: int, confidence: float, ratio: float
) -> None:
    family = PlannedFamily(arms, confidence=confidence)
    found = family.seeds_for(ratio * sd, sd).low
    assert found >= 3
    assert family.seeds_for(ratio * sd / 1.5, sd).low >= found
    assert family.seeds_for(ratio * sd, 1.5 * sd).low >= found
    for more in ({"power": 0.9}, {"confidence": confidence / 2 + 0.5}):
        assert replace(family, **more).seeds_for(ratio * sd, sd).low >= found

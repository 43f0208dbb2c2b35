"""Two arms over several data sets: by hand, by properties, and over thousands of simulated ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnnbench.stats.several_sets import Overall, over_sets
from tests.stats.covered import covers

MARGIN, CONFIDENCE = 0.01, 0.95
DIFFERENCES = st.lists(st.integers(-50, 50).map(lambda n: n / 1000), min_size=1, max_size=8)


def one(differences: list[float], *, lower_is_better: bool = False) -> Overall:
    (found,) = over_sets([differences], MARGIN, CONFIDENCE, lower_is_better=lower_is_better)
    return found


class TestOnePair:
    def test_interval_and_p_are_students(self) -> None:
        values = [0.02, 0.035, 0.01, 0.015]
        found = one(values)
        test = stats.ttest_1samp(values, 0)
        low, high = test.confidence_interval(CONFIDENCE)
        assert found.difference.estimate == pytest.approx(0.02)
        assert (found.difference.low, found.difference.high) == pytest.approx((low, high))
        assert found.p == pytest.approx(test.pvalue)
        assert (found.sets, found.ahead, found.level) == (4, 4, 0)

    def test_a_further_data_set_lies_in_students_prediction_interval(self) -> None:
        values = [0.02, 0.03, 0.01]
        width = stats.t.ppf(0.975, 2) * 0.01 * (1 + 1 / 3) ** 0.5
        further = one(values).further
        assert (further.low, further.high) == pytest.approx((0.02 - width, 0.02 + width))

    @pytest.mark.parametrize(
        ("values", "verdict", "better"),
        [
            ([0.05, 0.051, 0.049], "better by more than the margin", "a"),
            ([-0.05, -0.051, -0.049], "better by more than the margin", "b"),
            ([0.008, 0.012, 0.010], "better, size unclear", "a"),
            ([0.004, 0.0041, 0.0039], "better but it hardly matters", "a"),
            ([0.001, -0.001, 0.0], "equivalent", None),
            ([0.05, -0.02, 0.03], "undecided", None),
            ([0.05, 0.051], "undecided", None),
            ([0.05], "undecided", None),
        ],
    )
    def test_the_verdict_follows_from_interval_and_margin(
        self, values: list[float], verdict: str, better: str | None
    ) -> None:
        found = one(values)
        assert (found.verdict, found.better) == (verdict, better)

    def test_of_losses_the_lower_is_better(self) -> None:
        found = one([-0.05, -0.051, -0.049], lower_is_better=True)
        assert (found.better, found.ahead) == ("a", 3)

    @pytest.mark.parametrize("values", [[0.02], [0.02, 0.03]])
    def test_one_or_two_data_sets_have_no_interval(self, values: list[float]) -> None:
        found = one(values)
        assert math.isnan(found.difference.low)
        assert math.isnan(found.further.high)
        assert found.p == 1

    def test_no_interval_goes_beyond_what_a_difference_can_be(self) -> None:
        (found,) = over_sets([[0.9, -0.8, 0.7]], MARGIN, CONFIDENCE, widest=1.0)
        assert (found.difference.low, found.difference.high) == (-1, 1)
        assert (found.further.low, found.further.high) == (-1, 1)

    def test_equal_values_everywhere_are_equivalent(self) -> None:
        found = one([0.0, 0.0, 0.0])
        assert (found.verdict, found.level, found.p) == ("equivalent", 3, 1.0)

    @given(DIFFERENCES)
    def test_turning_a_pair_turns_its_result(self, values: list[float]) -> None:
        found, turned = one(values), one([-value for value in values])
        assert turned.difference.estimate == pytest.approx(-found.difference.estimate)
        assert turned.p == pytest.approx(found.p)
        assert turned.ahead == found.sets - found.ahead - found.level
        assert turned.verdict == found.verdict


class TestSeveralPairs:
    def test_p_is_adjusted_by_holm_and_stands_in_the_order_given(self) -> None:
        pairs = [[0.01, -0.02, 0.005, 0.0], [0.05, 0.06, 0.055, 0.05], [0.01, 0.02, 0.015, 0.0]]
        alone = [stats.ttest_1samp(values, 0).pvalue for values in pairs]
        found = [pair.p for pair in over_sets(pairs, MARGIN, CONFIDENCE)]
        assert found == pytest.approx([max(alone[0], 2 * alone[2]), 3 * alone[1], 2 * alone[2]])

    @given(st.lists(st.lists(st.floats(-1, 1), min_size=3, max_size=5), min_size=1, max_size=6))
    def test_an_interval_leaves_out_zero_exactly_where_p_is_small(
        self, pairs: list[list[float]]
    ) -> None:
        for pair in over_sets(pairs, MARGIN, CONFIDENCE):
            if abs(pair.p - 0.05) > 1e-6:
                assert covers(pair.difference, 0) == (pair.p > 0.05)

    def test_intervals_hold_together_however_clear_the_other_pairs_are(self) -> None:
        clear, other = [0.5, 0.51, 0.49, 0.5], [0.02, 0.03, 0.0, 0.01]
        found = over_sets([clear, other, other], MARGIN, CONFIDENCE)
        low, high = stats.ttest_1samp(other, 0).confidence_interval(1 - 0.05 / 3)
        assert found[0].p < 0.05
        assert (found[1].difference.low, found[1].difference.high) == pytest.approx((low, high))

    def test_an_interval_ends_at_zero_where_holm_alone_tells_two_arms_apart(self) -> None:
        clear, other = [0.5, 0.51, 0.49, 0.5], [0.03, 0.044, 0.03, 0.008]
        found = over_sets([clear, other], MARGIN, CONFIDENCE)[1]
        assert found.p < 0.05 < 2 * stats.ttest_1samp(other, 0).pvalue
        assert 0 < found.difference.low < 1e-300
        assert (found.verdict, found.better) == ("better, size unclear", "a")

    def test_more_pairs_make_intervals_wider(self) -> None:
        values = [0.02, 0.03, 0.0]
        alone = one(values).difference
        beside = over_sets([values, [0.0, 0.01, -0.01]], MARGIN, CONFIDENCE)[0].difference
        assert beside.low < alone.low
        assert beside.high > alone.high


def effects(shape: str, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Effects over data sets with mean 0 and standard deviation 1."""
    if shape == "t3":
        return rng.standard_t(3, size) / 3**0.5
    return rng.normal(size=size)


def coverage(replications: int, sets: int, seeds: int, tau: float, ratio: float, s: str) -> float:
    """How often the interval holds the mean effect.

    Args:
        replications: simulated reports.
        sets: data sets in each.
        seeds: on each of them.
        tau: standard deviation of the effect over data sets; that of a paired difference is 1.
        ratio: how many times noisier the noisiest data set is.
        s: shape of the distribution of effects.
    """
    rng = np.random.default_rng([sets, seeds, round(10 * tau), round(ratio)])
    noise = np.geomspace(1, ratio, sets) / seeds**0.5
    true = 0.3 + tau * effects(s, rng, (replications, sets))
    measured = true + noise * rng.normal(size=(replications, sets))
    return float(np.mean([covers(one(list(row)).difference, 0.3) for row in measured]))


@pytest.mark.parametrize("sets", [3, 5])
def test_intervals_hold_the_mean_effect(sets: int) -> None:
    assert coverage(400, sets, 3, 1.0, 6.0, "normal") >= 0.92


@pytest.mark.stress
@pytest.mark.parametrize("sets", [3, 4, 5, 8])
@pytest.mark.parametrize("seeds", [3, 10])
@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("ratio", [1.0, 6.0])
@pytest.mark.parametrize("shape", ["normal", "t3"])
def test_intervals_hold_the_mean_effect_as_often_as_they_say(
    sets: int, seeds: int, tau: float, ratio: float, shape: str
) -> None:
    held = coverage(5_000, sets, seeds, tau, ratio, shape)
    print(f"{sets} sets, {seeds} seeds, tau {tau:g}, ratio {ratio:g}, {shape}: {100 * held:.1f} %")
    assert held >= 0.94


def named(replications: int, sets: int, arms: int, spread: float) -> float:
    """How many reports with equal arms name a difference over their data sets."""
    rng = np.random.default_rng([sets, arms])
    scale = np.resize([1.0, spread, spread**2], arms) * 0.02
    values = 0.8 + scale * rng.normal(size=(replications, sets, arms))
    pairs = [(a, b) for a in range(arms) for b in range(a)]
    found = 0
    for table in values:
        differences = [list(table[:, a] - table[:, b]) for a, b in pairs]
        found += any(pair.better for pair in over_sets(differences, MARGIN, CONFIDENCE))
    return found / replications


def test_of_equal_arms_a_better_one_is_rarely_named() -> None:
    assert named(400, 4, 3, 1.0) <= 0.05 + 0.02


@pytest.mark.stress
@pytest.mark.parametrize("sets", [3, 5, 10])
@pytest.mark.parametrize("arms", [3, 6])
@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_of_equal_arms_a_better_one_is_named_in_five_percent_of_reports(
    sets: int, arms: int, spread: float
) -> None:
    share = named(5_000, sets, arms, spread)
    print(f"{sets} sets, {arms} arms, spread {spread:g}: {100 * share:.1f} % name a difference")
    assert share <= 0.05 + 0.005

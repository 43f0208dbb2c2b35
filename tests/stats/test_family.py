"""Families of comparisons against other methods, on few and tied values, and in plans."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.family import ArmValues, Comparison, family, verdict_of, worst_case

MARGIN = 1 / 64


def named(values: Sequence[dict[int, float]]) -> dict[str, ArmValues]:
    return {chr(97 + i): ArmValues(arm) for i, arm in enumerate(values)}


def all_pairs(arms: dict[str, ArmValues]) -> list[tuple[str, str]]:
    return list(itertools.combinations(arms, 2))


def width(found: Comparison) -> float:
    return found.difference.high - found.difference.low


class TestAgainstOtherMethods:
    def test_two_arms_are_compared_by_the_paired_t_test(self) -> None:
        rng = np.random.default_rng(4)
        a, b = rng.normal(0.01, 0.02, 7), rng.normal(0, 0.02, 7)
        arms = {"a": ArmValues(dict(enumerate(a))), "b": ArmValues(dict(enumerate(b)))}
        (found,) = family(arms, [("a", "b")], margin=MARGIN)
        expected = stats.ttest_rel(a, b)
        interval = expected.confidence_interval(0.95)
        assert found.p == pytest.approx(expected.pvalue, rel=1e-3)
        assert found.difference.low == pytest.approx(interval.low, rel=1e-3)
        assert found.difference.high == pytest.approx(interval.high, rel=1e-3)

    def test_many_seeds_of_alike_arms_give_tukeys_intervals(self) -> None:
        rng = np.random.default_rng(5)
        values = rng.normal(0, 1, (400, 4))
        arms = named([dict(enumerate(column)) for column in values.T])
        found = family(arms, all_pairs(arms), margin=MARGIN)
        tukey = stats.studentized_range.ppf(0.95, 4, 1e4) * math.sqrt(1 / 400)
        assert np.mean([width(x) / 2 for x in found]) == pytest.approx(tukey, rel=0.05)

    def test_arms_without_common_seeds_are_compared_by_welch(self) -> None:
        rng = np.random.default_rng(6)
        a, b = rng.normal(0.01, 0.02, 9), rng.normal(0, 0.03, 9)
        arms = {"a": ArmValues(dict(enumerate(a))), "b": ArmValues(dict(enumerate(b, 100)))}
        (found,) = family(arms, [("a", "b")], margin=MARGIN)
        expected = stats.ttest_ind(a, b, equal_var=False)
        interval = expected.confidence_interval(0.95)
        assert (found.n, found.n_a, found.n_b) == (0, 9, 9)
        assert math.isnan(found.wins.estimate)
        # The smaller of both variances is moderated, so it is a little wider.
        assert 1 <= width(found) / (interval.high - interval.low) < 1.1

    def test_overlapping_training_sets_widen_as_nadeau_and_bengio_say(self) -> None:
        rng = np.random.default_rng(7)
        arms = named([dict(enumerate(rng.normal(0, 1, 10))) for _ in range(3)])
        found = family(arms, all_pairs(arms), margin=MARGIN)
        other = family(arms, all_pairs(arms), margin=MARGIN, overlap=0.25)
        ratio = math.sqrt((1 / 10 + 0.25) / (1 / 10))
        for x, y in zip(found, other, strict=True):
            assert width(y) / width(x) == pytest.approx(ratio)


def scored(scores: NDArray[np.float64]) -> ArmValues:
    """An arm of ``(seeds, samples)``."""
    return ArmValues(dict(enumerate(scores.mean(axis=1))), dict(enumerate(scores)))


class TestSamples:
    def test_seeds_that_agree_on_few_samples_tell_little_of_new_ones(self) -> None:
        rng = np.random.default_rng(8)
        base = np.repeat((rng.random((1, 300)) < 0.8).astype(float), 5, axis=0)
        better = base.copy()
        better[:, :6] = 1 - better[:, :6]  # six samples are answered otherwise, by all seeds
        arms = {"a": scored(better), "b": scored(base)}
        (found,) = family(arms, [("a", "b")], margin=0.01)
        (blind,) = family(
            {k: ArmValues(v.values) for k, v in arms.items()}, [("a", "b")], margin=0.01
        )
        assert found.samples == 300
        assert blind.samples is None
        d = better[0] - base[0]
        assert width(found) / 2 == pytest.approx(1.96 * d.std(ddof=1) / 300**0.5, rel=0.05)
        assert width(blind) < width(found)

    def test_variances_are_those_of_the_crossed_analysis(self) -> None:
        """Intervals of a normal two-way layout are as wide as its known variances ask for."""
        rng = np.random.default_rng(9)
        n, m = 60, 400
        own = rng.normal(0, 0.5, (n, 1)) + rng.normal(0, 2, (1, m)) + rng.normal(0, 3, (n, m))
        arms = {"a": scored(own), "b": scored(np.zeros((n, m)))}
        (found,) = family(arms, [("a", "b")], margin=0.01)
        variance = 0.25 / n + 4 / m + 9 / (n * m)
        assert width(found) / 2 == pytest.approx(1.98 * math.sqrt(variance), rel=0.1)

    def test_different_test_sets_are_refused(self) -> None:
        arms = {"a": scored(np.ones((3, 10))), "b": scored(np.ones((3, 11)))}
        with pytest.raises(ValueError, match="the same test samples"):
            family(arms, [("a", "b")], margin=0.01)

    def test_an_arm_without_samples_is_compared_by_seeds(self) -> None:
        rng = np.random.default_rng(10)
        arms = {
            "a": scored((rng.random((5, 50)) < 0.8).astype(float)),
            "b": ArmValues(dict(enumerate(rng.normal(0.8, 0.01, 5)))),
        }
        (found,) = family(arms, [("a", "b")], margin=0.01)
        assert found.samples is None
        assert math.isfinite(found.difference.low)


class TestFewAndTied:
    @pytest.mark.parametrize("n", [0, 1, 2])
    def test_fewer_than_three_seeds_decide_nothing(self, n: int) -> None:
        arms = named([{s: 0.9 + s / 1000 for s in range(n)}, dict.fromkeys(range(n), 0.1)])
        (found,) = family(arms, [("a", "b")], margin=0.01)
        assert (found.verdict, found.p, found.seeds_needed) == ("undecided", 1.0, None)

    def test_values_equal_to_the_last_digit_name_no_difference(self) -> None:
        arms = named([dict.fromkeys(range(3), 0.91), dict.fromkeys(range(3), 0.90)])
        (found,) = family(arms, [("a", "b")], margin=0.001)
        assert found.verdict == "undecided"

    def test_identical_arms_are_equivalent(self) -> None:
        arms = named([{s: 0.9 + s / 1000 for s in range(5)}] * 3)
        for found in family(arms, all_pairs(arms), margin=0.01):
            assert (found.verdict, found.better, found.won) == ("equivalent", None, 2.5)
            assert found.equal == 5

    def test_missing_values_are_left_out(self) -> None:
        a = {s: 0.9 + s / 1000 for s in range(4)}
        arms = {"a": ArmValues(a), "b": ArmValues({**a, 2: math.nan})}
        assert family(arms, [("a", "b")], margin=0.01)[0].n == 3


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.02, 0.03, "better by more than the margin"),
        (-0.03, -0.011, "better by more than the margin"),
        (0.01, 0.03, "better, size unclear"),
        (-0.03, -0.001, "better, size unclear"),
        (0.001, 0.01, "better but it hardly matters"),
        (-0.01, 0.01, "equivalent"),
        (-0.001, 0.011, "undecided"),
        (math.nan, math.nan, "undecided"),
    ],
)
def test_verdict_follows_from_interval_and_margin(low: float, high: float, verdict: str) -> None:
    assert verdict_of(Interval((low + high) / 2, low, high), 0.01) == verdict


class TestPlanning:
    def test_seeds_needed_would_decide(self) -> None:
        rng = np.random.default_rng(11)
        d = rng.normal(0, 1, 6)
        d = 0.6 + (d - d.mean()) / d.std(ddof=1)
        arms = named([dict(enumerate(d)), dict.fromkeys(range(6), 0.0)])
        (found,) = family(arms, [("a", "b")], margin=0.1)
        assert found.verdict == "undecided"
        assert found.seeds_needed is not None
        low, high = found.seeds_needed
        # With the spread seen, n seeds decide once t(n - 1) / sqrt(n) < 0.6.
        exact = next(n for n in range(7, 99) if stats.t.ppf(0.975, n - 1) / n**0.5 < 0.6)
        assert low <= exact <= high

    def test_hopeless_comparisons_need_no_number(self) -> None:
        arms = named([dict(enumerate([-1, 1, -1, 1.001])), dict.fromkeys(range(4), 0.0)])
        (found,) = family(arms, [("a", "b")], margin=1e-6)
        assert (found.verdict, found.seeds_needed) == ("undecided", None)

    def test_failed_seeds_can_end_at_the_worst_value(self) -> None:
        a = {s: 0.9 + s / 1000 for s in range(8)}
        b = {s: 0.8 - s / 1000 for s in range(10)}
        arms = {"a": ArmValues(a), "b": ArmValues(b)}
        assert family(arms, [("a", "b")], margin=0.01)[0].better == "a"
        worst = worst_case(arms, {"a": [8, 9]}, 0.1)
        (found,) = family(worst, [("a", "b")], margin=0.01)
        assert (found.n, found.verdict) == (10, "undecided")
        assert arms["a"].values == a

    def test_probabilities_agree_with_the_correlated_t_test(self) -> None:
        rng = np.random.default_rng(12)
        d = rng.normal(0.02, 0.03, 10)
        arms = named([dict(enumerate(d)), dict.fromkeys(range(10), 0.0)])
        (found,) = family(arms, [("a", "b")], margin=0.01, overlap=0.1)
        posterior = stats.t(9, d.mean(), d.std(ddof=1) * math.sqrt(1 / 10 + 0.1))
        expected = (posterior.sf(0.01), posterior.cdf(0.01) - posterior.cdf(-0.01))
        assert found.probabilities[:2] == pytest.approx(expected, abs=1e-6)
        assert sum(found.probabilities) == pytest.approx(1)

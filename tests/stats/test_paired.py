"""Comparisons by seed: tests against SciPy, hand-computed cases, and what must never change."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rnnbench.stats import Statistic, half_width
from rnnbench.stats.paired import (
    Comparison,
    compare,
    decisive_pairs,
    difference_interval,
    holm,
    permutation_p,
    superiority,
)

NAN = float("nan")
# Multiples of 1/1024: sums and differences are exact.
VALUE = st.integers(0, 1024).map(lambda k: k / 1024)
PAIRS = st.lists(st.tuples(VALUE, VALUE), min_size=0, max_size=9)
P_VALUES = st.lists(st.floats(0, 1), max_size=12)
MIRROR = {"A better": "B better", "B better": "A better"}


def arms(pairs: list[tuple[float, float]]) -> tuple[dict[int, float], dict[int, float]]:
    return dict(enumerate(a for a, _ in pairs)), dict(enumerate(b for _, b in pairs))


def judged(
    a: list[float], b: list[float], margin: float = 0.01, confidence: float = 0.95
) -> Comparison:
    return compare(dict(enumerate(a)), dict(enumerate(b)), margin, confidence)


class TestCompare:
    """What the result of a comparison must not depend on."""

    @given(PAIRS, st.integers(-4096, 4096).map(lambda k: k / 1024))
    def test_shifting_both_arms_changes_nothing(
        self, pairs: list[tuple[float, float]], shift: float
    ) -> None:
        moved = [(a + shift, b + shift) for a, b in pairs]
        assert repr(compare(*arms(moved), 0.01, 0.95)) == repr(compare(*arms(pairs), 0.01, 0.95))

    @given(PAIRS, st.sampled_from([1 / 16, 1 / 2, 4, 64]))
    def test_unit_changes_the_difference_only(
        self, pairs: list[tuple[float, float]], unit: float
    ) -> None:
        scaled = [(a * unit, b * unit) for a, b in pairs]
        found, other = compare(*arms(pairs), 1 / 64, 0.95), compare(*arms(scaled), unit / 64, 0.95)
        assert [value * unit for value in ends(found)] == pytest.approx(ends(other), nan_ok=True)
        assert repr(replace(other, difference=found.difference)) == repr(found)

    @given(PAIRS)
    def test_swapping_the_arms_mirrors_it(self, pairs: list[tuple[float, float]]) -> None:
        a, b = arms(pairs)
        found, other = compare(a, b, 0.01, 0.95), compare(b, a, 0.01, 0.95)
        assert other.verdict == MIRROR.get(found.verdict, found.verdict)
        estimate, low, high = ends(found)
        assert ends(other) == pytest.approx([-estimate, -high, -low], abs=1e-12, nan_ok=True)
        assert other.superiority == pytest.approx(1 - found.superiority, nan_ok=True)
        assert (other.n, other.p, other.seeds_needed) == (found.n, found.p, found.seeds_needed)

    @given(PAIRS, st.randoms(use_true_random=False))
    def test_order_of_seeds_is_irrelevant(
        self, pairs: list[tuple[float, float]], random: object
    ) -> None:
        a, b = arms(pairs)
        keys = sorted(a, key=lambda _: random.random())  # type: ignore[attr-defined]
        shuffled = compare({k: a[k] for k in keys}, {k: b[k] for k in reversed(keys)}, 0.01, 0.95)
        assert repr(shuffled) == repr(compare(a, b, 0.01, 0.95))

    def test_order_of_seeds_is_irrelevant_where_the_bootstrap_decides(self) -> None:
        a = {seed: 1.0 + 0.1 * seed if seed > 26 else 0.01 * (seed % 7) for seed in range(30)}
        b = dict.fromkeys(a, 0.0)
        found = compare(a, b, 0.01, 0.95)
        assert repr(compare(dict(reversed(a.items())), b, 0.01, 0.95)) == repr(found)
        assert compare(b, a, 0.01, 0.95).difference.low == pytest.approx(-found.difference.high)

    def test_only_seeds_measured_in_both_count(self) -> None:
        a = {0: 0.9, 1: 0.8, 2: NAN, 3: 0.7, 7: 0.5}
        b = {0: 0.8, 1: 0.9, 2: 0.5, 3: NAN, 8: 0.5}
        assert repr(compare(a, b, 0.01, 0.95)) == repr(judged([0.9, 0.8], [0.8, 0.9]))

    def test_nothing_in_common_decides_nothing(self) -> None:
        for a, b in (({}, {}), ({0: 0.9}, {1: 0.8}), ({0: NAN}, {0: 0.8})):
            found = compare(a, b, 0.01, 0.95)
            assert (found.n, found.p, found.verdict, found.seeds_needed) == (
                0,
                1.0,
                "undecided",
                None,
            )
            assert math.isnan(found.difference.estimate)
            assert math.isnan(found.superiority)

    def test_one_seed_has_a_difference_and_no_verdict(self) -> None:
        found = judged([0.9], [0.7])
        assert found.difference.estimate == pytest.approx(0.2)
        assert (found.verdict, found.seeds_needed, found.superiority) == ("undecided", None, 1.0)

    @pytest.mark.parametrize("confidence", [0.6, 0.95])
    @pytest.mark.parametrize("margin", [0.0, 0.05])
    def test_two_seeds_decide_nothing(self, margin: float, confidence: float) -> None:
        pairs = (({0: 0.9, 1: 0.9001}, {0: 0.7, 1: 0.7}), ({0: 0.9, 1: 0.9}, {0: 0.9, 1: 0.9}))
        for a, b in pairs:
            assert compare(a, b, margin, confidence).verdict == "undecided"
            assert compare(b, a, margin, confidence).verdict == "undecided"
            more = [one | {2: one[0]} for one in (a, b)]
            assert compare(*more, margin, confidence).verdict != "undecided"


class TestVerdict:
    """Which of the rules decides, on values chosen so that one of them does."""

    def test_clear_difference(self) -> None:
        found = judged([0.90, 0.91, 0.92, 0.93], [0.80, 0.82, 0.81, 0.83])
        assert found.verdict == "A better"
        assert (found.superiority, found.seeds_needed) == (1.0, None)

    def test_within_the_margin_is_equivalent_even_beside_zero(self) -> None:
        a, b = [0.805, 0.806, 0.805, 0.806], [0.800] * 4
        assert judged(a, b).verdict == "equivalent"
        assert judged(a, b, margin=0.001).verdict == "A better"
        assert judged(b, a, margin=0.001).verdict == "B better"

    def test_equal_runs_are_equivalent(self) -> None:
        assert judged([0.5, 0.7, 0.6], [0.5, 0.7, 0.6], margin=0).verdict == "equivalent"

    def test_interval_over_zero_decides_nothing(self) -> None:
        found = judged([0.9, 0.8, 0.85], [0.8, 0.85, 0.8])
        assert found.difference.low < 0 < found.difference.high
        assert found.verdict == "undecided"

    def test_exact_test_can_refuse_from_six_pairs_on(self) -> None:
        """Five of six differences are large, one is against them: p is 4/64."""
        b = [0.0] * 6
        a = [1.0, 1.0, 1.0, 1.0, 1.0, -0.1]
        found = judged(a, b)
        assert found.difference.low > 0
        assert found.superiority > 3 / 4
        assert found.p == pytest.approx(4 / 64)
        assert found.verdict == "undecided"
        # With five pairs it could not refuse: its best is 2/32.
        five = judged([1.0, 1.01, 1.0, 1.01, 1.0], [0.0] * 5)
        assert five.p == five.smallest_p == 1 / 16
        assert five.verdict == "A better"

    def test_better_arm_must_win_three_of_four_meetings(self) -> None:
        """A is always ahead of its partner, but seeds matter far more than the arm."""
        b = [k / 10 for k in range(10)]
        a = [value + 0.02 + 0.001 * (k % 2) for k, value in enumerate(b)]
        found = judged(a, b)
        assert found.difference.low > 0.01
        assert found.superiority == pytest.approx(0.55)
        assert found.verdict == "undecided"

    def test_arm_that_wins_most_meetings_is_not_the_better_one_by_its_mean(self) -> None:
        """Six large differences for A against nineteen tiny ones for B."""
        a, b = [1.0] * 6 + [0.0] * 19, [0.001] * 25
        found = judged(a, b)
        assert found.difference.low > 0.01
        assert found.p <= 0.05
        assert 1 - found.superiority > 3 / 4
        assert found.verdict == "undecided"


class TestSeedsNeeded:
    def test_is_the_first_number_whose_interval_decides(self) -> None:
        a, b = [0.90, 0.80, 0.87], [0.80, 0.85, 0.80]
        found = judged(a, b)
        differences = np.subtract(a, b)
        sd = differences.std(ddof=1)
        widths = {n: stats.t.ppf(0.975, n - 1) * sd / math.sqrt(n) for n in range(found.n + 1, 100)}
        expected = next(n for n, width in widths.items() if width < differences.mean())
        assert found.verdict == "undecided"
        assert found.seeds_needed == expected > 3

    def test_equivalence_is_shown_as_well(self) -> None:
        values = [0.02, -0.02, 0.021, -0.02]
        found = judged(values, [0.0] * 4, margin=0.03)
        needed = found.seeds_needed
        assert found.verdict == "undecided"
        assert needed is not None
        sd = float(np.std(values, ddof=1))
        distance = 0.03 - abs(found.difference.estimate)
        assert half_width(Statistic(0, sd, needed), 0.95) < distance
        assert half_width(Statistic(0, sd, needed - 1), 0.95) >= distance

    def test_none_where_a_thousand_would_not_do(self) -> None:
        assert judged([0.5, -0.5, 0.501, 0.5], [0.0] * 4, margin=0).seeds_needed is not None
        assert judged([0.5, -0.5, 0.001], [0.0] * 3, margin=0).seeds_needed is None

    def test_more_seeds_do_not_make_an_arm_win_more_often(self) -> None:
        """Only equivalence is left, which a difference beyond the margin rules out."""
        b = [k / 10 for k in range(10)]
        a = [value + 0.02 + 0.001 * (k % 2) for k, value in enumerate(b)]
        assert judged(a, b).seeds_needed is None
        differences = [0.009, 0.013, 0.009, 0.005, 0.009] * 2
        within = judged(list(np.add(b, differences)), b, margin=0.0105)
        sd = float(np.std(differences, ddof=1))
        needed = next(n for n in range(11, 99) if half_width(Statistic(0, sd, n), 0.95) < 0.0015)
        assert within.difference.low > 0
        assert (within.verdict, within.seeds_needed) == ("undecided", needed)

    def test_is_promised_only_where_seeds_like_these_do_decide(self) -> None:
        """The mean of A is beyond the margin, its interval is not; A beats B in 60 % of pairs."""
        b = [0.84, 0.85, 0.86, 0.87, 0.88, 0.86, 0.85, 0.87]
        a = [0.90, 0.84, 0.87, 0.86, 0.92, 0.84, 0.88, 0.86]
        few = judged(a, b, margin=0.005)
        assert few.difference.low < 0 < 0.005 < few.difference.estimate
        assert few.superiority < 3 / 4
        many = judged(a * 40, b * 40, margin=0.005)
        assert many.difference.low > 0.005
        assert (few.verdict, few.seeds_needed) == ("undecided", None)
        assert (many.verdict, many.seeds_needed) == ("undecided", None)

    def test_three_of_four_meetings_are_enough_once_the_exact_test_can_refuse(self) -> None:
        """Seven of nine meetings: too few with fewer than six seeds, enough from there on."""
        found = judged([0.860, 0.870, 0.875], [0.854, 0.8641, 0.869], margin=0.0)
        assert found.difference.low > 0
        assert 3 / 4 <= found.superiority < 4 / 5
        assert (found.verdict, found.seeds_needed) == ("undecided", 6)


class TestDifferenceInterval:
    @given(st.lists(VALUE, min_size=2, max_size=12), st.sampled_from([0.8, 0.95]))
    def test_holds_its_estimate_and_is_no_narrower_than_students(
        self, values: list[float], confidence: float
    ) -> None:
        found = difference_interval(values, confidence)
        assert found.contains(found.estimate) or found.low == pytest.approx(found.high)
        width = stats.sem(values) * stats.t.ppf(0.5 + confidence / 2, len(values) - 1)
        assert found.low <= np.mean(values) - width + 1e-12
        assert found.high >= np.mean(values) + width - 1e-12

    def test_widens_where_the_bootstrap_does(self) -> None:
        values = [0.0] * 28 + [1.0, 1.5]
        found = difference_interval(values, 0.95)
        _, high = stats.t.interval(0.95, 29, np.mean(values), stats.sem(values))
        assert found.high > high
        assert found.low == pytest.approx(2 * np.mean(values) - high)
        mirrored = difference_interval([-value for value in values], 0.95)
        assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low))

    def test_single_difference_has_no_interval(self) -> None:
        found = difference_interval([0.25], 0.95)
        assert found.estimate == 0.25
        assert math.isnan(found.low)
        assert math.isnan(found.high)


class TestPermutation:
    @pytest.mark.parametrize("n", [2, 3, 5, 8, 11])
    @pytest.mark.parametrize("shift", [0.0, 0.7])
    def test_is_scipys_exact_test(self, n: int, shift: float) -> None:
        values = np.random.default_rng(n).normal(shift, 1, n)
        exact = stats.permutation_test(
            (values,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=True
        )
        assert permutation_p(list(values)) == pytest.approx(exact.pvalue, abs=1e-12)

    @settings(deadline=None, max_examples=40)
    @given(st.lists(st.integers(-9, 9), min_size=1, max_size=7))
    def test_counts_sign_patterns_ties_included(self, values: list[int]) -> None:
        patterns = itertools.product((1, -1), repeat=len(values))
        sums = [abs(sum(s * v for s, v in zip(signs, values, strict=True))) for signs in patterns]
        expected = sum(found >= abs(sum(values)) for found in sums) / len(sums)
        assert permutation_p([value / 1000 for value in values]) == expected

    def test_by_hand(self) -> None:
        assert permutation_p([]) == 1
        assert permutation_p([0.1]) == 1
        assert permutation_p([1, 2, 3]) == 2 / 8
        assert permutation_p([1, -1]) == 1
        assert permutation_p([3, 1, -1]) == 6 / 8

    def test_equal_sums_in_another_order_are_ties(self) -> None:
        """0.1 + 0.2 is not 0.3 in binary; the accuracies behind are still equal steps."""
        assert permutation_p([0.1, 0.2, -0.3]) == 1
        values = [0.86 - 0.85, 0.85 - 0.84, 0.91 - 0.90]
        assert permutation_p(values) == 2 / 8

    def test_more_than_sixteen_pairs_are_sampled(self) -> None:
        values = np.random.default_rng(17).normal(0.35, 1, 17)
        exact = stats.permutation_test(
            (values,),
            np.mean,
            permutation_type="samples",
            n_resamples=np.inf,
            batch=20_000,
            vectorized=True,
        ).pvalue
        found = permutation_p(list(values))
        assert found == permutation_p(list(values))
        assert abs(found - exact) < 3 * math.sqrt(exact * (1 - exact) / 20_000)
        assert permutation_p([1.0] * 40) == 1 / 20_000


class TestHolm:
    def test_by_hand(self) -> None:
        assert holm([]) == []
        assert holm([0.2]) == [0.2]
        assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
        assert holm([0.5, 0.6, 0.001]) == pytest.approx([1.0, 1.0, 0.003])
        assert holm([0.02, 0.02]) == pytest.approx([0.04, 0.04])

    @given(P_VALUES)
    def test_lies_between_the_raw_values_and_bonferronis(self, raw: list[float]) -> None:
        for before, after in zip(raw, holm(raw), strict=True):
            assert before <= after <= min(1.0, len(raw) * before)

    @given(P_VALUES)
    def test_keeps_the_order(self, raw: list[float]) -> None:
        adjusted = holm(raw)
        for i, j in itertools.combinations(range(len(raw)), 2):
            if raw[i] <= raw[j]:
                assert adjusted[i] <= adjusted[j]
            else:
                assert adjusted[i] >= adjusted[j]

    @given(P_VALUES, st.sampled_from([0.01, 0.05, 0.2]))
    def test_rejects_what_the_step_down_procedure_rejects(
        self, raw: list[float], level: float
    ) -> None:
        rejected = 0
        for place, value in enumerate(sorted(raw)):
            if value * (len(raw) - place) > level:
                break
            rejected += 1
        assert sum(value <= level for value in holm(raw)) == rejected

    @given(P_VALUES)
    def test_order_of_the_comparisons_is_irrelevant(self, raw: list[float]) -> None:
        assert holm(raw[::-1]) == holm(raw)[::-1]


class TestSuperiority:
    @given(st.lists(VALUE, min_size=1, max_size=8), st.lists(VALUE, min_size=1, max_size=8))
    def test_is_the_share_of_pairs_won(self, a: list[float], b: list[float]) -> None:
        won = [(x > y) + (x == y) / 2 for x in a for y in b]
        assert superiority(a, b) == pytest.approx(sum(won) / len(won))
        assert superiority(a, b) + superiority(b, a) == pytest.approx(1)

    def test_is_mann_and_whitneys_u(self) -> None:
        rng = np.random.default_rng(4)
        a, b = list(rng.normal(size=7)), list(rng.normal(size=5))
        assert superiority(a, b) == pytest.approx(stats.mannwhitneyu(a, b).statistic / 35)

    def test_by_hand(self) -> None:
        assert superiority([2, 1], [1, 0]) == (1 + 1 + 0.5 + 1) / 4
        assert math.isnan(superiority([], [1.0]))
        assert math.isnan(superiority([1.0], []))


class TestDecisivePairs:
    @pytest.mark.parametrize("confidence", [0.8, 0.9, 0.95, 0.975, 0.99, 0.999])
    def test_is_the_first_number_that_the_exact_test_can_refuse(self, confidence: float) -> None:
        first = decisive_pairs(confidence)
        for n in range(2, first + 3):
            best = permutation_p([1.0] * n)
            assert (best <= 1 - confidence) == (n >= first)


def ends(found: Comparison) -> list[float]:
    return [found.difference.estimate, found.difference.low, found.difference.high]

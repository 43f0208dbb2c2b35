"""Ranks over data sets against SciPy, a published table, all orders, and simulated equal arms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from rnnbench.stats.ranks import (
    average_ranks,
    critical_difference,
    differ,
    friedman_p,
    groups,
    tail_of_difference,
)

# Table 6 of Demsar 2006: AUC of C4.5, C4.5+m, C4.5+cf, C4.5+m+cf on 14 data sets.
DEMSAR = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9751, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ]
)
SCORES = arrays.arrays(
    float,
    st.tuples(st.integers(6, 12), st.integers(2, 6)),
    elements=st.integers(0, 6).map(float),
)


class TestAverageRanks:
    def test_are_those_of_demsars_table(self) -> None:
        assert average_ranks(DEMSAR) == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=1e-3)

    @given(SCORES)
    def test_sum_to_what_all_ranks_sum_to(self, scores: np.ndarray) -> None:
        arms = scores.shape[1]
        ranks = average_ranks(scores)
        assert ranks.sum() == pytest.approx(arms * (arms + 1) / 2)
        assert ranks.min() >= 1
        assert ranks.max() <= arms

    @given(SCORES)
    def test_only_the_order_within_a_data_set_counts(self, scores: np.ndarray) -> None:
        moved = np.exp(scores / 3) + np.arange(len(scores))[:, None]
        assert average_ranks(moved) == pytest.approx(average_ranks(scores))
        assert average_ranks(scores[::-1]) == pytest.approx(average_ranks(scores))
        assert average_ranks(scores[:, ::-1]) == pytest.approx(average_ranks(scores)[::-1])


class TestFriedman:
    def test_is_that_of_demsars_table(self) -> None:
        """Chi-square 9.28 without, and 9.8 with the correction for equal scores."""
        assert friedman_p(DEMSAR) == pytest.approx(stats.friedmanchisquare(*DEMSAR.T).pvalue)
        assert 0.01 < friedman_p(DEMSAR) < stats.chi2.sf(9.28, 3)

    @given(SCORES)
    def test_is_scipys_with_three_arms_or_more(self, scores: np.ndarray) -> None:
        if scores.shape[1] < 3 or (scores == scores[:, :1]).all():
            return
        expected = stats.friedmanchisquare(*scores.T).pvalue
        assert friedman_p(scores) == pytest.approx(expected, abs=1e-12)

    def test_two_arms_are_a_sign_test(self) -> None:
        """Seven wins of eight: chi-square (7 - 1)^2 / 8 with one degree of freedom."""
        scores = np.array([[1.0, 0.0]] * 7 + [[0.0, 1.0]])
        assert friedman_p(scores) == pytest.approx(stats.chi2.sf(36 / 8, 1))

    def test_arms_that_always_tie_are_equal(self) -> None:
        assert friedman_p(np.ones((6, 3))) == 1


class TestCriticalDifference:
    @pytest.mark.parametrize(("arms", "datasets"), [(2, 5), (3, 4), (4, 3)])
    def test_tails_are_those_of_all_orders(self, arms: int, datasets: int) -> None:
        orders = list(itertools.permutations(range(1, arms + 1)))
        sums = [
            sum(order[0] - order[1] for order in chosen)
            for chosen in itertools.product(orders, repeat=datasets)
        ]
        expected = [
            np.mean([abs(one) >= distance for one in sums])
            for distance in range(datasets * (arms - 1) + 1)
        ]
        assert tail_of_difference(arms, datasets) == pytest.approx(expected)

    @pytest.mark.parametrize("arms", [2, 3, 6, 10])
    def test_is_near_nemenyis_for_many_data_sets(self, arms: int) -> None:
        q = stats.studentized_range.ppf(0.95, arms, np.inf) / 2**0.5
        nemenyi = q * (arms * (arms + 1) / (6 * 200)) ** 0.5
        assert critical_difference(arms, 200, 0.95) == pytest.approx(nemenyi, rel=0.05)

    def test_is_never_below_nemenyis_by_more_than_a_step(self) -> None:
        for arms in (3, 4, 6):
            q = stats.studentized_range.ppf(0.95, arms, np.inf) / 2**0.5
            for n in (6, 8, 15, 30):
                nemenyi = q * (arms * (arms + 1) / (6 * n)) ** 0.5
                assert critical_difference(arms, n, 0.95) >= nemenyi - 1e-9

    def test_shrinks_with_data_sets_and_grows_with_arms_and_confidence(self) -> None:
        usual = critical_difference(4, 10, 0.95)
        assert critical_difference(4, 20, 0.95) < usual
        assert critical_difference(5, 10, 0.95) > usual
        assert critical_difference(4, 10, 0.99) > usual

    def test_is_infinite_where_no_ranks_would_decide(self) -> None:
        assert critical_difference(2, 6, 0.95) < np.inf
        assert critical_difference(2, 6, 0.99) == np.inf


def named(scores: np.ndarray) -> float:
    """The share of tables (replications, data sets, arms) in which two arms are said to differ."""
    _, datasets, arms = scores.shape
    distance = critical_difference(arms, datasets, 0.95)
    found = [average_ranks(table) for table in scores]
    return float(np.mean([differ(ranks.max(), ranks.min(), distance) for ranks in found]))


def equal_arms(shape: str, size: tuple[int, int, int]) -> np.ndarray:
    rng = np.random.default_rng([*size, len(shape)])
    normal = rng.normal(size=size)
    return {
        "normal": normal,
        "spreads 1:2:3": normal * np.resize([1.0, 2.0, 3.0], size[2]),
        "scales of data sets": normal * np.exp(rng.normal(0, 1.5, (*size[:2], 1))),
        "t with 3 degrees": rng.standard_t(3, size),
        "lognormal": rng.lognormal(size=size),
        "ties": np.round(normal),
    }[shape]


SHAPES = ("normal", "spreads 1:2:3", "scales of data sets", "t with 3 degrees", "lognormal", "ties")


class TestEqualArms:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_are_rarely_said_to_differ(self, shape: str) -> None:
        assert named(equal_arms(shape, (400, 8, 3))) <= 0.05 + 0.02

    @pytest.mark.stress
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("arms", [3, 6])
    @pytest.mark.parametrize("datasets", [6, 8, 10, 15])
    def test_are_said_to_differ_in_five_percent_of_reports(
        self, shape: str, arms: int, datasets: int
    ) -> None:
        share = named(equal_arms(shape, (5_000, datasets, arms)))
        print(f"{arms} arms, {datasets} data sets, {shape}: {100 * share:.1f} % name a difference")
        assert share <= 0.05 + 0.005

    def test_one_that_is_always_worst_is_found(self) -> None:
        scores = equal_arms("normal", (200, 10, 3))
        scores[:, :, 2] -= 5
        assert named(scores) > 0.9


class TestGroups:
    def test_by_hand(self) -> None:
        #                  0    1    2    3
        assert groups([3.1, 1.0, 2.0, 3.9], 1.5) == [[1, 2], [2, 0], [0, 3]]
        assert groups([3.1, 1.0, 2.0, 3.9], 2.0) == [[1, 2], [2, 0, 3]]
        assert groups([1.0, 2.0, 3.0], 5) == [[0, 1, 2]]
        assert groups([1.0, 2.0, 3.0], 1) == []
        assert groups([], 1) == []

    @given(st.lists(st.integers(2, 20).map(lambda k: k / 2), max_size=8), st.floats(0.01, 9))
    def test_join_exactly_the_arms_that_do_not_differ(
        self, ranks: list[float], distance: float
    ) -> None:
        found = groups(ranks, distance)
        joined = {frozenset((i, j)) for group in found for i in group for j in group if i != j}
        near = {
            frozenset((i, j))
            for i in range(len(ranks))
            for j in range(i)
            if not differ(ranks[i], ranks[j], distance)
        }
        assert joined == near
        sets = [set(group) for group in found]
        assert not any(one < other for one in sets for other in sets)


class TestRefusals:
    @pytest.mark.parametrize("shape", [(5, 3), (0, 3), (6, 1)])
    def test_too_few_data_sets_or_arms(self, shape: tuple[int, int]) -> None:
        scores = np.zeros(shape)
        for call in (
            lambda: average_ranks(scores),
            lambda: friedman_p(scores),
            lambda: critical_difference(shape[1], shape[0], 0.95),
        ):
            with pytest.raises(ValueError, match="at least 6 data sets and two arms"):
                call()

    @pytest.mark.parametrize("scores", [np.full((6, 2), np.nan), np.zeros(12)])
    def test_scores_that_are_no_table_of_numbers(self, scores: np.ndarray) -> None:
        with pytest.raises(ValueError, match="a number for each data set"):
            average_ranks(scores)

"""Ranks over data sets against SciPy, published tables and hand-computed cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from matplotlib.figure import Figure
from scipy import stats

from rnnbench.plots.ranks import (
    average_ranks,
    critical_difference,
    draw_ranks,
    friedman_p,
    groups,
    save_ranks,
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
    @pytest.mark.parametrize(
        ("arms", "q"),
        # Table 5(a) of Demsar 2006, at 95 %.
        [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (10, 3.164)],
    )
    def test_is_nemenyis(self, arms: int, q: float) -> None:
        expected = q * (arms * (arms + 1) / (6 * 14)) ** 0.5
        assert critical_difference(arms, 14, 0.95) == pytest.approx(expected, rel=1e-3)

    def test_is_that_of_demsars_example(self) -> None:
        assert critical_difference(4, 14, 0.90) == pytest.approx(1.12, abs=0.005)

    def test_shrinks_with_data_sets_and_grows_with_arms_and_confidence(self) -> None:
        usual = critical_difference(4, 10, 0.95)
        assert critical_difference(4, 20, 0.95) < usual
        assert critical_difference(5, 10, 0.95) > usual
        assert critical_difference(4, 10, 0.99) > usual


class TestGroups:
    def test_by_hand(self) -> None:
        #                  0    1    2    3
        assert groups([3.1, 1.0, 2.0, 3.9], 1.5) == [[1, 2], [2, 0], [0, 3]]
        assert groups([3.1, 1.0, 2.0, 3.9], 2.0) == [[1, 2], [2, 0, 3]]
        assert groups([1.0, 2.0, 3.0], 5) == [[0, 1, 2]]
        assert groups([1.0, 2.0, 3.0], 1) == []
        assert groups([], 1) == []

    @given(st.lists(st.integers(2, 20).map(lambda k: k / 2), max_size=8), st.floats(0, 9))
    def test_join_exactly_the_arms_that_do_not_differ(
        self, ranks: list[float], distance: float
    ) -> None:
        found = groups(ranks, distance)
        joined = {frozenset((i, j)) for group in found for i in group for j in group if i != j}
        near = {
            frozenset((i, j))
            for i in range(len(ranks))
            for j in range(i)
            if abs(ranks[i] - ranks[j]) < distance
        }
        assert joined == near
        sets = [set(group) for group in found]
        assert not any(one < other for one in sets for other in sets)


class TestRefusals:
    @pytest.mark.parametrize("shape", [(5, 3), (0, 3), (6, 1)])
    def test_too_few_data_sets_or_arms(self, shape: tuple[int, int], tmp_path: Path) -> None:
        scores = np.zeros(shape)
        for call in (
            lambda: average_ranks(scores),
            lambda: friedman_p(scores),
            lambda: critical_difference(shape[1], shape[0], 0.95),
            lambda: save_ranks(["a"] * shape[1], scores, 0.95, [tmp_path / "a.png"]),
        ):
            with pytest.raises(ValueError, match="at least 6 data sets and two arms"):
                call()
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("scores", [np.full((6, 2), np.nan), np.zeros(12)])
    def test_scores_that_are_no_table_of_numbers(self, scores: np.ndarray) -> None:
        with pytest.raises(ValueError, match="a number for each data set"):
            average_ranks(scores)


def test_names_stand_with_their_ranks_and_bars_below_the_equal() -> None:
    axes = Figure().subplots()
    draw_ranks(axes, ["a", "b", "c"], ["gru", "lstm", "simple_rnn"], [2.5, 1.0, 2.5], 1.0)
    texts = [text.get_text() for text in axes.texts]
    assert {"a (2.50)", "b (1.00)", "c (2.50)", "critical difference 1.00"} <= set(texts)
    sides = {text.get_text(): (text.get_ha(), text.get_position()[0]) for text in axes.texts}
    assert sides["b (1.00)"][0] == sides["a (2.50)"][0] == "right"
    assert sides["c (2.50)"][0] == "left"
    assert sides["a (2.50)"][1] < 1 < 3 < sides["c (2.50)"][1]
    bars = [line for line in axes.get_lines() if line.get_linewidth() == 3.5]
    assert len(bars) == 1
    assert min(bars[0].get_xdata()) < 2.5 < max(bars[0].get_xdata())

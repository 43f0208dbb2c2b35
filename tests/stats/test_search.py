"""The expected best of a random search against all subsets of its trials."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.stats.search import expected_best

VALUES = st.lists(st.floats(-5, 5), min_size=1, max_size=7)


@given(VALUES)
def test_is_the_mean_of_the_best_over_all_subsets(values: list[float]) -> None:
    budgets = range(1, len(values) + 1)
    expected = [statistics.fmean(map(max, itertools.combinations(values, k))) for k in budgets]
    assert expected_best(values, budgets) == pytest.approx(expected, abs=1e-12)


@given(VALUES)
def test_rises_with_the_budget_from_the_mean_to_the_best(values: list[float]) -> None:
    found = expected_best(values, range(1, len(values) + 1))
    assert all(one <= next_ + 1e-12 for one, next_ in itertools.pairwise(found))
    assert found[0] == pytest.approx(statistics.fmean(values), abs=1e-12)
    assert found[-1] == max(values)


@given(VALUES, st.randoms(use_true_random=False))
def test_order_of_trials_is_irrelevant(values: list[float], random: object) -> None:
    budgets = range(1, len(values) + 1)
    shuffled = sorted(values, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert expected_best(shuffled, budgets) == expected_best(values, budgets)


def test_by_hand() -> None:
    # Of three pairs, one has 2 as its maximum and two have 3.
    assert expected_best([3, 1, 2], [1, 2, 3]) == pytest.approx([2, 8 / 3, 3])


def test_more_trials_than_there_were_tell_nothing() -> None:
    found = expected_best([1.0, 2.0], [2, 3])
    assert found[0] == 2
    assert math.isnan(found[1])
    assert math.isnan(expected_best([], [1])[0])


def test_many_trials_neither_overflow_nor_drift() -> None:
    values = np.random.default_rng(0).random(1_000)
    found = expected_best(list(values), [1, 10, 999, 1_000])
    assert found == sorted(found)
    # The largest of ten uniform numbers is 10/11 on average.
    assert found[1] == pytest.approx(10 / 11, abs=0.01)
    assert found[-1] == values.max()


def test_budget_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        expected_best([1.0], [0])

"""Levels of looks: published boundaries, simulated sweeps, and what holds for all designs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri, stdtrit

from rnnbench.stats.boundaries import constant_level, spending_levels

LOOKS = st.lists(st.integers(3, 60), min_size=1, max_size=6, unique=True).map(sorted)
ALPHA = st.sampled_from([0.001, 0.01, 0.05, 0.2])


def test_levels_of_many_seeds_are_those_of_pocock() -> None:
    # Pocock 1977, table 1, two-sided 0.05.
    for count, level in ((2, 0.0294), (3, 0.0221), (4, 0.0182), (5, 0.0158), (10, 0.0106)):
        looks = tuple(range(400, 400 * count + 1, 400))
        assert constant_level(looks, 0.05) == pytest.approx(level, rel=0.01)


def test_boundaries_of_a_spending_function_are_those_of_the_literature() -> None:
    # O'Brien and Fleming's spending function of Lan and DeMets 1983 at five equal steps.
    t = np.arange(1, 6) / 5
    spent = list(4 * ndtr(ndtri(0.0125) / np.sqrt(t)))
    bounds = [-ndtri(level / 2) for level in spending_levels(range(400, 2001, 400), spent)]
    assert bounds == pytest.approx([4.877, 3.357, 2.680, 2.290, 2.031], abs=0.01)


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_levels_are_spent_by_students_t_as_they_should_be(alpha: float) -> None:
    """Of 100,000 simulated comparisons of equal arms, looked at ten times."""
    looks = (3, 4, 5, 6, 8, 10, 12, 16, 20, 30)
    spent = alpha * np.array(looks) / 30
    levels = spending_levels(looks, list(spent))
    x = np.random.default_rng(7).normal(size=(30, 100_000))
    n = np.array(looks)[:, None]
    sums, squares = np.cumsum(x, axis=0)[n[:, 0] - 1], np.cumsum(x * x, axis=0)[n[:, 0] - 1]
    t = np.abs(sums) / np.sqrt(n * (squares - sums**2 / n) / (n - 1))
    bounds = [stdtrit(look - 1, 1 - level / 2) for look, level in zip(looks, levels, strict=True)]
    rejected = np.logical_or.accumulate(t > np.array(bounds)[:, None], axis=0).mean(axis=1)
    assert rejected == pytest.approx(spent, abs=0.0022, rel=0.03)
    assert rejected[-1] == pytest.approx(alpha, rel=0.1)


@given(LOOKS, ALPHA)
@settings(max_examples=30, deadline=None)
def test_no_look_has_more_than_the_whole_level(looks: list[int], alpha: float) -> None:
    levels = spending_levels(looks, [alpha * n / looks[-1] for n in looks])
    constant = constant_level(tuple(looks), alpha)
    assert all(0 <= level <= alpha * 1.02 for level in (*levels, constant))
    assert levels[0] == pytest.approx(alpha * looks[0] / looks[-1], rel=1e-6)
    assert sum(levels) >= alpha * 0.98
    assert constant * len(looks) >= alpha * 0.98


@given(LOOKS, st.integers(3, 60))
@settings(max_examples=30, deadline=None)
def test_a_further_look_costs_level_and_a_higher_level_gives_more(
    looks: list[int], more: int
) -> None:
    further = tuple(sorted({*looks, more}))
    assert constant_level(further, 0.05) <= constant_level(tuple(looks), 0.05) * 1.001
    assert constant_level(tuple(looks), 0.02) <= constant_level(tuple(looks), 0.05)

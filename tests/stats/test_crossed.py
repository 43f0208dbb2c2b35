"""The mean of scores of several seeds on the same samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from rnnbench.stats.crossed import crossed_mean
from tests.stats.covered import covers

RNG = np.random.default_rng(7)


def test_holds_the_mean_of_new_seeds_and_new_samples() -> None:
    held = 0
    for _ in range(400):
        seeds, samples = RNG.normal(0, 0.02, (6, 1)), RNG.normal(0, 0.3, (1, 150))
        interval = crossed_mean(0.8 + seeds + samples + RNG.normal(0, 0.3, (6, 150)), 0.95)
        held += covers(interval, 0.8)
    assert 0.93 <= held / 400 <= 0.99


def test_with_many_samples_it_is_students_interval_over_seeds() -> None:
    by_seed = np.array([0.7, 0.8, 0.85, 0.9])
    scores = by_seed[:, None] + RNG.normal(0, 1e-6, (4, 1000))
    found = crossed_mean(scores, 0.95)
    wanted = stats.t.interval(0.95, 3, by_seed.mean(), stats.sem(by_seed))
    assert (found.low, found.high) == pytest.approx(wanted, abs=1e-4)


def test_of_one_seed_it_is_students_interval_over_samples() -> None:
    scores = (RNG.random((1, 200)) < 0.8).astype(float)
    found = crossed_mean(scores, 0.9)
    wanted = stats.t.interval(0.9, 199, scores.mean(), stats.sem(scores[0]))
    assert (found.low, found.high) == pytest.approx(wanted)


def test_answers_that_are_all_right_leave_no_doubt_that_scores_could_tell() -> None:
    found = crossed_mean(np.ones((3, 10)), 0.95)
    assert (found.estimate, found.low, found.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (2, 0), (3, 1)])
def test_too_few_samples_have_no_interval(shape: tuple[int, int]) -> None:
    found = crossed_mean(np.ones(shape), 0.95)
    assert np.isnan([found.low, found.high]).all()

"""Thousands of simulated comparisons: how often a verdict is wrong, and how often it is right."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from rnnbench.stats.paired import compare

pytestmark = pytest.mark.slow

COMPARISONS = 1_000
SEEDS = (3, 5, 10)
SHARED, OWN = 0.01, 0.02  # standard deviations of what a seed does to both arms, and to one
SD = OWN * 2**0.5  # of the paired differences
CONFIDENCE, MARGIN = 0.95, 0.01


def verdicts(n: int, difference: float) -> Counter[str]:
    """Verdicts over arms around 85 % whose true means differ by so much."""
    rng = np.random.default_rng([n, round(1e6 * difference)])
    found: Counter[str] = Counter()
    for _ in range(COMPARISONS):
        shared = 0.85 + rng.normal(0, SHARED, n)
        a, b = shared + difference + rng.normal(0, OWN, n), shared + rng.normal(0, OWN, n)
        found[compare(dict(enumerate(a)), dict(enumerate(b)), MARGIN, CONFIDENCE).verdict] += 1
    return found


@pytest.mark.parametrize("n", SEEDS)
def test_of_equal_arms_a_better_one_is_rarely_named(n: int) -> None:
    found = verdicts(n, 0.0)
    named = (found["A better"] + found["B better"]) / COMPARISONS
    print(f"{n} seeds, equal arms: {100 * named:.1f} % name a better one")
    assert named <= 1 - CONFIDENCE


def test_true_differences_are_seen_more_often_with_more_seeds() -> None:
    for effect in (1, 2):
        seen = []
        for n in SEEDS:
            found = verdicts(n, effect * SD)
            right, wrong = found["A better"] / COMPARISONS, found["B better"] / COMPARISONS
            print(f"{n} seeds, {effect} sd: {100 * right:.1f} % right, {100 * wrong:.1f} % wrong")
            assert wrong < 0.02
            seen.append(right)
        assert seen == sorted(seen)
        assert len(set(seen)) == len(seen)

"""The expected calibration error against its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.stats.calibration import calibration_error

# Multiples of 1/1024 and 16 bins: every edge is met exactly.
ANSWERS = st.lists(
    st.tuples(st.integers(0, 1024).map(lambda k: k / 1024), st.booleans()),
    min_size=1,
    max_size=60,
)


def by_definition(confidence: list[float], correct: list[bool], bins: int) -> float:
    """The sum over bins (low, high] of their share times |accuracy - confidence|."""
    total = 0.0
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [
            (c, k)
            for c, k in zip(confidence, correct, strict=True)
            if low < c <= high or (number == 0 and c == 0)
        ]
        if inside:
            accuracy = sum(k for _, k in inside) / len(inside)
            stated = sum(c for c, _ in inside) / len(inside)
            total += len(inside) / len(confidence) * abs(accuracy - stated)
    return total


@given(ANSWERS, st.sampled_from([1, 2, 4, 16]))
def test_is_the_mean_distance_over_bins(answers: list[tuple[float, bool]], bins: int) -> None:
    confidence, correct = (list(column) for column in zip(*answers, strict=True))
    found = calibration_error(np.array(confidence), np.array(correct), bins)
    assert found == pytest.approx(by_definition(confidence, correct, bins), abs=1e-12)
    assert 0 <= found <= 1


def test_fifteen_bins_on_many_samples() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.random(5_000)
    correct = rng.random(5_000) < confidence**2
    found = calibration_error(confidence, correct)
    assert found != calibration_error(confidence, correct, 5)
    assert found == pytest.approx(by_definition(list(confidence), list(correct), 15))
    # The truth: the integral of p - p^2 over 0 to 1.
    assert found == pytest.approx(1 / 6, abs=0.02)


def test_by_hand() -> None:
    confidence = np.array([0.9, 0.9, 0.6, 0.6])
    correct = np.array([True, True, True, False])
    assert calibration_error(confidence, correct) == pytest.approx((0.1 + 0.1) / 2)
    assert calibration_error(np.ones(3), np.ones(3, dtype=bool)) == 0
    assert calibration_error(np.ones(3), np.zeros(3, dtype=bool)) == 1


def test_upper_edge_belongs_to_its_bin() -> None:
    confidence, correct = np.array([0.25, 0.5]), np.array([True, False])
    assert calibration_error(confidence, correct, 2) == 0.25 / 2


def test_single_precision_is_enough() -> None:
    confidence = np.random.default_rng(1).random(1_000).astype(np.float32)
    correct = np.random.default_rng(2).random(1_000) < 0.5
    found = calibration_error(confidence, correct)
    assert found == pytest.approx(calibration_error(confidence.astype(float), correct), abs=1e-6)


def test_no_sample_has_no_error() -> None:
    assert math.isnan(calibration_error(np.array([]), np.array([], dtype=bool)))

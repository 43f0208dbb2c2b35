"""Contrasts of many arms at once have the bits of each alone."""

from __future__ import annotations

import itertools
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.stats import contrast as module
from rnnbench.stats.arm_values import ArmValues
from rnnbench.stats.contrast import contrast, contrasts

SAMPLES = 23


@st.composite
def arms(draw: st.DrawFn) -> ArmValues:
    """An arm with some seeds, whose answers are known of all of them, of some or of none."""
    first, count = draw(st.integers(0, 2)), draw(st.integers(0, 7))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    right = {first + number: random.random(SAMPLES) < 0.7 for number in range(count)}
    values = {seed: float(scores.mean()) for seed, scores in right.items()}
    known = draw(st.sampled_from([right, dict(itertools.islice(right.items(), 2)), None]))
    return ArmValues(values, known)


@given(st.lists(arms(), min_size=2, max_size=6), st.sampled_from([0.0, 0.25]))
def test_contrasts_at_once_are_those_of_each_pair(found: list[ArmValues], overlap: float) -> None:
    named = {str(place): arm for place, arm in enumerate(found)}
    pairs = list(itertools.combinations(named, 2))
    alone = [contrast(named[a], named[b], overlap) for a, b in pairs]
    with pytest.MonkeyPatch.context() as patch:
        for at_once in (1, 200, 2**20):
            patch.setattr(module, "_AT_ONCE", at_once)
            for one, other in zip(contrasts(named, pairs, overlap), alone, strict=True):
                np.testing.assert_equal(astuple(one), astuple(other))

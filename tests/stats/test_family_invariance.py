"""What the intervals, verdicts and p values of a family must never depend on."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.family import ArmValues, Comparison, family
from tests.stats.test_family import all_pairs, named, width

MARGIN = 1 / 64
# Multiples of 1/1024: sums and differences are exact.
VALUE = st.integers(0, 1024).map(lambda k: k / 1024)
# Every arm has values of some of eight seeds.
ARM = st.dictionaries(st.integers(0, 7), VALUE, max_size=8)
ARMS = st.lists(ARM, min_size=2, max_size=4)
few = settings(max_examples=10, deadline=None)


def close(found: Sequence[Comparison], other: Sequence[Comparison], unit: float = 1.0) -> None:
    """Compare all that is measured; a boundary may turn on a rounding difference."""
    for x, y in zip(found, other, strict=True):
        ends = [x.difference.estimate, x.difference.low, x.difference.high]
        ends_y = [y.difference.estimate, y.difference.low, y.difference.high]
        assert ends_y == pytest.approx([unit * e for e in ends], rel=1e-6, abs=1e-9, nan_ok=True)
        assert y.p == pytest.approx(x.p, rel=1e-5)
        assert y.probabilities == pytest.approx(x.probabilities, abs=1e-6, nan_ok=True)
        assert (y.n, y.won, y.n_a, y.n_b) == (x.n, x.won, x.n_a, x.n_b)


class TestInvariance:
    @few
    @given(ARMS)
    def test_swapping_a_and_b_mirrors_everything(self, values: list[dict[int, float]]) -> None:
        arms = named(values)
        found = family(arms, all_pairs(arms), margin=MARGIN)
        other = family(arms, [(b, a) for a, b in all_pairs(arms)], margin=MARGIN)
        mirrored = [
            replace(
                y,
                difference=Interval(-y.difference.estimate, -y.difference.high, -y.difference.low),
                won=y.n - y.won,
                n_a=y.n_b,
                n_b=y.n_a,
                probabilities=y.probabilities[::-1],
            )
            for y in other
        ]
        close(found, mirrored)
        opposite = {"a": "b", "b": "a", None: None}
        assert [opposite[y.better] for y in other] == [x.better for x in found]

    @few
    @given(ARMS, st.sampled_from([1 / 16, 1 / 2, 4, 64]))
    def test_intervals_have_the_unit_of_the_values(
        self, values: list[dict[int, float]], unit: float
    ) -> None:
        arms = named(values)
        scaled = named([{s: v * unit for s, v in arm.items()} for arm in values])
        found = family(arms, all_pairs(arms), margin=MARGIN)
        other = family(scaled, all_pairs(arms), margin=MARGIN * unit)
        close(found, other, unit)
        assert [y.verdict for y in other] == [x.verdict for x in found]
        assert [y.seeds_needed for y in other] == [x.seeds_needed for x in found]

    @few
    @given(ARMS, st.randoms(use_true_random=False))
    def test_order_of_arms_and_pairs_is_irrelevant(
        self, values: list[dict[int, float]], random: object
    ) -> None:
        arms = named(values)
        pairs = all_pairs(arms)
        order = sorted(range(len(pairs)), key=lambda _: random.random())  # type: ignore[attr-defined]
        backwards = dict(reversed(arms.items()))
        other = family(backwards, [pairs[i] for i in order], margin=MARGIN)
        found = family(arms, pairs, margin=MARGIN)
        close([found[i] for i in order], other)

    @few
    @given(ARMS)
    def test_lower_is_better_names_the_other_arm(self, values: list[dict[int, float]]) -> None:
        arms = named(values)
        found = family(arms, all_pairs(arms), margin=MARGIN)
        losses = family(arms, all_pairs(arms), margin=MARGIN, lower_is_better=True)
        opposite = {"a": "b", "b": "a", None: None}
        assert [opposite[y.better] for y in losses] == [x.better for x in found]
        assert repr([y.difference for y in losses]) == repr([x.difference for x in found])
        assert [y.won for y in losses] == [x.n - x.won for x in found]

    @few
    @given(ARMS, ARM, ARM)
    def test_an_unrelated_pair_never_narrows_an_interval(
        self, values: list[dict[int, float]], c: dict[int, float], d: dict[int, float]
    ) -> None:
        arms = named(values)
        found = family(arms, all_pairs(arms), margin=MARGIN)
        more = {**arms, "y": ArmValues(c), "z": ArmValues(d)}
        other = family(more, [*all_pairs(arms), ("y", "z")], margin=MARGIN)
        for x, y in zip(found, other, strict=False):
            assert math.isnan(width(x)) or width(y) >= width(x) * (1 - 1e-9)

    @few
    @given(ARMS)
    def test_more_confidence_never_narrows_an_interval(
        self, values: list[dict[int, float]]
    ) -> None:
        arms = named(values)
        levels = (0.5, 0.05, 0.01, 1e-4)
        found = [family(arms, all_pairs(arms), margin=MARGIN, alpha=level) for level in levels]
        for smaller, larger in itertools.pairwise(found):
            for x, y in zip(smaller, larger, strict=True):
                assert math.isnan(width(x)) or width(y) >= width(x) * (1 - 1e-9)

    @few
    @given(ARMS, st.sampled_from([0.2, 0.05, 0.01, 1e-4]))
    def test_an_arm_is_better_if_and_only_if_p_and_the_interval_say_so(
        self, values: list[dict[int, float]], alpha: float
    ) -> None:
        arms = named(values)
        for found in family(arms, all_pairs(arms), margin=MARGIN, alpha=alpha):
            low, high = found.difference.low, found.difference.high
            assert (found.better is not None) == (low > 0 or high < 0)
            assert (found.better is not None) == found.verdict.startswith("better")
            if found.better is not None:
                assert found.p <= alpha
            elif min(abs(low), abs(high)) > 1e-6:
                assert found.p > alpha

"""Sweeps that are looked at while seeds are added: what a look finds and what it must not."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.stats.design import Design, looks, widened
from rnnbench.stats.family import ArmValues, Comparison, family, verdict_of
from rnnbench.stats.sequential import Look, follow

PAIRS = [("lstm", "gru"), ("lstm", "simple_rnn"), ("gru", "simple_rnn")]
DESIGN = Design(most_seeds=16, margin=0.01)


def measured(seeds: int, **better: float) -> dict[str, ArmValues]:
    """Arms around 80 %, one of them better, with noise of one point."""
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 0.01, (3, 30))[:, :seeds]
    names = ("lstm", "gru", "simple_rnn")
    return {
        name: ArmValues(dict(enumerate(0.8 + better.get(name, 0.0) + row)))
        for name, row in zip(names, noise, strict=True)
    }


def decide(
    arms: dict[str, ArmValues], pairs: list[tuple[str, str]], design: Design, look: int
) -> list[Comparison]:
    """The comparisons as they stand after a look."""
    return list(follow(arms, pairs, design, look)[-1].comparisons)


def test_looks_end_with_the_most_seeds() -> None:
    for most in range(3, 200):
        found = looks(most)
        assert found[-1] == most
        assert list(found) == sorted(set(found))


def test_clear_difference_is_decided_early_and_stays_as_it_was() -> None:
    arms = measured(30, simple_rnn=-0.2)
    found = follow(arms, PAIRS, DESIGN, len(DESIGN.looks))
    late, early = [c for c in found[-1].comparisons if c.b == "simple_rnn"], found[-1].decided[1:]
    assert all(look is not None and look <= 3 for look in early)
    for c, look in zip(late, early, strict=True):
        assert look is not None
        assert c in decide(arms, PAIRS, DESIGN, look)
        assert c.n == DESIGN.looks[look - 1]
        assert c.better == "a"


def test_arms_with_no_open_comparison_need_no_further_seeds() -> None:
    arms = measured(30, simple_rnn=-0.2)
    found = follow(arms, PAIRS, DESIGN, 3)
    assert found[-1].decided[0] is None
    assert found[-1].open_arms == ("lstm", "gru")


def test_an_arm_that_fails_with_every_seed_is_not_waited_for() -> None:
    arms = measured(30) | {"gru": ArmValues({})}
    found = follow(arms, PAIRS, DESIGN, 1)
    assert found[-1].open_arms == ("lstm", "simple_rnn")
    apart = measured(30, simple_rnn=-0.2) | {"gru": ArmValues({})}
    found = follow(apart, PAIRS, DESIGN, len(DESIGN.looks))
    assert len(found) == found[-1].decided[1] < len(DESIGN.looks)
    assert found[-1].open_arms == ()


def test_outcome_does_not_depend_on_seeds_that_a_look_has_not_asked_for() -> None:
    few, many = measured(8, gru=0.01), measured(30, gru=0.01)
    number = DESIGN.looks.index(8) + 1
    assert follow(few, PAIRS, DESIGN, number) == follow(many, PAIRS, DESIGN, number)


def test_looks_can_be_taken_one_after_the_other() -> None:
    arms = measured(30, simple_rnn=-0.2)
    whole = follow(arms, PAIRS, DESIGN, 5)
    found: tuple[Look, ...] = ()
    for number in range(1, 6):
        found = follow(arms, PAIRS, DESIGN, number, found)
    assert found == whole
    assert follow(arms, PAIRS, DESIGN, 3, whole) == whole[:3]


def test_order_and_direction_of_pairs_change_nothing_else() -> None:
    arms = measured(30, gru=0.02)
    found = decide(arms, PAIRS, DESIGN, 6)
    turned = decide(arms, [(b, a) for a, b in reversed(PAIRS)], DESIGN, 6)[::-1]
    for c, other in zip(found, turned, strict=True):
        assert (c.verdict, c.n, c.p) == (other.verdict, other.n, pytest.approx(other.p))
        assert c.difference.low == pytest.approx(-other.difference.high)
        assert {c.better, other.better} in ({None}, {"a", "b"})


def test_of_losses_the_lower_is_better() -> None:
    losses = Design(most_seeds=16, margin=0.01, lower_is_better=True)
    for design, better in ((DESIGN, "b"), (losses, "a")):
        found = decide(measured(30, gru=0.2), PAIRS, design, 1)
        assert [c.better for c in found[:1]] == [better]


def test_intervals_of_a_look_are_wider_than_those_of_a_report() -> None:
    arms = measured(30)
    for number in (1, 5, 9):
        few = {
            name: ArmValues({seed: arm.values[seed] for seed in DESIGN.seeds(number)})
            for name, arm in arms.items()
        }
        for c, plain in zip(
            decide(arms, PAIRS, Design(16, 1e-6), number),
            family(few, PAIRS, margin=1e-6),
            strict=True,
        ):
            assert c.n == plain.n
            assert c.difference.low < plain.difference.low
            assert c.difference.high > plain.difference.high
            assert c.p >= plain.p


@pytest.mark.parametrize("seed", [8, 33])
def test_what_a_smaller_family_decides_has_an_interval_that_ends_at_zero(seed: int) -> None:
    """One arm is told apart from both others; then a single pair is left, and counts alone."""
    noise = np.random.default_rng(seed).normal(0, 0.01, (3, 30))
    means = zip(("lstm", "gru", "simple_rnn"), (0.8, 0.808, 0.7), noise, strict=True)
    arms = {name: ArmValues(dict(enumerate(mean + row))) for name, mean, row in means}
    found = decide(arms, PAIRS, DESIGN, 2)[0]
    assert 0 < -found.difference.high < 1e-300
    assert found.better == "b"
    assert found.verdict == verdict_of(found.difference, DESIGN.margin) == "better, size unclear"
    assert found.p <= 1 - DESIGN.confidence
    alone = family({name: arms[name] for name in ("lstm", "gru")}, PAIRS[:1], margin=0.01)[0]
    assert alone.better == "b"


def test_a_failed_seed_is_left_out() -> None:
    arms = measured(30, simple_rnn=-0.2)
    values = dict(arms["gru"].values)
    del values[2]
    found = decide(arms | {"gru": ArmValues(values)}, PAIRS, DESIGN, 1)
    assert [c.n for c in found] == [4, 5, 4]


def test_seeds_begin_where_the_design_says() -> None:
    arms = measured(30, simple_rnn=-0.2)
    moved = {
        name: ArmValues({seed + 100: value for seed, value in arm.values.items()})
        for name, arm in arms.items()
    }
    design = Design(most_seeds=16, margin=0.01, first_seed=100)
    assert decide(moved, PAIRS, design, 4) == decide(arms, PAIRS, DESIGN, 4)


def test_fewer_than_three_seeds_are_refused() -> None:
    with pytest.raises(ValueError, match="3 seeds or more, received 2"):
        looks(2)


@given(st.integers(3, 30), st.integers(1, 12), st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=12, deadline=None)
def test_smaller_families_have_more_level_for_each_comparison(
    most: int, comparisons: int, confidence: float
) -> None:
    design = Design(most, 0.01, confidence)
    for look in range(1, len(design.looks) + 1):
        each = design.alpha(look, comparisons) / comparisons
        fewer = design.alpha(look, comparisons - 1) / (comparisons - 1) if comparisons > 1 else 1
        assert 0 < each <= fewer * 1.01
        assert design.alpha(look, comparisons) < 1 - confidence + 1e-9


def test_record_of_a_look_is_json() -> None:
    for look in follow(measured(30), PAIRS, DESIGN, 4):
        assert json.loads(json.dumps(look.as_record(), allow_nan=False)) == look.as_record()


def test_looks_by_hand_widen_and_looks_at_as_many_seeds_do_not() -> None:
    assert widened(0.95, 10, []) == pytest.approx(0.05)
    assert widened(0.95, 10, [10, 12]) == pytest.approx(0.05)
    assert widened(0.95, 16, range(3, 16)) == pytest.approx(0.0087, abs=2e-4)

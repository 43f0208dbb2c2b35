"""Comparisons that can be between equal arms together: Shaffer's counts, and what always holds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.stats.equalities import largest_equal


def all_pairs(arms: int) -> list[tuple[str, str]]:
    return list(itertools.combinations("abcdefghij"[:arms], 2))


def test_of_three_arms_only_one_pair_can_be_equal_once_two_differ() -> None:
    pairs = all_pairs(3)
    assert largest_equal(pairs, [], ("a", "b")) == tuple(pairs)
    assert largest_equal(pairs, [("a", "c")], ("a", "b")) == (("a", "b"),)


@pytest.mark.parametrize(("arms", "left"), [(3, 1), (4, 3), (5, 6), (6, 10)])
def test_one_difference_leaves_the_pairs_of_all_arms_but_one(arms: int, left: int) -> None:
    # Shaffer 1986, table 2, second column.
    pairs = all_pairs(arms)
    assert max(len(largest_equal(pairs, pairs[:1], pair)) for pair in pairs[1:]) == left


def test_comparisons_with_one_arm_can_all_be_equal_but_the_rejected() -> None:
    pairs = [("a", other) for other in "bcde"]
    assert largest_equal(pairs, [("a", "b")], ("a", "c")) == tuple(pairs[1:])


def test_of_too_many_arms_all_that_are_left_count() -> None:
    pairs = all_pairs(10)
    assert largest_equal(pairs, pairs[:3], pairs[5]) == tuple(pairs[3:])


@given(st.data(), st.integers(3, 6))
def test_set_holds_the_pair_and_no_difference_and_is_closed(data: st.DataObject, arms: int) -> None:
    pairs = all_pairs(arms)
    pair = data.draw(st.sampled_from(pairs))
    rest = [other for other in pairs if other != pair]
    different = data.draw(st.lists(st.sampled_from(rest), unique=True, max_size=len(rest)))
    found = largest_equal(pairs, different, pair)
    assert pair in found
    assert not set(found) & set(different)
    linked = {frozenset(each) for each in found}
    for first, second in itertools.combinations(linked, 2):
        if len(ends := first ^ second) == 2:
            assert ends in linked
    fewer = largest_equal(pairs, different[1:], pair)
    assert len(fewer) >= len(found)

"""The order in which runs are handed out: as one list that is searched from its front gives it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rnnbench.sweep.waiting import Waiting


@dataclass(frozen=True)
class Run:
    group: str
    work: float
    arm_key: str
    number: int


runs = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([1.0, 2.0, 3.0])), max_size=12)
groups = st.sets(st.sampled_from("abcde"))


def choose(left: list[Run], held: Collection[str], busy: Collection[str]) -> Run:
    at_hand = [run for run in left if run.group in held]
    free = [run for run in left if run.group not in busy]
    return (at_hand or free or left)[0]


@given(runs, runs, st.lists(st.tuples(groups, groups), min_size=24, max_size=24))
def test_a_run_whose_model_is_at_hand_goes_first_then_the_longest_that_nobody_works_on(
    first: list[tuple[str, float]],
    later: list[tuple[str, float]],
    workers: list[tuple[set[str], set[str]]],
) -> None:
    declared = [Run(g, w, g + str(w), n) for n, (g, w) in enumerate(first + later)]
    left: list[Run] = []
    waiting: Any = Waiting()
    for number, (held, busy) in enumerate(workers):
        if number in (0, len(first) // 2):
            new = declared[: len(first)] if number == 0 else declared[len(first) :]
            new = [run for run in new if run not in left]
            left = sorted(left + new, key=lambda run: -run.work)
            waiting.add(new)
        assert bool(waiting) == bool(left)
        for run in declared:
            assert waiting.has_arm(run.arm_key) == any(r.arm_key == run.arm_key for r in left)
        if left:
            expected = choose(left, held, busy)
            left.remove(expected)
            assert waiting.pop(held, busy) == expected

"""The order in which runs are handed out: as one list that is searched from its front gives it."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pytest

from rnnbench.sweep.queue import Waiting


@dataclass(frozen=True)
class Run:
    group: str
    work: float
    arm_key: str
    number: int


def choose(left: list[Run], held: Collection[str], busy: Collection[str]) -> Run:
    at_hand = [run for run in left if run.group in held]
    free = [run for run in left if run.group not in busy]
    return (at_hand or free or left)[0]


@pytest.mark.parametrize("seed", range(50))
def test_a_run_whose_model_is_at_hand_goes_first_then_the_longest_that_nobody_works_on(
    seed: int,
) -> None:
    chance = random.Random(seed)
    waiting: Any = Waiting()
    left: list[Run] = []
    number = 0
    for _ in range(60):
        if chance.random() < 0.15:
            new = []
            for _ in range(chance.randint(1, 8)):
                group, work = chance.choice("abcd"), chance.choice([1.0, 2.0, 3.0])
                new.append(Run(group, work, f"{group} {work}", number))
                number += 1
            waiting.add(new)
            left = sorted(left + new, key=lambda run: -run.work)
        assert bool(waiting) == bool(left)
        for arm in (f"{group} {work}" for group in "abcd" for work in (1.0, 2.0, 3.0)):
            assert waiting.has_arm(arm) == any(run.arm_key == arm for run in left)
        if left:
            held, busy = ({g for g in "abcde" if chance.random() < 0.3} for _ in range(2))
            expected = choose(left, held, busy)
            left.remove(expected)
            assert waiting.pop(held, busy) == expected

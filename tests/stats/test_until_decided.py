"""Thousands of simulated sweeps until decided: how often they are wrong, and what they cost."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.stats.arm_values import ArmValues
from rnnbench.stats.design import Design
from rnnbench.stats.sequential import follow
from tests.stats.simulated_sweeps import names_of, simulate
from tests.stats.until_decided import (
    DIFFERENCES,
    HELD,
    compared_runs,
    equal_arms,
    false_share,
    one_better,
)


def test_simulated_sweeps_take_the_decisions_of_real_ones() -> None:
    design = Design(16, 1.0)
    values = one_better(1.2, 3, 0.0, 12, 16)
    found = simulate(values, design)
    for number, one in enumerate(values):
        arms = {str(k): ArmValues(dict(enumerate(map(float, one[:, k])))) for k in range(3)}
        last = follow(arms, names_of(3), design, len(design.looks))[-1].comparisons
        signs = {None: 0, "a": 1, "b": -1}
        assert [signs[c.better] for c in last] == found.named[number].tolist()
        assert [c.verdict == "equivalent" for c in last] == found.equivalent[number].tolist()
        assert [c.difference.low for c in last] == pytest.approx(found.low[number].tolist())
        assert [c.difference.high for c in last] == pytest.approx(found.high[number].tolist())


@pytest.mark.parametrize("case", HELD[1::3], ids=str)
def test_few_sweeps_of_equal_arms_name_a_difference(case: tuple[str, tuple[int], float]) -> None:
    sweeps = 300
    share = false_share(equal_arms(*case, arms=3, sweeps=sweeps))
    assert share <= 0.05 + 3 * (0.05 * 0.95 / sweeps) ** 0.5


@pytest.mark.stress
@pytest.mark.parametrize("arms", [3, 6])
@pytest.mark.parametrize("case", HELD, ids=str)
def test_at_most_5_percent_of_sweeps_of_equal_arms_ever_name_a_difference(
    arms: int, case: tuple[str, tuple[int, ...], float]
) -> None:
    share = false_share(equal_arms(*case, arms=arms, sweeps=5_000))
    print(f"{arms} arms, {case}: {100 * share:.1f} %")
    assert share <= 0.05


@pytest.mark.stress
@pytest.mark.parametrize("arms", [2, 3])
def test_at_most_70_percent_of_the_runs_of_fixed_seeds_are_needed(arms: int) -> None:
    found = [compared_runs(d, arms, margin=1.0, sweeps=5_000) for d in DIFFERENCES]
    print(arms, found)
    assert np.mean([runs.ratio for runs in found]) <= 0.7
    assert all(runs.covered >= 0.95 for runs in found)


@pytest.mark.stress
def test_equal_at_the_margin_is_found_in_at_most_5_percent() -> None:
    values = one_better(1.0, 3, 0.0, 5_000, 30)
    found = simulate(values, Design(30, 1.0))
    assert found.equivalent[:, :2].any(axis=1).mean() <= 0.05

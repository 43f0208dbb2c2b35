"""How many runs a sweep until decided will take: against whole simulated sweeps."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.stats.design import Design
from rnnbench.stats.expected import expected_runs
from tests.stats.simulated import draw
from tests.stats.simulated_sweeps import simulate


@pytest.mark.parametrize("arms", [2, 3])
@pytest.mark.parametrize("margin", [1.0, 2.5])
@pytest.mark.parametrize("difference", [0.0, 1.0])
def test_runs_are_those_of_whole_sweeps(arms: int, margin: float, difference: float) -> None:
    design = Design(20, margin)
    values = draw(np.random.default_rng(arms), 300, 20, (0.5**0.5,) * arms)
    values[:, :, 0] += difference
    whole = simulate(values, design)
    found = expected_runs(design, 1.0, [difference] + [0.0] * (arms - 1))
    assert found.runs == pytest.approx(whole.runs, rel=0.08)
    assert found.decided == pytest.approx(whole.decided.mean(), abs=0.06)
    assert found.low <= found.runs <= found.high <= found.most == arms * 20


def test_runs_grow_with_the_spread_and_never_beyond_the_limit() -> None:
    runs = [expected_runs(Design(12, 1.0), sd, [0.0, 0.0, 2.0]).runs for sd in (0.01, 0.5, 1, 9)]
    assert runs == sorted(runs)
    assert runs[0] == 15
    assert runs[-1] == pytest.approx(36, abs=0.5)


def test_spread_from_few_seeds_widens_the_range() -> None:
    design = Design(20, 1.0)
    sure, unsure = (expected_runs(design, 0.7, [0.0] * 3, seen=seen) for seen in (None, 4))
    assert unsure.high - unsure.low > sure.high - sure.low


def test_samples_that_are_too_few_leave_arms_undecided() -> None:
    found = expected_runs(Design(12, 1.0), 0.3, [0.0] * 3, sampling=1.0)
    assert found.decided < 0.1
    assert found.runs == pytest.approx(36, abs=1)


def test_same_question_has_the_same_answer() -> None:
    design = Design(12, 1.0)
    assert expected_runs(design, 1.0, [0.0, 1.0]) == expected_runs(design, 1.0, [0.0, 1.0])

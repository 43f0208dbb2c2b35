"""The tabulated powers are those that are computed, and plans need nothing else."""

from __future__ import annotations

import json

import pytest

from rnnbench.stats import power_table
from rnnbench.stats.power import PlannedFamily
from rnnbench.stats.tabulate import computed as computed_curve

FAMILIES = power_table.families()


@pytest.mark.parametrize(("arms", "comparisons"), FAMILIES[::4])
def test_the_table_holds_what_is_computed(arms: int, comparisons: int) -> None:
    kept, computed = power_table.curve(arms, comparisons), computed_curve(arms, comparisons)
    assert kept is not None
    assert kept.shown == pytest.approx(computed.shown, rel=1e-5)
    assert kept.needed == pytest.approx(computed.needed, rel=1e-5)


def test_the_table_holds_every_family() -> None:
    known = json.loads(power_table.FILE.read_text(encoding="utf-8"))
    assert list(known) == [power_table.name(*family) for family in FAMILIES]


@pytest.mark.parametrize(("arms", "comparisons"), [(2, None), (3, 3), (4, 4)])
@pytest.mark.parametrize("sd", [0.005, 0.013, 0.02])
def test_answers_are_the_same_with_the_table_and_without(
    monkeypatch: pytest.MonkeyPatch, arms: int, comparisons: int | None, sd: float
) -> None:
    def answers() -> list[float]:
        planned = PlannedFamily(arms, comparisons)
        shown = [planned.detectable(sd, n).high for n in (3, 5, 10, 30, 31)]
        needed = [planned.seeds_for(margin, sd).high for margin in (0.01, 0.03, 0.1)]
        return [*shown, *needed]

    with_table = answers()
    monkeypatch.setattr(power_table, "curve", lambda *_: None)
    assert with_table == pytest.approx(answers(), rel=1e-5)

"""Critical values that are kept are those that are drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnnbench.stats import critical
from rnnbench.stats.critical import critical_values, drawn_levels


@pytest.mark.parametrize(("arms", "df"), [(3, 2.0), (3, 9.0), (4, 4.0), (6, 19.0), (5, math.inf)])
def test_kept_levels_are_those_that_are_drawn(
    monkeypatch: pytest.MonkeyPatch, arms: int, df: float
) -> None:
    kept = critical_values.__wrapped__(arms, df)
    monkeypatch.setattr(critical, "KEPT_ARMS", range(0))
    drawn = critical_values.__wrapped__(arms, df)
    assert kept.log_t == pytest.approx(drawn.log_t)
    assert kept.log_level == pytest.approx(drawn.log_level, rel=1e-9)


def test_usual_families_draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(critical, "drawn_levels", lambda *_: pytest.fail("drawn"))
    for arms in (3, 6):
        assert np.all(critical_values.__wrapped__(arms, 9.0).at(np.array([0.05])) > 2)


def test_others_are_drawn() -> None:
    t = np.geomspace(1e-2, 1e3, 250)
    other = critical_values.__wrapped__(3, 25.0)
    assert other.log_level[0] == pytest.approx(math.log(min(1.0, drawn_levels(3, 25.0, t)[0])))

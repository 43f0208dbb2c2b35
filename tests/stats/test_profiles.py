"""All runs of an arm on several data sets: by hand, by properties, and simulated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.stats.profiles import interquartile, profile, weighted_iqm
from tests.stats.covered import covers

SCORES = [[0.5, 0.6, 0.7], [0.8, 0.9, 1.0]]
TABLES = st.lists(
    st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=2, max_size=5),
    min_size=1,
    max_size=4,
)


class TestInterquartileMean:
    def test_by_hand(self) -> None:
        """Of six runs the first and the last count nothing, their neighbours half."""
        assert interquartile(SCORES, 0.95).estimate == pytest.approx((0.3 + 0.7 + 0.8 + 0.45) / 3)

    def test_of_equal_weights_it_is_the_trimmed_mean(self) -> None:
        values = np.arange(8.0)
        assert weighted_iqm(values, np.full(8, 1 / 8)) == pytest.approx(values[2:6].mean())

    def test_a_data_set_counts_the_same_with_more_runs(self) -> None:
        more = [SCORES[0], SCORES[1] * 4]
        assert interquartile(more, 0.95).estimate == pytest.approx(
            interquartile(SCORES, 0.95).estimate
        )

    @given(TABLES)
    def test_it_lies_between_the_extremes_and_in_its_interval(self, scores: list) -> None:
        found = interquartile(scores, 0.95, 200)
        every = [value for own in scores for value in own]
        assert min(every) - 1e-9 <= found.estimate <= max(every) + 1e-9
        assert found.low <= found.high

    def test_the_same_runs_have_the_same_interval(self) -> None:
        assert interquartile(SCORES, 0.95) == interquartile(SCORES, 0.95)

    def test_a_single_run_on_a_data_set_has_no_interval(self) -> None:
        found = interquartile([[0.5, 0.6], [0.7]], 0.95)
        assert found.estimate == pytest.approx(0.65)
        assert np.isnan(found.low)


class TestProfile:
    def test_by_hand(self) -> None:
        found = profile(SCORES, [0.4, 0.55, 0.7, 0.95, 1.0], 0.95)
        assert found.share == pytest.approx([1, 5 / 6, 1 / 2, 1 / 6, 0])

    def test_of_losses_lower_is_better(self) -> None:
        found = profile(SCORES, [0.4, 0.55, 0.95, 1.1], 0.95, lower_is_better=True)
        assert found.share == pytest.approx([0, 1 / 6, 5 / 6, 1])

    @given(TABLES)
    def test_falls_from_one_to_zero_within_its_band(self, scores: list) -> None:
        found = profile(scores, np.linspace(-0.1, 1.1, 13), 0.95, 200)
        assert found.share[0] == pytest.approx(1)
        assert found.share[-1] == 0
        assert (np.diff(found.share) <= 1e-12).all()
        assert ((found.low >= 0) & (found.high <= 1)).all()
        assert (found.low <= found.high).all()

    def test_a_band_covers_the_share_of_further_runs(self) -> None:
        """At the level that half of the runs reach."""
        rng = np.random.default_rng(3)
        held = 0
        for _ in range(200):
            found = profile(rng.normal(size=(4, 5)).tolist(), [0.0], 0.95, 500)
            held += bool(found.low[0] <= 0.5 <= found.high[0])
        assert held / 200 >= 0.9


def coverage(replications: int, sets: int, seeds: int, levels: float) -> float:
    """How often the interval holds the interquartile mean of endlessly many runs."""
    rng = np.random.default_rng([sets, seeds, round(100 * levels)])
    held = 0
    for _ in range(replications):
        level = 0.5 + levels * rng.random((sets, 1))
        many = (level + 0.02 * rng.normal(size=(sets, 1_000))).ravel()
        truth = float(weighted_iqm(many, np.full(len(many), 1 / len(many))))
        runs = (level + 0.02 * rng.normal(size=(sets, seeds))).tolist()
        held += covers(interquartile(runs, 0.95, 500), truth)
    return held / replications


def test_intervals_hold_the_interquartile_mean() -> None:
    assert coverage(150, 3, 3, 0.3) >= 0.85


@pytest.mark.stress
@pytest.mark.parametrize("sets", [2, 3, 4, 6])
@pytest.mark.parametrize("seeds", [3, 5, 10])
@pytest.mark.parametrize("levels", [0.02, 0.3])
def test_intervals_hold_the_interquartile_mean_about_as_often_as_they_say(
    sets: int, seeds: int, levels: float
) -> None:
    held = coverage(5_000, sets, seeds, levels)
    print(f"{sets} sets, {seeds} seeds, levels within {levels:g}: {100 * held:.1f} %")
    assert held >= 0.90

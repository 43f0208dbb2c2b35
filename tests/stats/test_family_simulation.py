"""Simulated reports: how often equal arms are called different, and how often differences show."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rnnbench.stats.family import ArmValues, Comparison, family
from tests.stats.covered import covers
from tests.stats.simulated import SHAPES, Values, draw, false_reports, intervals

ALPHA = 0.05
SEEDS = (3, 5, 10, 20)
ARMS = (3, 6)
SOME_PAIRS = {
    "all with one": [(0, i) for i in range(1, 6)],
    "in a row": [(i, i + 1) for i in range(5)],
}
EQUAL, UNEQUAL = (1.0, 1.0, 1.0), (1.0, 2.0, 3.0)
# Shape of the values, spreads of the arms, correlation by seed.
CASES = [(shape, EQUAL, rho) for shape in SHAPES for rho in (0.0, 0.5, 0.9)]
CASES += [("normal", UNEQUAL, rho) for rho in (0.0, 0.5, 0.9)]


def at_most(rate: float, reports: int) -> float:
    """The most that a simulation may find where the truth is ``rate``."""
    return rate + 3 * math.sqrt(rate * (1 - rate) / reports)


def generator(*seed: object) -> np.random.Generator:
    return np.random.default_rng(list(repr(seed).encode()))


def of_equal_arms(
    arms: int, n: int, case: tuple[str, Sequence[float], float], reports: int
) -> Values:
    shape, spreads, rho = case
    return draw(generator(arms, n, case), reports, n, np.resize(spreads, arms), shape, rho)


def tied(arms: int, n: int, rho: float, reports: int) -> Values:
    """Values in steps of 0.7 standard deviations of what a seed does to one arm."""
    values = draw(generator(arms, n, rho, "tied"), reports, n, [1.0] * arms, "normal", rho)
    return np.asarray(np.round(values / (0.7 * math.sqrt(1 - rho))))


def apart(arms: int, n: int, reports: int, sds: float) -> Values:
    """The first arm is ahead by so many standard deviations of the paired differences."""
    values = draw(generator(arms, n, sds), reports, n, [1.0] * arms, "normal", 0.8)
    values[:, :, 0] += sds * math.sqrt(2 * 0.2)
    return values


def found_right(arms: int, n: int, reports: int, sds: float = 1.0) -> float:
    estimates, half = intervals(apart(arms, n, reports, sds), ALPHA)
    return float((estimates[:, 0] > half[:, 0]).mean())


def called_equivalent(arms: int, n: int, reports: int) -> float:
    """Share of reports that call the first two arms equivalent, just as far apart as the margin."""
    margin = math.sqrt(2 * 0.2)
    estimates, half = intervals(apart(arms, n, reports, 1.0), ALPHA)
    return float((np.abs(estimates) + half <= margin)[:, 0].mean())


def answered(
    rng: np.random.Generator, arms: int, n: int, m: int, own: float, by_seed: float, jitter: float
) -> NDArray[np.bool_]:
    """Which samples each run answers right, ``(seeds, arms, samples)``: equal arms on new samples.

    Args:
        rng: source of everything.
        arms: number of arms.
        n: seeds.
        m: test samples, drawn anew.
        own: standard deviation of what makes a sample harder for one arm, all seeds alike.
        by_seed: of what makes a training better on all samples.
        jitter: of what a training answers otherwise by chance.
    """
    skill = 1.2 + rng.normal(0, 1, m) + rng.normal(0, own, (arms, m))
    seed = rng.normal(0, by_seed, (n, 1, 1)) + rng.normal(0, by_seed, (n, arms, 1))
    noise = jitter * rng.standard_normal((n, arms, m), dtype=np.float32)
    return np.asarray(skill + seed + noise > 0)


def named_by_many_samples(arms: int, n: int, ratio: float, reports: int) -> float:
    """Share of reports of equal arms that name a difference, the variance of samples known.

    So it is of thousands: what the choice of samples gives to an arm is the same for all seeds.

    Args:
        arms: number of arms.
        n: seeds.
        ratio: standard deviation by samples, by that of the mean over seeds.
        reports: how many are drawn.
    """
    values = of_equal_arms(arms, n, CASES[0], reports)
    sd = ratio / math.sqrt(n)
    given = generator(arms, n, ratio).normal(0, sd, (reports, 1, arms))
    estimates, half = intervals(values + given, by_samples=sd)
    return float((np.abs(estimates) > half).any(axis=1).mean())


def as_arms(right: NDArray[np.bool_], *, samples: bool = True) -> dict[str, ArmValues]:
    n, arms, _ = right.shape
    return {
        str(k): ArmValues(
            {s: float(right[s, k].mean()) for s in range(n)},
            {s: right[s, k] for s in range(n)} if samples else None,
        )
        for k in range(arms)
    }


def judged(arms: dict[str, ArmValues]) -> list[Comparison]:
    return family(arms, list(itertools.combinations(arms, 2)), margin=0.01)


def named_on_new_samples(arms: int, n: int, m: int, reports: int, *, samples: bool = True) -> float:
    """Share of reports of equal arms that name a difference."""
    rng = generator(arms, n, m)
    found = 0
    for _ in range(reports):
        right = answered(rng, arms, n, m, own=0.5, by_seed=0.05, jitter=0.5)
        found += any(c.better for c in judged(as_arms(right, samples=samples)))
    return found / reports


def named_where_seeds_meet_in_part(
    seeds: Sequence[Sequence[int]], rho: float, spreads: Sequence[float], reports: int
) -> float:
    rng = generator(seeds, rho)
    most = max(max(own) for own in seeds) + 1
    found = 0
    for values in draw(rng, reports, most, spreads, "normal", rho):
        arms = {
            str(k): ArmValues({s: float(values[s, k]) for s in own}) for k, own in enumerate(seeds)
        }
        found += any(c.better for c in judged(arms))
    return found / reports


class TestQuick:
    REPORTS = 500

    @pytest.mark.parametrize("arms", ARMS)
    def test_equal_arms_are_rarely_called_different(self, arms: int) -> None:
        for n, case in itertools.product(SEEDS, CASES):
            named = false_reports(of_equal_arms(arms, n, case, self.REPORTS))
            assert named <= at_most(ALPHA, self.REPORTS) + 0.01, (n, case)

    def test_ties_name_no_difference(self) -> None:
        for arms, n in itertools.product(ARMS, SEEDS):
            named = false_reports(tied(arms, n, 0.0, self.REPORTS))
            assert named <= at_most(ALPHA, self.REPORTS)

    @pytest.mark.parametrize("pairs", SOME_PAIRS.values(), ids=SOME_PAIRS)
    def test_some_pairs_of_equal_arms_are_rarely_called_different(
        self, pairs: Sequence[tuple[int, int]]
    ) -> None:
        for n, case in itertools.product(SEEDS, CASES[:1] + CASES[-3:]):
            values = of_equal_arms(6, n, case, self.REPORTS)
            assert false_reports(values, ALPHA, pairs) <= at_most(ALPHA, self.REPORTS)

    def test_one_standard_deviation_shows_with_ten_seeds(self) -> None:
        assert found_right(3, 10, 4_000) >= 0.65 - 0.02

    def test_arms_as_far_apart_as_the_margin_are_rarely_equivalent(self) -> None:
        for n in SEEDS:
            assert called_equivalent(3, n, 2_000) <= at_most(ALPHA, 2_000)

    def test_smaller_levels_hold_too(self) -> None:
        values = of_equal_arms(3, 5, CASES[0], 20_000)
        assert false_reports(values, 0.002) <= at_most(0.002, 20_000)

    @pytest.mark.parametrize("ratio", [0.3, 1.0, 3.0])
    def test_many_new_samples_are_reckoned_with(self, ratio: float) -> None:
        for arms, n in itertools.product(ARMS, SEEDS):
            named = named_by_many_samples(arms, n, ratio, self.REPORTS)
            assert named <= at_most(ALPHA, self.REPORTS)

    def test_new_samples_are_reckoned_with(self) -> None:
        assert named_on_new_samples(3, 10, 500, 40) <= 0.15
        assert named_on_new_samples(3, 10, 500, 40, samples=False) > 0.15


@pytest.mark.stress
class TestThorough:
    """What the documentation tabulates; ``-s`` prints it."""

    REPORTS = 20_000

    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_equal_arms_are_rarely_called_different(
        self, case: tuple[str, Sequence[float], float]
    ) -> None:
        places = list(itertools.product(ARMS, SEEDS))
        found = [false_reports(of_equal_arms(*p, case, self.REPORTS)) for p in places]
        print(case, " ".join(f"{100 * rate:.1f}" for rate in found))
        assert max(found) <= at_most(ALPHA, self.REPORTS)

    @pytest.mark.parametrize("ratio", [0.3, 1.0, 3.0])
    def test_many_new_samples_are_reckoned_with(self, ratio: float) -> None:
        found = [named_by_many_samples(k, n, ratio, self.REPORTS) for k in ARMS for n in SEEDS]
        print("many samples", ratio, " ".join(f"{100 * rate:.1f}" for rate in found))
        assert max(found) <= at_most(ALPHA, self.REPORTS)

    @pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
    def test_ties_name_no_difference(self, rho: float) -> None:
        found = [false_reports(tied(k, n, rho, self.REPORTS)) for k in ARMS for n in SEEDS]
        print("ties", rho, " ".join(f"{100 * rate:.1f}" for rate in found))
        assert max(found) <= at_most(ALPHA, self.REPORTS)

    @pytest.mark.parametrize("shape", ["lognormal", "bimodal"])
    @pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
    def test_skewed_values_of_unequal_spread_break_the_level(self, shape: str, rho: float) -> None:
        case = (shape, UNEQUAL, rho)
        places = list(itertools.product(ARMS, SEEDS))
        found = [false_reports(of_equal_arms(*p, case, self.REPORTS)) for p in places]
        print(case, " ".join(f"{100 * rate:.1f}" for rate in found))
        assert max(found) <= 0.12

    def test_rare_collapses_are_often_not_seen(self) -> None:
        """Equal means, one arm of which loses many standard deviations in one run of five."""
        for arms, lost in itertools.product(ARMS, (5.0, 10.0)):
            found = []
            for n in SEEDS:
                values = of_equal_arms(arms, n, CASES[0], self.REPORTS)
                collapses = generator("collapses", n).random(values.shape[:2]) < 0.2
                values[:, :, 0] += lost * (0.2 - collapses)
                found.append(f"{100 * false_reports(values):.1f}")
            print(arms, "arms, one collapses by", lost, "sd:", *found)

    def test_power(self) -> None:
        for arms in ARMS:
            found = [found_right(arms, n, self.REPORTS) for n in SEEDS]
            print(arms, "arms, one sd:", " ".join(f"{100 * rate:.1f}" for rate in found))
            assert found == sorted(found)
        assert found_right(3, 10, self.REPORTS) >= 0.65

    @pytest.mark.parametrize("arms", ARMS)
    def test_arms_as_far_apart_as_the_margin_are_rarely_equivalent(self, arms: int) -> None:
        found = [called_equivalent(arms, n, self.REPORTS) for n in SEEDS]
        print(arms, "arms, equivalent at the margin:", " ".join(f"{100 * r:.1f}" for r in found))
        assert max(found) <= ALPHA

    @pytest.mark.parametrize(("m", "reports"), [(500, 5_000), (25_000, 300)])
    @pytest.mark.parametrize(("arms", "n"), [(3, 3), (3, 10), (3, 20), (6, 10)])
    def test_equal_on_new_samples(self, arms: int, n: int, m: int, reports: int) -> None:
        reports = reports if arms == 3 else reports // 5
        named = named_on_new_samples(arms, n, m, reports)
        print(arms, "arms", n, "seeds", m, "samples:", f"{100 * named:.1f}")
        assert named <= at_most(ALPHA, reports)

    @pytest.mark.parametrize("n", [3, 10])
    def test_intervals_hold_what_another_test_set_of_the_same_size_shows(self, n: int) -> None:
        rng = generator("halves", n)
        held = []
        for _ in range(200):
            right = answered(rng, 3, n, 2_000, own=0.5, by_seed=0.05, jitter=0.5)
            here, there = (judged(as_arms(half)) for half in np.split(right, 2, axis=2))
            for one, other in zip(here, there, strict=True):
                held.append(covers(one.difference, other.difference.estimate))
        print(n, "seeds, of another test set:", f"{100 * np.mean(held):.1f}")
        assert np.mean(held) >= 0.93

    @pytest.mark.parametrize("rho", [0.0, 0.8])
    @pytest.mark.parametrize("spreads", [EQUAL, UNEQUAL], ids=str)
    @pytest.mark.parametrize(
        "seeds",
        [
            (range(5), range(5, 10), range(10, 15)),
            (range(3), range(10), range(20, 40)),
            (range(10), range(5, 15), range(7, 17)),
            (range(5), range(2, 7), range(20)),
        ],
        ids=str,
    )
    def test_seeds_that_meet_in_part(
        self, seeds: Sequence[Sequence[int]], spreads: Sequence[float], rho: float
    ) -> None:
        named = named_where_seeds_meet_in_part(seeds, rho, spreads, 2_000)
        print([*map(str, seeds)], spreads, rho, f"{100 * named:.1f}")
        assert named <= at_most(ALPHA, 2_000)

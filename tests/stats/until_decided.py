"""Figures of sweeps until decided, by simulation, as Markdown.

    python -m tests.stats.until_decided false --arms 3
    python -m tests.stats.until_decided runs --arms 3
    python -m tests.stats.until_decided adastop --arms 3 --correlation 0.5 --sweeps 100

The last needs the package of Mathieu et al. 2023 ("AdaStop: adaptive statistical testing for sound
comparisons of deep RL agents"), which nothing else does: pip install adastop.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.design import Design
from tests.stats.simulated import draw, intervals
from tests.stats.simulated_sweeps import Sweeps, names_of, simulate

Values = NDArray[np.float64]
MOST_SEEDS = 30
CORRELATIONS = (0.0, 0.5, 0.9)
DIFFERENCES = (0.0, 0.5, 1.0, 2.0)
# At most 5 % of sweeps of equal arms name a difference where arms differ so.
HELD = tuple(
    (shape, spreads, rho)
    for shape, spreads in (
        ("normal", (1,)),
        ("t3", (1,)),
        ("lognormal", (1,)),
        ("bimodal", (1,)),
        ("ties", (1,)),
        ("normal", (1, 2, 3)),
        ("t3", (1, 2, 3)),
    )
    for rho in CORRELATIONS
)
# Skewed alike but not as wide: means of few seeds lean to one side in the wider arm.
BROKEN = tuple(
    (shape, (1, 2, 3), rho) for shape in ("lognormal", "bimodal") for rho in CORRELATIONS
)
COLLAPSES = 0.2  # of the trainings of one arm


def equal_arms(
    shape: str, spreads: Sequence[int], correlation: float, arms: int, sweeps: int
) -> Values:
    """Values of arms with equal means, ``(sweeps, 30, arms)``."""
    rng = np.random.default_rng([arms, round(10 * correlation), *shape.encode(), *spreads])
    drawn = "normal" if shape in ("ties", "collapses") else shape
    widths = np.resize(spreads, arms)
    values = draw(rng, sweeps, MOST_SEEDS, tuple(widths), drawn, correlation)
    if shape == "ties":
        return np.round(values * 2) / 2
    if shape == "collapses":  # by ten standard deviations; its mean is that of the others
        values[:, :, 0] += 10 * (COLLAPSES - (rng.random(values.shape[:2]) < COLLAPSES))
    return values


def false_share(values: Values, margin: float = 0.0) -> float:
    """Share of sweeps of equal arms that ever name a difference."""
    return float((simulate(values, Design(MOST_SEEDS, margin)).named != 0).any(axis=1).mean())


@dataclass(frozen=True)
class Runs:
    """Runs of sweeps until decided, and of a fixed number of seeds that decides as often."""

    difference: float
    until: float
    decided: float
    fixed: float
    covered: float

    @property
    def ratio(self) -> float:
        return self.until / self.fixed


def one_better(difference: float, arms: int, correlation: float, sweeps: int, most: int) -> Values:
    """Normal values; the first arm is better by so many sd of the paired difference (1)."""
    rng = np.random.default_rng([arms, round(10 * correlation)])
    spread = (2 - 2 * correlation) ** -0.5
    values = draw(rng, sweeps, most, (spread,) * arms, "normal", correlation)
    values[:, :, 0] += difference
    return values


def compared_runs(
    difference: float, arms: int, margin: float, sweeps: int, correlation: float = 0.0
) -> Runs:
    """Compare with the fixed number of seeds that decides the same share of comparisons.

    That number is interpolated, and decides 99.9 % at most: it has no last resort as a sweep of up
    to 30 seeds has.
    """
    most = MOST_SEEDS + 15
    values = one_better(difference, arms, correlation, sweeps, most)
    found = simulate(values[:, :MOST_SEEDS], Design(MOST_SEEDS, margin))
    seeds, shares = np.arange(3, most + 1), []
    for n in seeds:
        estimates, half = intervals(values[:, :n])
        shares.append(((np.abs(estimates) > half) | (np.abs(estimates) + half <= margin)).mean())
    rising = np.maximum.accumulate(shares) + 1e-9 * seeds
    decided = float(found.decided.mean())
    fixed = float(np.interp(min(decided, 0.999), rising, seeds))
    return Runs(difference, found.runs, decided, arms * fixed, covered(found, difference, arms))


def covered(found: Sweeps, difference: float, arms: int) -> float:
    """Share of sweeps all of whose intervals hold their true difference."""
    true = np.array([difference if first == "0" else 0.0 for first, _ in names_of(arms)])
    return float(((found.low <= true) & (true <= found.high)).all(axis=1).mean())


def adastop_runs(values: Values, alpha: float, permutations: int = 1_000) -> tuple[float, float]:
    """Runs of AdaStop, six looks after five seeds each, and share of sweeps that name anything."""
    from adastop import MultipleAgentsComparator

    names = [str(arm) for arm in range(values.shape[2])]
    runs, named = [], []
    for number, one in enumerate(values):
        test = MultipleAgentsComparator(n=5, K=6, B=permutations, alpha=alpha, seed=number)
        measured = {name: np.zeros(0) for name in names}
        while not test.is_finished:
            left = None if test.current_comparisons is None else test.current_comparisons.ravel()
            for arm, name in enumerate(names):
                if left is None or arm in left:
                    measured[name] = one[: 5 * (test.k + 1), arm]
            test.partial_compare(measured, verbose=False)
        runs.append(sum(map(len, measured.values())))
        named.append(any(found != "equal" for found in test.decisions.values()))
    return float(np.mean(runs)), float(np.mean(named))


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print("| " + " | ".join(columns) + " |\n|" + " --- |" * len(columns))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def print_false(arms: int, sweeps: int, correlation: float) -> None:
    print(f"% of {sweeps} sweeps of {arms} equal arms that ever name a difference\n")
    _table(["values", "spreads", *(f"correlation {rho:g}" for rho in CORRELATIONS)], [])
    rows: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    cases = (*HELD, *BROKEN, *(("collapses", (1,), rho) for rho in CORRELATIONS))
    for shape, spreads, rho in cases:
        row = rows.setdefault((shape, spreads), [])
        row.append(f"{100 * false_share(equal_arms(shape, spreads, rho, arms, sweeps)):.1f}")
        if len(row) == len(CORRELATIONS):
            print("| " + " | ".join([shape, ":".join(map(str, spreads)), *row]) + " |", flush=True)


def print_runs(arms: int, sweeps: int, correlation: float) -> None:
    columns = ["margin", *(f"{d:g} sd" for d in DIFFERENCES), "mean of ratios"]
    _table(columns, [])
    for margin in (0.75, 1.0, 1.5, 2.0, 4.0):
        found = [compared_runs(d, arms, margin, sweeps, correlation) for d in DIFFERENCES]
        cells = [f"{r.until:.1f} / {r.fixed:.1f} ({100 * r.decided:.0f} %)" for r in found]
        mean = np.mean([r.ratio for r in found])
        print("| " + " | ".join([f"{margin:g} sd", *cells, f"{mean:.2f}"]) + " |", flush=True)


def print_adastop(arms: int, sweeps: int, correlation: float) -> None:
    ways: dict[str, Callable[[Values], tuple[float, float]]] = {
        f"until=decided, margin {margin:g} sd": lambda values, margin=margin: _until(values, margin)
        for margin in (1.0, 0.0)
    }
    for alpha in (0.05, 0.025):
        ways[f"AdaStop, alpha {alpha}"] = lambda values, alpha=alpha: adastop_runs(values, alpha)
    _table(["", *(f"{d:g} sd" for d in DIFFERENCES), "mean", "equal arms named"], [])
    for name, way in ways.items():
        found = [way(one_better(d, arms, correlation, sweeps, MOST_SEEDS)) for d in DIFFERENCES]
        cells = [f"{runs:.1f}" for runs, _ in found]
        mean = np.mean([runs for runs, _ in found])
        row = [name, *cells, f"{mean:.1f}", f"{100 * found[0][1]:.0f} %"]
        print("| " + " | ".join(row) + " |", flush=True)


def _until(values: Values, margin: float) -> tuple[float, float]:
    found = simulate(values, Design(MOST_SEEDS, margin))
    return found.runs, float((found.named != 0).any(axis=1).mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("figures", choices=["false", "runs", "adastop"])
    parser.add_argument("--arms", type=int, default=3)
    parser.add_argument("--sweeps", type=int, default=5_000)
    parser.add_argument("--correlation", type=float, default=0.0)
    asked = parser.parse_args()
    printed = {"false": print_false, "runs": print_runs, "adastop": print_adastop}
    printed[asked.figures](asked.arms, asked.sweeps, asked.correlation)


if __name__ == "__main__":
    main()

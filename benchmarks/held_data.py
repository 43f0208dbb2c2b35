"""Whether intervals from one half of a test set hold what the other half shows.

    python benchmarks/held_data.py [reports/imdb ...] [--splits 50]

Divides the test set of a committed report by chance into two halves, many times over, computes the
family of its arms on the one, and counts the differences of the other that lie in the intervals.
That asks more than an interval promises, for the other half is in doubt as well: where seeds play
no part, two arms' 95 % interval would hold it 83 % of the time. Beside it, the same for intervals
of seeds alone. Prints a line a report; writes nothing.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rnnbench.report.snapshot import read_snapshot  # noqa: E402
from rnnbench.stats.family import FEWEST, ArmValues, family  # noqa: E402

Scores = dict[str, dict[int, NDArray[np.bool_]]]


def scores(folder: Path) -> Scores:
    """Which samples were answered right: arm -> seed -> ``(samples,)``.

    By the weights of the best epoch, or of the last where a report has kept those alone.
    """
    tables = read_snapshot(folder)
    answers = tables.correct["best"] or tables.correct["last"]
    found: Scores = {}
    for run in tables.runs.itertuples():
        if run.run_id in answers:
            right = np.asarray(answers[run.run_id], dtype=bool)
            found.setdefault(run.arm_key, {})[int(run.seed)] = right
    most = max(len(by_seed) for by_seed in found.values())
    return {arm: by_seed for arm, by_seed in found.items() if len(by_seed) == most >= FEWEST}


def arms_of(answers: Scores, samples: NDArray[np.int64]) -> dict[str, ArmValues]:
    """Arms as measured on some of the samples."""
    return {
        name: ArmValues(
            {seed: float(right[samples].mean()) for seed, right in by_seed.items()},
            {seed: right[samples] for seed, right in by_seed.items()},
        )
        for name, by_seed in answers.items()
    }


def covered(answers: Scores, splits: int) -> tuple[float, float]:
    """Share of the other half's differences inside the intervals, and inside those of seeds."""
    size = len(next(iter(next(iter(answers.values())).values())))
    pairs = list(itertools.combinations(answers, 2))
    rng = np.random.default_rng(0)
    held, blind = [], []
    for _ in range(splits):
        order = rng.permutation(size)
        here, there = arms_of(answers, order[: size // 2]), arms_of(answers, order[size // 2 :])
        seeds = {name: ArmValues(arm.values) for name, arm in here.items()}
        other = [c.difference.estimate for c in family(there, pairs, margin=0.01)]
        for found, arms in ((held, here), (blind, seeds)):
            intervals = [c.difference for c in family(arms, pairs, margin=0.01)]
            found += [i.contains(d) for i, d in zip(intervals, other, strict=True)]
    return float(np.mean(held)), float(np.mean(blind))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("reports", nargs="*", type=Path, default=[ROOT / "reports" / "imdb"])
    parser.add_argument("--splits", type=int, default=50)
    asked = parser.parse_args()
    for folder in asked.reports:
        answers = scores(folder)
        if len(answers) < 2:
            print(f"{folder.name}: no two arms with as many seeds")
            continue
        held, blind = covered(answers, asked.splits)
        seeds = len(next(iter(answers.values())))
        print(
            f"{folder.name}: {len(answers)} arms, {seeds} seeds: {100 * held:.1f} % held, "
            f"{100 * blind:.1f} % by seeds alone"
        )


if __name__ == "__main__":
    main()

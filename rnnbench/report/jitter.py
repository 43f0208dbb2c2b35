"""How much an arm moves from epoch to epoch, beside how much it differs by seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import statistic

_FEWEST = 2  # epochs that tell of a spread
_PART = 3  # of the epochs, the last one


def jitters(arms: Sequence[ArmRuns], history: pd.DataFrame, metric: str) -> list[float]:
    """Return the standard deviation of a metric of epochs over the last third of them, by arm.

    That within a run, over its runs the root of the mean square; NaN where no run has two epochs in
    its last third that were validated.

    Args:
        arms: whose runs.
        history: one row an epoch (:func:`rnnbench.results.load_history`).
        metric: ``val_accuracy``, or ``val_rmse`` of targets that are numbers.
    """
    if metric not in history:
        return [math.nan] * len(arms)
    known = history[["run_id", "epoch", metric]].dropna(subset=[metric]).sort_values("epoch")
    by_run: dict[str, list[float]] = {}
    for run_id, value in zip(known["run_id"].tolist(), known[metric].tolist(), strict=True):
        by_run.setdefault(run_id, []).append(value)
    return [
        _jitter([by_run[run_id] for run_id in sorted(arm.run_ids) if run_id in by_run])
        for arm in arms
    ]


def _jitter(runs: Sequence[Sequence[float]]) -> float:
    squares = []
    for run in runs:
        last = run[-len(run) // _PART :]
        if len(last) >= _FEWEST:
            squares.append(statistic(last).sd ** 2)
    return math.sqrt(sum(squares) / len(squares)) if squares else math.nan

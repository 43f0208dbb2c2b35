"""How much an arm moves from epoch to epoch, beside how much it differs by seed."""

from __future__ import annotations

import math

import pandas as pd

from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import statistic

_FEWEST = 2  # epochs that tell of a spread
_PART = 3  # of the epochs, the last one


def jitter(arm: ArmRuns, history: pd.DataFrame, metric: str) -> float:
    """Return the standard deviation of a metric of epochs over the last third of them.

    That within a run, over its runs the root of the mean square; NaN where no run has two epochs in
    its last third that were validated.

    Args:
        arm: whose runs.
        history: one row an epoch (:func:`rnnbench.results.load_history`).
        metric: ``val_accuracy``, or ``val_rmse`` of targets that are numbers.
    """
    own = history[history["run_id"].isin(arm.run_ids)]
    if metric not in own:
        return math.nan
    squares = []
    for _, run in own.dropna(subset=[metric]).groupby("run_id", sort=True):
        last = run.sort_values("epoch")[metric].tail(-(-len(run) // _PART))
        if len(last) >= _FEWEST:
            squares.append(statistic(last).sd ** 2)
    return math.sqrt(sum(squares) / len(squares)) if squares else math.nan

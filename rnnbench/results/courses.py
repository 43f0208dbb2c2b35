"""How far each run had come after its seconds and its updates: the best validation so far."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from rnnbench.config.metrics import is_smaller_better
from rnnbench.results.arm_runs import ArmRuns, measured
from rnnbench.results.history import SECONDS
from rnnbench.results.measure import usual_of

if TYPE_CHECKING:
    import pandas as pd

Cost = Literal["seconds", "updates"]
COSTS: tuple[Cost, ...] = ("seconds", "updates")
Values = NDArray[np.float64]
_SLACK = 1 + 1e-9  # sums of the same seconds in another order differ in their last bits


@dataclass(frozen=True)
class RunCourse:
    """A run, epoch by epoch.

    Attributes:
        spent: what it had spent by the end of each epoch ``(epochs,)``, by cost where it is known:
            seconds of training and validation, updates of the optimizer.
        best: highest validation accuracy, or lowest RMSE, up to each epoch ``(epochs,)``.
        is_timed: whether its epochs were timed one by one; else each has the mean seconds.
    """

    spent: Mapping[Cost, Values]
    best: Values
    is_timed: bool

    def epochs_within(self, cost: Cost, budget: float) -> int:
        """Return how many epochs it had finished when it had spent so much."""
        return int(np.searchsorted(self.spent[cost], budget * _SLACK, side="right"))

    def reached(self, cost: Cost, budget: float) -> float:
        """Return its best validation for so much; NaN within its first epoch."""
        epochs = self.epochs_within(cost, budget)
        return float(self.best[epochs - 1]) if epochs else math.nan


def epochs_by_run(history: pd.DataFrame) -> dict[str, Mapping[str, Values]]:
    """Return the columns of numbers of each run's epochs ``(epochs,)``, by run id.

    Args:
        history: a row an epoch (:func:`rnnbench.results.load_history`).
    """
    numbers = {
        str(name): column.to_numpy(dtype=float)
        for name, column in history.items()
        if name != "run_id"
    }
    return {
        str(run_id): {name: values[places] for name, values in numbers.items()}
        for run_id, places in history.groupby("run_id").indices.items()
    }


def courses(arm: ArmRuns, epochs: Mapping[str, Mapping[str, Values]]) -> dict[int, RunCourse]:
    """Return by seed the courses of the runs of an arm that were validated in every epoch.

    Args:
        arm: whose runs.
        epochs: of all runs (:func:`epochs_by_run`).
    """
    found = {}
    metric = usual_of([arm]).epoch
    best_of = np.minimum if is_smaller_better(metric) else np.maximum
    for run in arm.rows:
        own = epochs.get(run["run_id"])
        if own is None or metric not in own or np.isnan(own[metric]).any():
            continue
        order = np.argsort(own["epoch"], kind="stable")
        best = best_of.accumulate(own[metric][order])
        timed = own[SECONDS][order]
        is_timed = not np.isnan(timed).any()
        mean = measured(run, "seconds_per_epoch")
        seconds = np.cumsum(timed if is_timed else np.full(len(best), mean))
        spent: dict[Cost, Values] = {} if np.isnan(seconds).any() else {"seconds": seconds}
        updates = updates_an_epoch(arm.params, run["training_samples"])
        if updates is not None:
            spent["updates"] = updates * np.arange(1.0, len(best) + 1)
        found[int(run["seed"])] = RunCourse(spent, best, is_timed)
    return found


def updates_an_epoch(params: Mapping[str, str], samples: object) -> int | None:
    """Return how many batches an epoch has, ``None`` where that is not known.

    Args:
        params: of the arm, by dotted key.
        samples: training samples of the data set, those held out for validation included.
    """
    try:
        count, size = int(str(samples)), int(params["training.batch_size"])
        if params.get("training.validation") == "split":
            count = math.floor(count * (1.0 - float(params["training.validation_fraction"])))
    except (ValueError, KeyError):
        return None
    return -(-count // size) if count > 0 and size > 0 else None


def whole_cost(runs: Mapping[int, RunCourse], cost: Cost) -> float:
    """Return what the runs of an arm, at least one, spent in all their epochs, on average."""
    return float(np.mean([course.spent[cost][-1] for course in runs.values()]))

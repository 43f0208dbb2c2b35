"""The table that a sweep prints: a row for each arm."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rnnbench.stats import Statistic, statistic
from rnnbench.tables import Table, mean_and_spread, whole


def sweep_table(runs: pd.DataFrame) -> Table:
    """Return the table that a sweep prints: a row for each arm, best validation mean first."""
    rows = []
    for arm, group in _by_validation(runs):
        rows.append(
            (
                arm,
                str(len(group)),
                _one(group, "units"),
                _one(group, "parameters_recurrent"),
                mean_and_spread(_of(group, "best_val_accuracy")),
                mean_and_spread(_of(group, "final_val_accuracy")),
                mean_and_spread(_of(group, "gap_final")),
                mean_and_spread(_of(group, "test_accuracy")),
                mean_and_spread(_of(group, "fit_seconds"), 1),
            )
        )
    columns = (
        "arm",
        "seeds",
        "units",
        "recurrent parameters",
        "best validation",
        "final validation",
        "gap",
        "test",
        "seconds",
    )
    return Table("Accuracy by arm, mean ± standard deviation over seeds", columns, tuple(rows))


def _arms(runs: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for arm, group in runs.groupby("arm", sort=True):
        yield str(arm), group


def _by_validation(runs: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    arms = list(_arms(runs))
    arms.sort(
        key=lambda item: (
            _order(-_of(item[1], "best_val_accuracy").mean),
            _order(-_of(item[1], "test_accuracy").mean),
        )
    )
    return arms


def _of(group: pd.DataFrame, column: str, factor: float = 1.0) -> Statistic:
    return statistic(group[column].to_numpy(dtype=float, na_value=float("nan")) * factor)


def _order(value: float) -> float:
    """Sort what was not measured behind what was."""
    return float("inf") if value != value else value


def _one(group: pd.DataFrame, column: str) -> str:
    """Return the value that all replicates share."""
    return whole(_of(group, column).mean)

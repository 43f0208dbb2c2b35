"""The runs without a result, by name and reason."""

from __future__ import annotations

import pandas as pd

from rnnbench.report.document import Block, DataTable, ReportSection, TableColumn, text
from rnnbench.report.wording import arm_words
from rnnbench.results.arms import add_arm_names, unfinished


def left_runs(runs: pd.DataFrame, done: pd.DataFrame) -> pd.DataFrame:
    """Return the runs without a result, by name: what tells them from finished ones, too."""
    left = unfinished(runs)
    if left.empty:
        return left.assign(arm=pd.Series(dtype="string"))
    named = add_arm_names(pd.concat([done, left]).drop_duplicates("run_id"))
    return named[named["run_id"].isin(left["run_id"])].sort_values(["arm", "seed"])


def lost_arms(left: pd.DataFrame, done: pd.DataFrame) -> list[str]:
    """Return a sentence for each arm that failed in all of its seeds."""
    failed = left[(left["status"] == "FAILED") & ~left["arm_key"].isin(done["arm_key"])]
    counts = failed.groupby("arm", sort=True)["seed"].nunique()
    return [
        f"{arm_words(str(arm))} failed in {n} of {n} seeds: there is nothing to compare."
        for arm, n in counts.items()
    ]


def unfinished_section(left: pd.DataFrame) -> ReportSection:
    """Return the table of the runs without a result."""
    columns = tuple(TableColumn(name, numeric=False) for name in ("run", "status", "reason"))
    rows = tuple(
        (
            text(f"{run['arm']} seed={run['seed']}"),
            text(run["status"]),
            text(None if pd.isna(run["reason"]) else run["reason"]),
        )
        for _, run in left.iterrows()
    )
    ids = tuple((str(run_id),) for run_id in left["run_id"])
    table = DataTable("unfinished", "Runs without a result", columns, rows, "", ids)
    return ReportSection("unfinished", "Runs without a result", (Block("", tables=(table,)),))

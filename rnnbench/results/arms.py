"""Runs grouped into arms: the replicates of one configuration, named by what varies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rnnbench.results.arm_names import arm_names
from rnnbench.results.rows import rows_of
from rnnbench.training.tested_weights import Weights, asked_for


def finished(runs: pd.DataFrame) -> pd.DataFrame:
    """Return finished runs, one for each arm and seed: that of the newest training version."""
    told = runs[["status", "training_version", "arm_key", "seed"]].reset_index(drop=True)
    done = told[told["status"] == "FINISHED"].sort_values("training_version", kind="stable")
    return runs.iloc[np.sort(done.index[~done.duplicated(["arm_key", "seed"], keep="last")])]


def unfinished(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the last try of every run that has not been made up for, by this version or later."""
    newest = finished(runs).set_index(["arm_key", "seed"])["training_version"]
    version = newest.reindex(pd.MultiIndex.from_frame(runs[["arm_key", "seed"]])).to_numpy()
    made_up = (runs["training_version"] <= pd.array(version, dtype="Int64")).fillna(False)
    places = np.flatnonzero(~made_up)
    return runs.iloc[places[~runs["key"].iloc[places].duplicated(keep="last")]]


def failed_seeds(runs: pd.DataFrame) -> dict[str, frozenset[int]]:
    """Return by content key of an arm the seeds that failed and have no finished run."""
    if not (runs["status"] == "FAILED").any():  # as in most stores
        return {}
    left = unfinished(runs)
    done = set(zip(*(finished(runs)[name] for name in ("arm_key", "seed")), strict=True))
    found: dict[str, set[int]] = {}
    for _, run in left[left["status"] == "FAILED"].iterrows():
        if (run["arm_key"], run["seed"]) not in done and not pd.isna(run["seed"]):
            found.setdefault(str(run["arm_key"]), set()).add(int(run["seed"]))
    return {key: frozenset(seeds) for key, seeds in found.items()}


def add_arm_names(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs with a column ``arm``; see :func:`rnnbench.results.arm_names.arm_names`."""
    named = arm_names(rows_of(runs).rows)
    return runs.assign(arm=pd.Series(named, index=runs.index, dtype="string"))


def asked_weights(runs: pd.DataFrame) -> dict[str, Weights]:
    """Return by run the weights that ``training.test`` asked for; the last ones without it."""
    known = runs["training.test"] if "training.test" in runs else [None] * len(runs)
    told = (None if pd.isna(test) else str(test) for test in known)
    return dict(zip(runs["run_id"].map(str), map(asked_for, told), strict=True))

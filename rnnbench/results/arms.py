"""Runs grouped into arms: the replicates of one configuration, named by what varies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from rnnbench.config.arm_names import OPTION, shown_text, telling_name, told_apart
from rnnbench.results.facts import drawn_keys
from rnnbench.training.tested import Weights, asked_for


def finished(runs: pd.DataFrame) -> pd.DataFrame:
    """Return finished runs, one for each arm and seed: that of the newest training version."""
    done = runs[runs["status"] == "FINISHED"].sort_values("training_version", kind="stable")
    return done.drop_duplicates(["arm_key", "seed"], keep="last").sort_index()


def unfinished(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the last try of every run that has not been made up for, by this version or later."""
    newest = finished(runs).set_index(["arm_key", "seed"])["training_version"]
    version = newest.reindex(pd.MultiIndex.from_frame(runs[["arm_key", "seed"]])).to_numpy()
    is_open = ~(runs["training_version"] <= pd.array(version, dtype="Int64")).fillna(False)
    return runs[is_open].drop_duplicates("key", keep="last")


def failed_seeds(runs: pd.DataFrame) -> dict[str, frozenset[int]]:
    """Return by content key of an arm the seeds that failed and have no finished run."""
    left = unfinished(runs)
    done = set(zip(*(finished(runs)[name] for name in ("arm_key", "seed")), strict=True))
    found: dict[str, set[int]] = {}
    for _, run in left[left["status"] == "FAILED"].iterrows():
        if (run["arm_key"], run["seed"]) not in done and not pd.isna(run["seed"]):
            found.setdefault(str(run["arm_key"]), set()).add(int(run["seed"]))
    return {key: frozenset(seeds) for key, seeds in found.items()}


def add_arm_names(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs with a column ``arm``: the cell, then every parameter that varies.

    Parameters that a cell's name implies do not name an arm, nor do those that a search has drawn
    for it where the others tell it from all arms. Arms that differ in nothing that is a parameter
    (another file of the same data set) carry the first digits of their content key.
    """
    full, short = [], []
    cells = [str(cell) for cell in runs["cell"]]
    apart = told_apart(list(zip(cells, parameters_by_run(runs), strict=True)))
    for cell, search, told in zip(cells, _searches(runs), apart, strict=True):
        parts = {k: f"{telling_name(k).removeprefix(OPTION)}={v}" for k, v in told.items()}
        drawn = drawn_keys(search)
        full.append(" ".join([cell, *parts.values()]))
        short.append(" ".join([cell, *(part for key, part in parts.items() if key not in drawn)]))
    named = runs.assign(arm=pd.Series(short, index=runs.index, dtype="string"))
    named["arm"] = named["arm"].where(~_is_ambiguous(named), pd.Series(full, index=runs.index))
    suffix = " [" + named["arm_key"].str[:6] + "]"
    return named.assign(arm=named["arm"].where(~_is_ambiguous(named), named["arm"] + suffix))


def shown_value(value: Any) -> str:
    """Return a parameter as a name has it: drawn numbers with four digits."""
    if pd.isna(value):
        return "none"
    return shown_text(str(value))


def _is_ambiguous(named: pd.DataFrame) -> pd.Series[bool]:
    return named.groupby("arm")["arm_key"].transform("nunique") > 1


def parameters_by_run(runs: pd.DataFrame) -> list[dict[str, str]]:
    """Return the parameters of each run by dotted key, without those that it doesn't have."""
    keys = [str(key) for key in runs.columns if "." in str(key)]
    found: list[dict[str, str]] = [{} for _ in range(len(runs))]
    for key in keys:
        for params, value, is_missing in zip(found, runs[key], runs[key].isna(), strict=True):
            if not is_missing:
                params[key] = str(value)
    return found


def _searches(runs: pd.DataFrame) -> Sequence[object]:
    return list(runs["search"]) if "search" in runs else [None] * len(runs)


def asked_weights(runs: pd.DataFrame) -> dict[str, Weights]:
    """Return by run the weights that ``training.test`` asked for; the last ones without it."""
    known = runs["training.test"] if "training.test" in runs else [None] * len(runs)
    told = (None if pd.isna(test) else str(test) for test in known)
    return dict(zip(runs["run_id"].map(str), map(asked_for, told), strict=True))

"""Runs grouped into arms: the replicates of one configuration, named by what varies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from rnnbench.formatting.short_names import NEVER_NAMES, shown_text, telling_name
from rnnbench.results.facts import drawn_keys
from rnnbench.training.tested import Weights, asked_for

_OPTION = "cell."


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
    varying = varying_parameters(runs)
    own = _options_by_cell(runs, varying)
    full, short = [], []
    for _, run in runs.iterrows():
        parts = {
            key: f"{telling_name(key).removeprefix(_OPTION)}={shown_value(run[key])}"
            for key in varying
            if not key.startswith(_OPTION) or key in own[run["cell"]]
        }
        drawn = drawn_keys(run.get("search"))
        full.append(" ".join([str(run["cell"]), *parts.values()]))
        told = [part for key, part in parts.items() if key not in drawn]
        short.append(" ".join([str(run["cell"]), *told]))
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


def varying_parameters(runs: pd.DataFrame) -> list[str]:
    """Return the dotted keys in which arms differ beyond their cell.

    A key that is the same for all arms of each cell only repeats the cell's name.
    """
    keys = [
        str(key)
        for key in runs.columns
        if "." in str(key) and str(key) not in NEVER_NAMES and not str(key).startswith("executor.")
    ]
    # An option of a cell that a file of it does not mention has a value all the same.
    return [
        key
        for key in keys
        if (runs.groupby("cell")[key].nunique(dropna=key.startswith(_OPTION)) > 1).any()
    ]


def _options_by_cell(runs: pd.DataFrame, varying: Sequence[str]) -> dict[str, set[str]]:
    """Return for each cell which of its options vary between its arms."""
    options = [key for key in varying if key.startswith(_OPTION)]
    return {
        str(cell): {key for key in options if group[key].nunique() > 1}
        for cell, group in runs.groupby("cell")
    }


def asked_weights(runs: pd.DataFrame) -> dict[str, Weights]:
    """Return by run the weights that ``training.test`` asked for; the last ones without it."""
    known = runs["training.test"] if "training.test" in runs else [None] * len(runs)
    told = (None if pd.isna(test) else str(test) for test in known)
    return dict(zip(runs["run_id"].map(str), map(asked_for, told), strict=True))

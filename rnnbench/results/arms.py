"""Runs grouped into arms: the replicates of one configuration, named by what varies."""

from __future__ import annotations

from typing import Any

import pandas as pd

_NEVER_NAMES = ("seed", "match", "data.path", "data.test_path", "data.word_index")
_SHORT = {
    "model.units": "units",
    "model.depth": "depth",
    "model.dropout": "dropout",
    "model.recurrent_dropout": "recurrent_dropout",
    "model.stateful": "stateful",
    "data.maxlen": "maxlen",
    "data.mask": "mask",
    "training.epochs": "epochs",
    "training.batch_size": "batch_size",
    "training.buckets": "buckets",
    "training.validation": "validation",
    "optimizer.name": "optimizer",
    "optimizer.learning_rate": "learning_rate",
}


def finished(runs: pd.DataFrame) -> pd.DataFrame:
    """Return finished runs, one for each arm and seed: that of the newest training version."""
    done = runs[runs["status"] == "FINISHED"].sort_values("training_version", kind="stable")
    return done.drop_duplicates(["arm_key", "seed"], keep="last").sort_index()


def add_arm_names(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs with a column ``arm``: the cell, then every parameter that varies.

    Parameters that a cell's name implies do not name an arm. Arms
    that differ in nothing that is a parameter (another file of the same data set) carry the
    first digits of their content key.
    """
    varying = varying_parameters(runs)
    names = []
    for _, run in runs.iterrows():
        parts = [f"{_SHORT.get(key, key)}={_shown(run[key])}" for key in varying]
        names.append(" ".join([str(run["cell"]), *parts]))
    named = runs.assign(arm=pd.Series(names, index=runs.index, dtype="string"))
    ambiguous = named.groupby("arm")["arm_key"].transform("nunique") > 1
    suffix = " [" + named["arm_key"].str[:6] + "]"
    return named.assign(arm=named["arm"].where(~ambiguous, named["arm"] + suffix))


def varying_parameters(runs: pd.DataFrame) -> list[str]:
    """Return the dotted keys in which arms differ beyond their cell.

    A key that is the same for all arms of each cell only repeats the cell's name.
    """
    keys = [
        str(key)
        for key in runs.columns
        if "." in str(key) and str(key) not in _NEVER_NAMES and not str(key).startswith("executor.")
    ]
    return [key for key in keys if (runs.groupby("cell")[key].nunique(dropna=False) > 1).any()]


def _shown(value: Any) -> str:
    """Return a parameter as a name has it: drawn numbers with four digits."""
    if pd.isna(value):
        return "none"
    shown = str(value)
    if "." not in shown and "e" not in shown:
        return shown
    try:
        return f"{float(shown):.4g}"
    except ValueError:
        return shown

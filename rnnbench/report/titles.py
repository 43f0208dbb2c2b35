"""What the sections of a report are called, and their keys."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from rnnbench.report.data_sizes import LIMIT

_TEST_LIMIT, _PATH = "data.test_limit", "data.path"


def section_titles(runs: pd.DataFrame) -> pd.Series:
    """Return the section of each run: its data set, and how many of its samples it was tested on.

    Arms that were trained on more or fewer of its samples are compared with each other; where all
    were trained on as many, the title says on how many.
    """
    found = runs["data"].fillna("unknown data").copy()
    own = (runs["data"] == "arrays").fillna(False)
    found = found.where(~own, found + " " + _contents(runs))
    tested = found.where(~_limited(runs, _TEST_LIMIT), found + _first(runs, _TEST_LIMIT, "test"))
    if LIMIT not in runs:
        return tested
    sizes = runs[LIMIT].fillna("null").groupby(tested).transform("nunique")
    told = found.where(~_limited(runs, LIMIT), found + _first(runs, LIMIT, "training"))
    told = told.where(~_limited(runs, _TEST_LIMIT), told + _first(runs, _TEST_LIMIT, "test"))
    return tested.where(sizes > 1, told)


def section_key(name: str, taken: Sequence[str]) -> str:
    """Return the name of a data set as a part of file names, numbered where it comes again."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40] or "data"
    number = 1
    while (key := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return key


def length_words(runs: pd.DataFrame) -> str:
    """Return the length of the sequences, where all runs share it."""
    known = sorted(runs["maxlen"].dropna().unique())
    return f"maxlen {known[0]}" if len(known) == 1 else ""


def data_name(runs: pd.DataFrame) -> str:
    """Return what tells the data set of some runs from others: arrays are several of one name."""
    first = runs.iloc[0]
    own = f" {first['data_digest']}" if first["data"] == "arrays" else ""
    return f"{first['data']}{own}"


def _limited(runs: pd.DataFrame, key: str) -> pd.Series:
    """Return which runs used a part of their samples."""
    if key not in runs:
        return pd.Series(False, index=runs.index)
    return (runs[key].notna() & (runs[key] != "null")).fillna(False)


def _first(runs: pd.DataFrame, key: str, what: str) -> pd.Series | str:
    return ", first " + runs[key] + f" {what} samples" if key in runs else ""


def _contents(runs: pd.DataFrame) -> pd.Series:
    """Return what tells the arrays of users: their digest, or a file that was cut in several ways.

    The digest is that of what was left of a file; one file it was where every way of cutting it
    left the same.
    """
    digests = runs["data_digest"].str[:8]
    if runs.empty or LIMIT not in runs or _PATH not in runs:
        return digests
    ways = [key for key in runs.columns if str(key).startswith("data.") and key != _PATH]
    way = runs[[_PATH, *ways]].astype("string").fillna("null").agg("\0".join, axis=1)
    is_one = digests.groupby(way).transform("nunique") == 1
    is_one = is_one.groupby(runs[_PATH]).transform("all")
    several = runs[LIMIT].fillna("null").groupby(runs[_PATH]).transform("nunique") > 1
    is_named = (runs[_PATH].notna() & is_one & several).fillna(False)
    return digests.where(~is_named, runs[_PATH])

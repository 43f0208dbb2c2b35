"""What the sections of a report are called, and their keys."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd


def section_titles(runs: pd.DataFrame) -> pd.Series:
    """Return the section of each run: its data set, and how much of it was used."""
    titles = runs["data"].fillna("unknown data").copy()
    for key, word in (("data.limit", "training"), ("data.test_limit", "test")):
        if key in runs:
            limited = (runs[key].notna() & (runs[key] != "null")).fillna(False)
            titles = titles.where(~limited, titles + ", first " + runs[key] + f" {word} samples")
    own = runs["data"] == "arrays"
    return titles.where(~own.fillna(False), titles + " " + runs["data_digest"].str[:8])


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

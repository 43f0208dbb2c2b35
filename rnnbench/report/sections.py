"""What a report says, computed from the run table alone: no drawing, no files."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from rnnbench.plots.learning import learning_data
from rnnbench.results.arms import add_arm_names, finished
from rnnbench.summary import accuracy_table, overfitting_table
from rnnbench.tables import Table


@dataclass(frozen=True)
class Curves:
    """Learning curves of the arms of one cell; the file name is given without its ending."""

    cell: str
    file: str
    title: str
    data: pd.DataFrame


@dataclass(frozen=True)
class Section:
    """The runs on one data set."""

    title: str
    accuracy: Table
    overfitting: Table
    curves: tuple[Curves, ...]


@dataclass(frozen=True)
class Unfinished:
    """A run without a result, with its reason."""

    name: str
    status: str
    reason: str


@dataclass(frozen=True)
class Content:
    """A whole report."""

    runs: int
    sections: tuple[Section, ...]
    unfinished: tuple[Unfinished, ...]


def build_content(runs: pd.DataFrame, history: pd.DataFrame) -> Content:
    """Return the report on a run table and its epochs, a section for each data set."""
    done = finished(runs)
    sections = [
        _section(title, group, history) for title, group in done.groupby(_titles(done), sort=True)
    ]
    return Content(len(done), tuple(sections), tuple(_unfinished(runs, done)))


def _titles(runs: pd.DataFrame) -> pd.Series:
    """Return the section of each run: its data set, and how much of it was used."""
    titles = runs["data"].copy()
    for key, word in (("data.limit", "training"), ("data.test_limit", "test")):
        if key in runs:
            limited = runs[key].notna() & (runs[key] != "null")
            titles = titles.where(~limited, titles + ", first " + runs[key] + f" {word} samples")
    own = runs["data"] == "arrays"
    return titles.where(~own, titles + " " + runs["data_digest"].str[:8])


def _section(title: str, runs: pd.DataFrame, history: pd.DataFrame) -> Section:
    named = add_arm_names(runs)
    maxlen = sorted(named["maxlen"].unique())
    if len(maxlen) == 1:
        title += f", maxlen {maxlen[0]}"
    data = learning_data(named, history)
    stem = "learning_curves_" + re.sub(r"[^a-z0-9]+", "_", title.lower())
    curves = [
        Curves(
            str(cell),
            f"{stem}_{cell}",
            f"{cell} on {title}: training as points, validation as line",
            group,
        )
        for cell, group in data.groupby("cell", sort=True)
    ]
    return Section(title, accuracy_table(named), overfitting_table(named), tuple(curves))


def _unfinished(runs: pd.DataFrame, done: pd.DataFrame) -> list[Unfinished]:
    """Return the last try of every run that has not been made up for."""
    left = runs[~runs["key"].isin(done["key"])].drop_duplicates("key", keep="last")
    if left.empty:
        return []
    named = add_arm_names(left)
    return [
        Unfinished(f"{run['arm']} seed={run['seed']}", str(run["status"]), _text(run["reason"]))
        for _, run in named.sort_values(["arm", "seed"]).iterrows()
    ]


def _text(value: object) -> str:
    return "" if value is pd.NA or value is None else str(value)

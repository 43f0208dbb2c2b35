"""What a report says, computed from the run table alone: no drawing, no files."""

from __future__ import annotations

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
        _section(str(name), group, history)
        for (name, _), group in done.groupby(["data", "data_digest"], sort=True)
    ]
    return Content(len(done), tuple(sections), tuple(_unfinished(runs, done)))


def _section(name: str, runs: pd.DataFrame, history: pd.DataFrame) -> Section:
    named = add_arm_names(runs)
    maxlen = ", ".join(str(value) for value in sorted(named["maxlen"].unique()))
    title = f"{name}, maxlen {maxlen}"
    data = learning_data(named, history)
    digest = str(runs["data_digest"].iloc[0])[:8]
    curves = [
        Curves(
            str(cell),
            f"learning_curves_{name}_{digest}_{cell}",
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

"""Learning curves of arms: training as points, validation as a line with its spread over seeds."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rnnbench.plots.style import (
    draw_legend,
    finish_epoch_axis,
    legend_columns,
    marker,
    new_figure,
    shades,
    write,
)
from rnnbench.training.history import EPOCH_METRICS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINES = ("-", "--", ":", "-.")


def learning_data(runs: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each arm, epoch and metric: mean, sd and number of seeds.

    Columns arm, cell, epoch, metric, mean, sd (0 for one seed), seeds.
    """
    joined = history.merge(runs[["run_id", "arm", "cell"]], on="run_id", how="inner")
    long = joined.melt(
        ["arm", "cell", "epoch"], list(EPOCH_METRICS), var_name="metric", value_name="value"
    ).dropna(subset=["value"])
    grouped = long.groupby(["arm", "cell", "epoch", "metric"])["value"]
    table = grouped.agg(mean="mean", sd="std", seeds="count").reset_index()
    return table.fillna({"sd": 0.0})


def draw_learning(axes: Axes, data: pd.DataFrame, metric: str) -> None:
    """Draw ``accuracy`` or ``loss`` of arms on an axis, those of a cell in shades of its colour."""
    for cell, group in data.groupby("cell", sort=True):
        _draw_cell(axes, str(cell), group, metric)
    finish_epoch_axis(axes, metric, legend=False)


def _draw_cell(axes: Axes, cell: str, data: pd.DataFrame, metric: str) -> None:
    arms = sorted(data["arm"].unique())
    for arm, tone, line in zip(arms, shades(cell, len(arms)), cycle(_LINES), strict=False):
        group = data[data["arm"] == arm]
        training = group[group["metric"] == metric]
        validation = group[group["metric"] == f"val_{metric}"]
        axes.plot(
            training["epoch"],
            training["mean"],
            linestyle="none",
            marker=marker(cell),
            markersize=5,
            color=tone,
            alpha=0.7,
            label=arm if validation.empty else None,
        )
        if validation.empty:
            continue
        epochs, mean, sd = (
            validation[name].to_numpy(dtype=float) for name in ("epoch", "mean", "sd")
        )
        axes.plot(epochs, mean, line, color=tone, label=arm)
        axes.fill_between(epochs, mean - sd, mean + sd, color=tone, alpha=0.15, linewidth=0)


def save_learning(data: pd.DataFrame, title: str, paths: Iterable[Path]) -> None:
    """Draw the learning curves of arms, accuracy and loss, into each file."""
    rows = -(-data["arm"].nunique() // legend_columns(data["arm"].unique()))
    words = f"{title}: training as points, validation as line"
    with new_figure(10, 3.8 + 0.2 * rows, words) as figure:
        for axes, metric in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
            draw_learning(axes, data, metric)
        draw_legend(axes)
        write(figure, paths)

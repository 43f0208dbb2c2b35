"""Learning curves by cell: training as points, validation as a line with its spread over seeds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rnnbench.plots.style import RC, colour, finish_epoch_axis, marker
from rnnbench.training.history import EPOCH_METRICS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    """Draw ``accuracy`` or ``loss`` of the arms in ``data`` on an axis."""
    import seaborn as sns

    for (arm, cell), group in data.groupby(["arm", "cell"]):
        training = group[group["metric"] == metric]
        validation = group[group["metric"] == f"val_{metric}"]
        name, tone = str(arm), colour(str(cell))
        axes.plot(
            training["epoch"],
            training["mean"],
            linestyle="none",
            marker=marker(str(cell)),
            markersize=5,
            color=tone,
            alpha=0.7,
            label=f"{name}, training",
        )
        if validation.empty:
            continue
        sns.lineplot(
            data=validation, x="epoch", y="mean", ax=axes, color=tone, label=f"{name}, validation"
        )
        axes.fill_between(
            validation["epoch"].to_numpy(dtype=float),
            (validation["mean"] - validation["sd"]).to_numpy(dtype=float),
            (validation["mean"] + validation["sd"]).to_numpy(dtype=float),
            color=tone,
            alpha=0.15,
            linewidth=0,
        )
    finish_epoch_axis(axes, metric)


def save_learning(data: pd.DataFrame, title: str, path: Path) -> None:
    """Draw the learning curves of all arms of one cell, accuracy and loss, as ``path`` says."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(RC):
        figure = Figure(figsize=(10, 4), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title)
        for axes, metric in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
            draw_learning(axes, data, metric)
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, metadata=metadata)

"""Learning curves of arms: training as points or dots, validation as a line with its spread.

On a page the same figure shows every seed, and seconds in place of epochs: what a script needs for
both stands beside the curves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from rnnbench.config.metric import Metric
from rnnbench.config.metrics import EPOCH_METRICS, entry
from rnnbench.formatting.wrapping import filled
from rnnbench.plots.marks import mark, short
from rnnbench.plots.style import (
    dashes,
    draw_band,
    draw_legend,
    finish_epoch_axis,
    legend_height,
    marker,
    new_figure,
    tones,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType

_SAME = 1.001  # ratios of one unit to another, as they are rounded
_WIDTH = 4.5  # inches of a panel
_MOST_POINTS = 60  # epochs up to which each has a point of its own
_PLACE = ["arm", "cell", "epoch", "metric"]


@dataclass(frozen=True)
class Learning:
    """What learning curves are drawn from.

    Attributes:
        curves: one row an arm, epoch and metric: ``arm cell epoch metric mean sd seeds``, with sd 0
            for one seed.
        values: one row a replicate beside it, by seed: ``arm cell epoch metric seed value``.
        pace: seconds an epoch, the mean over an arm's seeds; arms without one have no seconds.
        has_loss: whether the loss says anything else than the RMSE does.
    """

    curves: pd.DataFrame
    values: pd.DataFrame
    pace: Mapping[str, float] = field(default_factory=dict)
    has_loss: bool = True

    @property
    def metrics(self) -> tuple[str, ...]:
        """What has a panel: accuracy, or the RMSE of numbers, and the loss."""
        score = "rmse" if self.is_of_numbers else "accuracy"
        return (score, "loss") if self.has_loss else (score,)

    @property
    def is_of_numbers(self) -> bool:
        """Whether targets are numbers, so that losses may be of any size."""
        return "rmse" in set(self.curves["metric"])

    def entry(self, metric: str) -> Metric:
        """Return what is known of a metric: the loss of numbers is written as their RMSE is."""
        known = entry(metric)
        as_error = entry("rmse").significant
        return replace(known, significant=as_error) if self.is_of_numbers else known

    @property
    def has_points(self) -> bool:
        """Whether training is drawn as points: more epochs than a few dozen are a dotted line."""
        return bool(self.curves["epoch"].max() <= _MOST_POINTS)

    def only(self, arms: Iterable[str]) -> Learning:
        """Return the same of some arms."""
        names = list(arms)
        curves, values = (t[t["arm"].isin(names)] for t in (self.curves, self.values))
        return Learning(curves, values, self.pace, self.has_loss)


def how(rows: Sequence[Learning]) -> str:
    """Return what learning curves are drawn as, in words."""
    ways = {"as points" if data.has_points else "dotted" for data in rows}
    told = f"training {' or '.join(sorted(ways))}"
    if any(data.curves["metric"].str.startswith("val_").any() for data in rows):
        told += ", validation as a line with one standard deviation over seeds"
    return told


def learning_data(
    runs: pd.DataFrame, history: pd.DataFrame, pace: Mapping[str, float] | None = None
) -> Learning:
    """Return the curves of arms, their mean and spread and every seed.

    Args:
        runs: one row a replicate, with ``run_id arm cell seed``.
        history: one row an epoch of them, with ``run_id epoch`` and the metrics.
        pace: seconds an epoch by arm, where those of all arms can be compared.
    """
    joined = history.merge(runs[["run_id", "arm", "cell", "seed"]], on="run_id", how="inner")
    long = joined.melt(
        ["arm", "cell", "seed", "epoch"],
        [metric for metric in EPOCH_METRICS if metric in joined],
        var_name="metric",
        value_name="value",
    ).dropna(subset=["value"])
    grouped = long.groupby(_PLACE)["value"]
    table = grouped.agg(mean="mean", sd="std", seeds="count").reset_index()
    values = long.sort_values([*_PLACE, "seed"], ignore_index=True)
    has_loss = not _is_square(joined)
    return Learning(table.fillna({"sd": 0.0}), values, pace or {}, has_loss)


def _is_square(history: pd.DataFrame) -> bool:
    """Return whether each loss is the square of the RMSE beside it, in another unit."""
    pairs = [(f"{part}loss", f"{part}rmse") for part in ("", "val_")]
    ratios = [
        (history[loss] / history[rmse] ** 2).replace(math.inf, math.nan).dropna()
        for loss, rmse in pairs
        if loss in history and rmse in history
    ]
    known = [ratio for ratio in ratios if not ratio.empty]
    return bool(known) and all(ratio.max() <= _SAME * ratio.min() for ratio in known)


def draw_learning(axes: Axes, data: Learning, metric: str) -> None:
    """Draw a metric of arms on an axis, those of a cell in shades of its colour."""
    arms = data.curves[["cell", "arm"]].drop_duplicates().sort_values(["cell", "arm"])
    cells = arms["cell"].tolist()
    for arm, tone, line in zip(arms["arm"], tones(cells), dashes(cells), strict=True):
        _draw_arm(axes, data.only([arm]), metric, tone, line)
    axes.set_gid(entry(metric).of_error or metric)
    finish_epoch_axis(axes, entry(metric).of_error or metric)


def _draw_arm(axes: Axes, data: Learning, metric: str, tone: ColorType, line: str) -> None:
    curves = data.curves
    arm, cell = str(curves["arm"].iloc[0]), str(curves["cell"].iloc[0])
    training = curves[curves["metric"] == metric]
    validation = curves[curves["metric"] == f"val_{metric}"]
    timed: dict[str, Any] = {"pace": data.pace[arm]} if arm in data.pace else {}
    if not validation.empty:
        epochs, mean, sd = (
            validation[name].to_numpy(dtype=float) for name in ("epoch", "mean", "sd")
        )
        if sd.any():
            draw_band(axes, epochs, mean - sd, mean + sd, tone, arm=arm, **timed)
        (curve,) = axes.plot(epochs, mean, line, color=tone, label=arm)
        known = data.entry(f"val_{metric}")
        seeds = _seeds(data.values[data.values["metric"] == known.name], known)
        mark(
            curve,
            arm=arm,
            kind="validation",
            **_steps(validation, known),
            seeds=seeds,
            **timed,
        )
    (points,) = axes.plot(
        training["epoch"],
        training["mean"],
        linestyle="none" if data.has_points else ":",
        linewidth=1.1,
        marker=marker(cell) if data.has_points else None,
        markersize=5,
        color=tone,
        alpha=0.7,
        label=arm if validation.empty else None,
    )
    mark(points, arm=arm, kind="training", **_steps(training, data.entry(metric)), **timed)


def _steps(rows: pd.DataFrame, known: Metric) -> dict[str, Any]:
    """Return what is told of each epoch, from the first one on."""
    told = (
        known.shown_mean(mean, sd if seeds > 1 else math.nan)
        for mean, sd, seeds in zip(rows["mean"], rows["sd"], rows["seeds"], strict=True)
    )
    first = {} if rows.empty else {"first": int(rows["epoch"].iloc[0])}
    return {"steps": "epoch", "told": told, **first}


def _seeds(values: pd.DataFrame, known: Metric) -> list[str]:
    """Return the values of each seed, epoch by epoch: ``3:.8712 .8801``."""
    if values.empty:
        return []
    digits = known.places(float(values["value"].abs().min()))
    return [
        f"{seed}:" + " ".join(short(v, digits) for v in group.sort_values("epoch")["value"])
        for seed, group in values.groupby("seed", sort=True)
    ]


def save_learning(rows: Sequence[Learning], title: str, paths: Iterable[Path]) -> None:
    """Draw accuracy (of numbers the RMSE) and loss of arms into each file, a row for each group."""
    names = [arm for data in rows for arm in data.curves["arm"].unique()]
    metrics = rows[0].metrics
    width = _WIDTH * len(metrics)
    height = 0.5 + 3.3 * len(rows) + legend_height(names, width)
    with new_figure(width, height, filled(f"{title}: {how(rows)}", 45 * len(metrics))) as figure:
        panels = figure.subplots(len(rows), len(metrics), squeeze=False)
        for line, data in zip(panels, rows, strict=True):
            for axes, metric in zip(line, metrics, strict=True):
                draw_learning(axes, data, metric)
        draw_legend(*panels[:, 0])
        write(figure, paths)

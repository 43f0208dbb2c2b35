"""Figures of a search as it goes on, and of those of several arms: trials, best, importance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.config.metric import Metric
from rnnbench.config.metrics import is_smaller_better
from rnnbench.plots.marks import mark
from rnnbench.plots.replicates import WIDTH, draw_strip, drawing, finish_rows, height_of
from rnnbench.plots.style import draw_legend, legend_columns, marker, new_figure, tones, write
from rnnbench.stats.search import expected_best

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Search = tuple[str, str, Iterable[float], int]  # arm, cell, values of complete trials, failed
_TRIAL, _BEST = "#555555", "#0072B2"
TOP = 0.1  # share of the complete trials that count as the top ones


@dataclass(frozen=True)
class Trials:
    """The complete trials of an arm, best first, how many are top ones, and how many failed."""

    arm: str
    cell: str
    values: tuple[float, ...]
    top: int
    failed: int

    @property
    def label(self) -> str:
        """The arm with its numbers of trials."""
        complete = f"{self.arm}\n{len(self.values)} complete"
        return f"{complete}, {self.failed} failed" if self.failed else complete


@dataclass(frozen=True)
class SearchCurve:
    """The expected best value of an arm's search after 1, 2, ... trials."""

    arm: str
    cell: str
    expected: tuple[float, ...]


@dataclass(frozen=True)
class Shares:
    """The importance of each key in an arm's search, as a share."""

    arm: str
    cell: str
    shares: Mapping[str, float]


def best_so_far(values: Sequence[float], *, largest: bool) -> list[float]:
    """Return after each value the best one until then."""
    best: list[float] = []
    for value in values:
        best.append(value if not best else (max if largest else min)(best[-1], value))
    return best


def save_history(
    trials: Sequence[tuple[int, float, str]], metric: str, title: str, path: Path
) -> None:
    """Draw number, value and Optuna's state of each trial, and the best complete one so far."""
    with new_figure(6.4, 3.6, title) as figure:
        axes = figure.subplots()
        for state, shape in (("COMPLETE", "o"), ("PRUNED", "x")):
            chosen = [(number, value) for number, value, s in trials if s == state]
            if chosen:
                numbers, values = zip(*chosen, strict=True)
                axes.plot(numbers, values, shape, color=_TRIAL, label=state.lower())
        complete = [(number, value) for number, value, state in trials if state == "COMPLETE"]
        if complete:
            numbers, values = zip(*complete, strict=True)
            best = best_so_far(values, largest=not is_smaller_better(metric))
            axes.step(numbers, best, where="post", color=_BEST, label="best so far")
            axes.legend(frameon=False, fontsize=8)
        axes.set_xlabel("trial")
        axes.set_ylabel(metric.replace("_", " "))
        axes.locator_params(axis="x", integer=True)
        axes.grid(alpha=0.25)
        write(figure, [path], dpi=100)


def trial_rows(searches: Iterable[Search], *, largest: bool) -> list[Trials]:
    """Return a row for each arm's search, the one with the best value first; NaN is left out."""
    rows = []
    for arm, cell, measured, failed in searches:
        known = sorted((value for value in measured if not math.isnan(value)), reverse=largest)
        top = max(1, round(TOP * len(known))) if known else 0
        rows.append(Trials(arm, cell, tuple(known), top, failed))
    sign = -1 if largest else 1
    return sorted(rows, key=lambda row: (sign * row.values[0] if row.values else math.inf, row.arm))


def expected_curves(rows: Iterable[Trials], *, largest: bool) -> list[SearchCurve]:
    """Return :func:`rnnbench.stats.search.expected_best` of each arm; for random search only."""
    sign = 1.0 if largest else -1.0
    curves = []
    for row in (row for row in rows if row.values):
        signed = [sign * value for value in row.values]
        expected = expected_best(signed, range(1, len(signed) + 1))
        curves.append(SearchCurve(row.arm, row.cell, tuple(sign * value for value in expected)))
    return curves


def ordered_keys(arms: Sequence[Shares]) -> list[str]:
    """Return all keys, the one with the largest sum of shares first."""
    keys = {key for arm in arms for key in arm.shares}
    return sorted(keys, key=lambda key: (-sum(arm.shares.get(key, 0.0) for arm in arms), key))


def draw_trials(axes: Axes, rows: Sequence[Trials], metric: Metric) -> None:
    """Draw every trial on an axis, the top ones large."""
    for place, row in enumerate(rows):
        rest = draw_strip(axes, place, row.values[row.top :], row.cell, alpha=0.4, markersize=4)
        top = {"markersize": 7, "markeredgewidth": 0.7, "markeredgecolor": "black", "zorder": 3}
        best = draw_strip(axes, place, row.values[: row.top], row.cell, **top)
        for points, values in ((rest, row.values[row.top :]), (best, row.values[: row.top])):
            told = (f"{metric.words} {metric.shown(value)}" for value in sorted(values))
            mark(points, name=row.arm, told=told)
    finish_rows(axes, [row.label for row in rows], metric.words)


def draw_expected_best(axes: Axes, curves: Sequence[SearchCurve], metric: Metric) -> None:
    """Draw the expected best against the number of trials on an axis, with a marker a doubling."""
    styles = zip(curves, tones([curve.cell for curve in curves]), cycle(("-", "--", ":", "-.")))
    for curve, tone, line in styles:
        budgets = range(1, len(curve.expected) + 1)
        doublings = [2**power - 1 for power in range(len(budgets).bit_length())]
        style: dict[str, Any] = {"marker": marker(curve.cell), "markevery": doublings}
        (drawn,) = axes.plot(budgets, curve.expected, line, color=tone, label=curve.arm, **style)
        told = map(metric.shown, curve.expected)
        mark(drawn, arm=curve.arm, kind="expected best", steps="trials", first=1, told=told)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="budget, trials", ylabel=f"expected best {metric.words.removeprefix('best ')}")
    axes.grid(alpha=0.25)


def draw_importance(axes: Axes, arms: Sequence[Shares]) -> None:
    """Draw a group of bars for each key and in it a bar for each arm on an axis."""
    keys = ordered_keys(arms)
    height = 0.8 / max(1, len(arms))
    for place, (arm, tone) in enumerate(zip(arms, tones([a.cell for a in arms]), strict=True)):
        heights = [row + (place + 0.5) * height - 0.4 for row in range(len(keys))]
        bars = axes.barh(
            heights,
            [arm.shares.get(key, 0.0) for key in keys],
            height,
            color=tone,
            edgecolor="white",
            label=arm.arm,
        )
        for bar, key in zip(bars, keys, strict=True):
            mark(bar, arm=arm.arm, told=f"{key}: {arm.shares.get(key, 0.0):.3f}")
    finish_rows(axes, keys, "importance (PED-ANOVA), share")


def save_trials(rows: Sequence[Trials], metric: Metric, title: str, paths: Iterable[Path]) -> None:
    """Draw every trial of all arms into each file."""
    with drawing((WIDTH, height_of((row.label for row in rows), len(rows))), title, paths) as axes:
        draw_trials(axes, rows, metric)


def save_expected_best(
    curves: Sequence[SearchCurve], metric: Metric, title: str, paths: Iterable[Path]
) -> None:
    """Draw the expected best of all arms into each file."""
    rows = len(curves) / legend_columns(curve.arm for curve in curves)
    with drawing((WIDTH, 4 + 0.2 * rows), title, paths) as axes:
        draw_expected_best(axes, curves, metric)
        draw_legend(axes)


def save_importances(arms: Sequence[Shares], title: str, paths: Iterable[Path]) -> None:
    """Draw what mattered in the searches of all arms into each file."""
    legend = 0.2 * len(arms) / legend_columns(arm.arm for arm in arms)
    height = 1.4 + legend + len(ordered_keys(arms)) * (0.2 + 0.1 * len(arms))
    with drawing((WIDTH, height), title, paths) as axes:
        draw_importance(axes, arms)
        draw_legend(axes)

"""Figures of a search: its history and the importance of what it drew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rnnbench.config.metrics import is_smaller_better
from rnnbench.plots.style import new_figure, write

_TRIAL = "#555555"
_BEST = "#0072B2"
_SIZE = (6.4, 3.6)  # inches


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
    with new_figure(*_SIZE, title) as figure:
        axes = figure.subplots()
        for state, marker in (("COMPLETE", "o"), ("PRUNED", "x")):
            chosen = [(number, value) for number, value, s in trials if s == state]
            if chosen:
                numbers, values = zip(*chosen, strict=True)
                axes.plot(numbers, values, marker, color=_TRIAL, label=state.lower())
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


def save_importance(importance: Mapping[str, float], title: str, path: Path) -> None:
    """Draw the share of each key, the largest at the top."""
    with new_figure(*_SIZE, title) as figure:
        axes = figure.subplots()
        ordered = sorted(importance.items(), key=lambda item: item[1])
        axes.barh([key for key, _ in ordered], [share for _, share in ordered], color=_BEST)
        axes.set_xlabel("importance (PED-ANOVA), share")
        axes.grid(alpha=0.25, axis="x")
        write(figure, [path], dpi=100)

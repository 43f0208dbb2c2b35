"""The figure of a search as it goes on: its history."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rnnbench.config.metrics import is_smaller_better
from rnnbench.plots.style import new_figure, write

_TRIAL = "#555555"
_BEST = "#0072B2"


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

"""Learning curves of one run: training as points against validation as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.plots.style import finish_epoch_axis, new_figure
from rnnbench.training.history import Epoch

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TRAINING_COLOUR = "#555555"
VALIDATION_COLOUR = "#0072B2"
_MARGINS = {"left": 0.075, "right": 0.985, "bottom": 0.145, "top": 0.89, "wspace": 0.2}


@dataclass(frozen=True)
class Curve:
    """One metric over epochs; ``validation`` is empty where none was measured."""

    metric: str
    epochs: tuple[int, ...]
    training: tuple[float, ...]
    validation: tuple[float, ...]


def run_curves(epochs: Sequence[Epoch]) -> tuple[Curve, Curve]:
    """Return the accuracy (of numbers the RMSE) and the loss curve of a run."""
    numbers = tuple(epoch.epoch for epoch in epochs)
    return (
        Curve(
            epochs[0].score.name if epochs else "accuracy",
            numbers,
            tuple(epoch.trained for epoch in epochs),
            tuple(e.validated for e in epochs if e.validated is not None),
        ),
        Curve(
            "loss",
            numbers,
            tuple(epoch.loss for epoch in epochs),
            tuple(e.val_loss for e in epochs if e.val_loss is not None),
        ),
    )


def draw_curve(axes: Axes, curve: Curve) -> None:
    """Draw one curve on an axis."""
    axes.plot(
        curve.epochs, curve.training, "o", color=TRAINING_COLOUR, markersize=5, label="training"
    )
    if curve.validation:
        axes.plot(curve.epochs, curve.validation, "-", color=VALIDATION_COLOUR, label="validation")
    finish_epoch_axis(axes, curve.metric)
    axes.legend(frameon=False, fontsize=8)


def save_run_curves(epochs: Sequence[Epoch], title: str, path: Path) -> None:
    """Draw accuracy and loss of a run side by side into a PNG file.

    Every run of a sweep gets one: its margins are given, for computing them draws it twice.
    """
    with new_figure(9, 3.6, title) as figure:
        panels = figure.subplots(1, 2, gridspec_kw=_MARGINS)
        for axes, curve in zip(panels, run_curves(epochs), strict=True):
            draw_curve(axes, curve)
        figure.savefig(path, metadata={"Software": None}, dpi=100)

"""The files of a finished run, as they go into the store: made where the run was trained."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from rnnbench.config.recorded import recorded
from rnnbench.plots.curves import save_run_curves
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.spec import Task


def write_artifacts(task: Task, outcome: Outcome) -> None:
    """Write configuration, history, model summary and learning curves to the folder of a task.

    A search's trials, of which there are many, get no picture; what has no epochs has no history.
    """
    from omegaconf import OmegaConf

    folder = task.folder
    folder.mkdir(parents=True, exist_ok=True)
    OmegaConf.save(OmegaConf.create(recorded(task.config)), folder / "config.yaml")
    if outcome.summary:
        (folder / "model_summary.txt").write_text(outcome.summary, encoding="utf-8")
    if outcome.epochs:
        write_history(outcome.epochs, folder / "history.csv")
    if outcome.epochs and task.has_figure:
        save_run_curves(outcome.epochs, task.title, folder / "learning_curves.png")


def write_history(epochs: Sequence[Epoch], path: Path) -> None:
    """Write one row an epoch; a value that was not measured stays empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Epoch)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(epoch) for epoch in epochs)

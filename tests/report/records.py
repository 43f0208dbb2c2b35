"""Hand-made runs for reports."""

from __future__ import annotations

import pandas as pd

from rnnbench.config.schema import ReportConfig
from rnnbench.report.build import Tables, dataset_sections
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.results.arms import finished
from rnnbench.results.frame import frame
from rnnbench.tracking import names
from rnnbench.tracking.record import Record

OPTIONS = ReportConfig(name="x", margin=0.01, confidence=0.95)


def record(cell: str, seed: int, accuracy: float, **changes: str) -> Record:
    """A finished run with a best validation accuracy; changes are parameters."""
    params = {
        "cell.name": cell,
        "seed": str(seed),
        "data.name": "imdb",
        "data.maxlen": "100",
        "data.limit": "null",
        "model.units": "154" if cell == "gru" else "128",
        "model.depth": "1",
        "optimizer.name": "adam",
        "training.epochs": "10",
        "training.validation": "split",
        "training.test": "last",
        **changes,
    }
    tags = {
        names.KEY: f"{params}",
        names.ARM_KEY: f"{sorted((k, v) for k, v in params.items() if k != 'seed')}",
        names.DATA_DIGEST: "5e79",
        names.TRAINING_VERSION: "1",
    }
    metrics = {
        "best_val_accuracy": accuracy,
        "final_val_accuracy": accuracy - 0.01,
        "parameters_recurrent": 131208.0 if cell == "gru" else 131584.0,
        "parameters_total": 1_411_363.0,
        "best_epoch": 2.0,
        "gap_best": 0.05,
        "gap_final": 0.1,
        "val_loss_rise": 0.25,
        "epochs_trained": 3.0,
        "seconds_per_epoch": 10.0,
    }
    return Record(f"{cell}{seed}{changes}", "FINISHED", tags, params, metrics)


def history(records: list[Record]) -> pd.DataFrame:
    """Three epochs for each run."""
    return pd.DataFrame(
        [
            {
                "run_id": r.run_id,
                "epoch": epoch,
                "loss": 1 / epoch,
                "accuracy": 0.5 + epoch / 10,
                "val_loss": 1.1 / epoch,
                "val_accuracy": r.metrics.get("best_val_accuracy", float("nan")),
                "epoch_seconds": 10.0,
            }
            for r in records
            for epoch in (1, 2, 3)
        ]
    )


MATCHED = [record(cell, seed, 0.8 + seed / 100) for cell in ("lstm", "gru") for seed in range(3)]


def tables(records: list[Record], trials: list[Record] | None = None) -> Tables:
    """What a report is made from."""
    return Tables(frame(records), history(records), frame(trials or []))


def dataset(records: list[Record], options: ReportConfig = OPTIONS) -> DatasetSection:
    """The only section of a report, with its comparisons."""
    known = tables(records)
    (found,) = dataset_sections(finished(known.runs), known, options)
    return found

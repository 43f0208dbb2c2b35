"""The runs of a finished sweep, from its store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnbench.config.expand import load
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store


def recorded_runs(home: str) -> list[dict[str, Any]]:
    """Return what every finished run of a home folder measured, in seconds; none without a store.

    Training includes validation unless a run tells ``validation_seconds``.
    """
    if not Path(home, "mlflow.db").is_file():
        return []
    store = Store.open(load([f"home={home}"], cell=False), create=False)
    return [_run(store, record) for record in store.records(status="FINISHED")]


def _run(store: Store, record: Record) -> dict[str, Any]:
    metrics = record.metrics
    validation = metrics.get("validation_seconds")
    fitted = metrics["fit_seconds"]
    return {
        "cell": record.tags[names.CELL],
        "seed": record.seed,
        "started": _first_step(store, record),
        "compile": metrics["compile_seconds"],
        "training": fitted - (validation or 0.0),
        "evaluation": metrics["test_seconds"] + (validation or 0.0),
        "validation_in_training": validation is None,
        "val_accuracy": metrics["final_val_accuracy"],
        "test_accuracy": metrics["test_accuracy"],
    }


def _first_step(store: Store, record: Record) -> float:
    """Return when a run began to compile, or to train: its first epoch's end, less its length."""
    loss = store.client.get_metric_history(record.run_id, "loss")[0]
    seconds = store.client.get_metric_history(record.run_id, "epoch_seconds")[0]
    begun = loss.timestamp / 1000 - seconds.value - record.metrics["compile_seconds"]
    return max(begun, record.start_time / 1000)

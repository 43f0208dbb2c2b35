"""Rows of MLflow's tables, as MLflow 3.17 writes them, and the ids of new runs."""

from __future__ import annotations

import math
import secrets
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from rnnbench.tracking.database import Tell
from rnnbench.tracking.writer import MetricValue, RunEntry

_PLACES = 256  # of ids, which two digits tell
_NEIGHBOURS = 32  # runs in a place before the next one is taken
_LARGEST = 1.7976931348623157e308  # stands for infinity
COLUMNS = {
    "runs": (
        *("run_uuid", "name", "source_type", "source_name", "entry_point_name", "user_id"),
        *("status", "start_time", "end_time", "source_version", "lifecycle_stage"),
        *("artifact_uri", "experiment_id", "deleted_time"),
    ),
    "tags": ("key", "value", "run_uuid"),
    "params": ("key", "value", "run_uuid"),
    "metrics": ("key", "value", "timestamp", "run_uuid", "step", "is_nan"),
    "latest_metrics": ("key", "value", "timestamp", "step", "is_nan", "run_uuid"),
    "datasets": (
        *("dataset_uuid", "experiment_id", "name", "digest"),
        *("dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile"),
    ),
    "inputs": (
        *("input_uuid", "source_type", "source_id", "destination_type", "destination_id", "step"),
    ),
    "input_tags": ("input_uuid", "name", "value"),
}
_REPLACES = {
    "tags": "(key, run_uuid) DO UPDATE SET value = excluded.value",
    "latest_metrics": (
        "(key, run_uuid) DO UPDATE SET value = excluded.value, timestamp = excluded.timestamp, "
        "step = excluded.step, is_nan = excluded.is_nan WHERE "
        "(excluded.step, excluded.timestamp, excluded.value) > "
        "(latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)"
    ),
}


def insert(tell: Tell, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, those that are there already excepted."""
    into = f"{table} ({', '.join(COLUMNS[table])})"
    tell.insert(into, list(rows), _REPLACES.get(table, "DO NOTHING"))


def text_rows(entries: Iterable[RunEntry], what: str) -> list[tuple[str, str, str]]:
    """Return parameters or tags as rows: of each of a run the last."""
    last = {(k, e.run_id): v for e in entries for k, v in getattr(e, what).items()}
    return [(key, value, run_id) for (key, run_id), value in last.items()]


def metric_row(run_id: str, point: MetricValue) -> tuple[Any, ...]:
    """Return a value of a run's metric as a row."""
    value, is_nan = _number(point.value)
    return point.name, value, point.timestamp, run_id, point.step, is_nan


def latest_rows(entries: Iterable[RunEntry]) -> list[tuple[Any, ...]]:
    """Return of each metric of a run the row of its latest value."""
    latest: dict[tuple[str, str], tuple[int, int, float, bool]] = {}
    for entry in entries:
        for point in entry.metrics:
            value, is_nan = _number(point.value)
            new = point.step, point.timestamp, value, is_nan
            known = latest.get((point.name, entry.run_id))
            if known is None or new[:3] > known[:3]:
                latest[point.name, entry.run_id] = new
    return [
        (name, value, timestamp, step, is_nan, run_id)
        for (name, run_id), (step, timestamp, value, is_nan) in latest.items()
    ]


def _number(value: float) -> tuple[float, bool]:
    """Return a value as a column takes it, and whether it is no number."""
    if math.isnan(value):
        return 0.0, True
    return min(max(float(value), -_LARGEST), _LARGEST), False


class RunIds:
    """Gives ids of 32 hexadecimal digits, whose first two are the same for some runs in a row.

    Each of a run's hundred parameters, tags and metrics has an entry in an index by name and run.
    With ids at random, a run in a large store changes a page of the index for each of them, which
    has to be read before and to be written later. Neighbours change the same pages.
    """

    def __init__(self) -> None:
        """Begin somewhere, because other processes write into the same store."""
        self._begun = secrets.randbelow(_PLACES) * _NEIGHBOURS

    def new(self) -> str:
        """Return an id that no other run has."""
        place = self._begun // _NEIGHBOURS % _PLACES
        self._begun += 1
        return f"{place:02x}{uuid.uuid4().hex[2:]}"

"""One row a training run, with declared columns, types and units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from rnnbench.config.metrics import METRICS
from rnnbench.formatting.redact import redacted
from rnnbench.results.facts import is_measured
from rnnbench.tracking import names
from rnnbench.tracking.record import Record, in_each_search
from rnnbench.tracking.store import Store

Source = Literal["info", "tag", "param", "metric"]
_TYPED = ("command", "reason")


@dataclass(frozen=True)
class Column:
    """A column of the run table: where its value comes from, its type, unit, meaning and range.

    ``low`` and ``high`` bound numbers, ends included; of text, ``words`` are the only values where
    it has some.
    """

    name: str
    source: Source
    field: str
    dtype: str
    unit: str
    meaning: str
    low: float = 0.0
    high: float = math.inf
    words: tuple[str, ...] = ()


def _metric(name: str) -> Column:
    """Return the column of a metric, as the catalogue describes it."""
    entry = METRICS[name]
    return Column(name, "metric", name, "Float64", entry.unit, entry.meaning, entry.low, entry.high)


COLUMNS: tuple[Column, ...] = (
    Column("run_id", "info", "run_id", "string", "", "MLflow's id of the run"),
    Column(
        *("status", "info", "status", "string", "", "how the run ended, or RUNNING"),
        words=("FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"),
    ),
    Column("key", "tag", names.KEY, "string", "", "content key of the run"),
    Column("arm_key", "tag", names.ARM_KEY, "string", "", "content key without the seed"),
    Column("reason", "tag", names.REASON, "string", "", "why the run did not finish"),
    Column("training_version", "tag", names.TRAINING_VERSION, "Int64", "", "training code version"),
    Column("data_digest", "tag", names.DATA_DIGEST, "string", "", "SHA-256 of the arrays"),
    Column("majority", "tag", names.MAJORITY, "string", "", "most frequent class: 50 of 120 tests"),
    Column("path", "tag", names.PATH, "string", "", "xla, xla fused, cudnn or graph"),
    Column("study", "tag", names.STUDY, "string", "", "search that chose its values"),
    Column("search", "tag", names.SEARCH, "string", "", "space and sampler of that search, JSON"),
    Column("trial", "tag", names.TRIAL, "Int64", "", "number of the trial, from 0"),
    Column(
        *("trial_state", "tag", names.TRIAL_STATE, "string", "", "how a trial ended"),
        words=(names.COMPLETE, names.PRUNED, names.FAIL),
    ),
    Column("label", "tag", names.ARM, "string", "", "arm as its sweep called it"),
    Column("command", "tag", names.COMMAND, "string", "", "what was typed"),
    Column("commit", "tag", "mlflow.source.git.commit", "string", "", "commit of the code"),
    Column("versions", "tag", "rnnbench.versions", "string", "", "versions of the packages"),
    Column("python", "tag", "rnnbench.python", "string", "", "version of Python"),
    Column("hardware", "tag", "rnnbench.hardware", "string", "", "processor and cores"),
    Column("threads", "tag", "rnnbench.threads", "string", "", "threads a run"),
    Column("cell", "param", "cell.name", "string", "", "recurrent cell"),
    Column("seed", "param", "seed", "Int64", "", "seed of the run"),
    Column("data", "param", "data.name", "string", "", "data set"),
    Column("maxlen", "param", "data.maxlen", "Int64", "steps", "time steps", low=1),
    Column("units", "param", "model.units", "Int64", "units", "width of the state", low=1),
    Column("depth", "param", "model.depth", "Int64", "layers", "recurrent layers", low=1),
    Column("epochs", "param", "training.epochs", "Int64", "epochs", "epochs asked for", low=1),
    Column(
        "batch_size", "param", "training.batch_size", "Int64", "samples", "samples a step", low=1
    ),
    Column(
        *("training_samples", "info", "training_samples", "Int64", "samples"),
        "training samples of the data set, those held out for validation included",
        low=1,
    ),
    _metric("parameters_recurrent"),
    _metric("parameters_total"),
    _metric("epochs_trained"),
    _metric("best_epoch"),
    _metric("best_val_accuracy"),
    _metric("best_val_loss"),
    _metric("final_accuracy"),
    _metric("final_loss"),
    _metric("final_val_accuracy"),
    _metric("final_val_loss"),
    _metric("test_accuracy"),
    _metric("test_loss"),
    _metric("test_accuracy_best"),
    _metric("test_loss_best"),
    _metric("test_accuracy_last"),
    _metric("test_loss_last"),
    _metric("test_calibration_error"),
    _metric("test_accuracy_shuffled"),
    _metric("order_drop"),
    _metric("order_changed"),
    _metric("gradient_reach"),
    _metric("gradient_reach_cell"),
    _metric("gap_best"),
    _metric("gap_final"),
    _metric("val_loss_rise"),
    _metric("fit_seconds"),
    _metric("validation_seconds"),
    _metric("seconds_per_epoch"),
    _metric("compile_seconds"),
    _metric("test_seconds"),
    _metric("run_seconds"),
    _metric("overhead_seconds"),
    _metric("peak_rss_mb"),
)


def load_trials(store: Store) -> pd.DataFrame:
    """Return the trials of all searches, in the columns of :func:`load_runs`.

    A trial that several searches drew, which was trained once, has a row for each of them.
    """
    records = store.records(kind="trial")
    return frame(row for record in records for row in in_each_search(record))


def load_baselines(store: Store) -> pd.DataFrame:
    """Return the runs of models without recurrence, in the columns of :func:`load_runs`.

    They have no cell; ``label`` is the baseline.
    """
    return frame(store.records(kind="baseline"))


def load_runs(store: Store) -> pd.DataFrame:
    """Return the training runs of a store, oldest first.

    Declared columns come first (:data:`COLUMNS`), then every parameter as text under its dotted
    configuration key. A run that was repeated after a failure appears once for each try.
    """
    return frame(store.records())


def frame(records: Iterable[Record]) -> pd.DataFrame:
    """Return records as a table; see :func:`load_runs`."""
    records = list(records)
    columns: dict[str, pd.Series] = {
        column.name: pd.Series([_value(record, column) for record in records], dtype=column.dtype)
        for column in COLUMNS
    }
    keys = sorted({key for record in records for key in record.params})
    columns |= {
        key: pd.Series([record.params.get(key) for record in records], dtype="string")
        for key in keys
        if key not in columns
    }
    return pd.DataFrame(columns)


def _value(record: Record, column: Column) -> object:
    if column.source == "info":
        told = getattr(record, column.field)
        return pd.NA if told is None else told
    found: object = {
        "tag": record.tags,
        "param": record.params,
        "metric": record.metrics,
    }[column.source].get(column.field)
    if found is None:
        return pd.NA
    if column.name in _TYPED:
        return redacted(str(found))  # earlier versions logged secrets in them
    if column.dtype == "Int64":
        # Other programs write to a store, too.
        return int(str(found)) if re.fullmatch(r"-?\d{1,18}", str(found), re.ASCII) else pd.NA
    if isinstance(found, float) and not is_measured(found):
        return pd.NA
    return found

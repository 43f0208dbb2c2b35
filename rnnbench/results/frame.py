"""One row a training run, with declared columns, types and units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from rnnbench.redact import redacted
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


def _metric(
    name: str, unit: str, meaning: str, low: float = 0.0, high: float | None = None
) -> Column:
    """Return the column of a metric; a fraction ends at 1 where nothing else is said."""
    if high is None:
        high = 1.0 if unit == "fraction" else math.inf
    return Column(name, "metric", name, "Float64", unit, meaning, low, high)


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
    _metric("parameters_recurrent", "parameters", "parameters of the recurrent layers"),
    _metric("parameters_total", "parameters", "parameters of the model"),
    _metric("epochs_trained", "epochs", "epochs trained, fewer where training stopped early", 1),
    _metric("best_epoch", "epoch", "epoch of the highest validation accuracy, from 1", 1),
    _metric("best_val_accuracy", "fraction", "validation accuracy of the best epoch"),
    _metric("best_val_loss", "nats", "lowest validation loss of any epoch"),
    _metric("final_accuracy", "fraction", "training accuracy of the last epoch"),
    _metric("final_loss", "nats", "training loss of the last epoch"),
    _metric("final_val_accuracy", "fraction", "validation accuracy of the last epoch"),
    _metric("final_val_loss", "nats", "validation loss of the last epoch"),
    _metric("test_accuracy", "fraction", "test accuracy of the weights named by training.test"),
    _metric("test_loss", "nats", "test loss of the same weights"),
    _metric("test_calibration_error", "fraction", "expected calibration error on the test set"),
    _metric(
        "test_accuracy_shuffled", "fraction", "the same with the steps of each sample shuffled"
    ),
    _metric("order_drop", "fraction", "test_accuracy - test_accuracy_shuffled", -1),
    _metric("order_changed", "fraction", "test answers that are others for shuffled steps"),
    _metric(
        "gradient_reach", "", "log10 of |dL/dh|, first step over last, last measured", -math.inf
    ),
    _metric(
        "gradient_reach_cell",
        "",
        "the same of an LSTM's |dL/dc| over |dL/dh| at the last",
        -math.inf,
    ),
    _metric("gap_best", "fraction", "training minus validation accuracy, best epoch", -1),
    _metric("gap_final", "fraction", "training minus validation accuracy, last epoch", -1),
    _metric("val_loss_rise", "fraction", "(last - lowest) / lowest validation loss", 0, math.inf),
    _metric("fit_seconds", "seconds", "training and validation, without compilation"),
    _metric("validation_seconds", "seconds", "of these, validation"),
    _metric("seconds_per_epoch", "seconds", "mean of the epochs"),
    _metric("compile_seconds", "seconds", "first batch; short where a seed reuses the program"),
    _metric("peak_rss_mb", "MiB", "largest resident memory of the worker"),
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
        return getattr(record, column.field)
    found: object = {
        "tag": record.tags,
        "param": record.params,
        "metric": record.metrics,
    }[column.source].get(column.field)
    if found is None:
        return pd.NA
    if column.name in _TYPED:
        return redacted(str(found))  # earlier versions logged secrets in them
    return int(str(found)) if column.dtype == "Int64" else found

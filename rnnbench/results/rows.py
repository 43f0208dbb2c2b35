"""A run as one row, with declared columns and units; and every parameter under its dotted key.

No pandas here: the end of a sweep compares runs, too, and must come at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from rnnbench.config.metrics import METRICS, RUN_METRICS, entry
from rnnbench.formatting.redact import redacted
from rnnbench.results.facts import is_measured
from rnnbench.tracking import names
from rnnbench.tracking.record import Record

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]  # ``None`` where a run has no such value
Source = Literal["info", "tag", "param", "metric"]
_TYPED = ("command", "reason")
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_DERIVED = ("arm", "trials")  # columns that frames in notebooks have, too
_OTHER = "metrics."  # before the name of a metric that would pass for something else
# The folders of an absolute path; an address such as https://... is none.
FOLDERS = re.compile(r"(?<![\w./:~])~?/(?:[^\s/'\"=,]+/)+")


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
    known = entry(name)
    return Column(name, "metric", name, "Float64", known.unit, known.meaning, known.low, known.high)


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
    *(_metric(name) for name in RUN_METRICS if not METRICS[name].optional),
)


@dataclass(frozen=True)
class Rows:
    """Runs as rows, beside the table that they were read from where there is one.

    Attributes:
        rows: one a run.
        whole: the table that they are in; ``None`` where there is none.
        places: where they are in it; ``None`` where they are all of it.
    """

    rows: tuple[Row, ...]
    whole: pd.DataFrame | None = field(default=None, compare=False)
    places: tuple[int, ...] | None = field(default=None, compare=False)

    @cached_property
    def table(self) -> pd.DataFrame | None:
        """Their part of the table, which is taken when it is asked for: of few arms it is."""
        if self.whole is None or self.places is None:
            return self.whole
        return self.whole.iloc[list(self.places)]

    def take(self, places: Sequence[int]) -> Rows:
        """Return the rows at some places, with their part of the table."""
        of_whole = tuple(places) if self.places is None else tuple(self.places[p] for p in places)
        return Rows(tuple(self.rows[place] for place in places), self.whole, of_whole)


def rows_of(runs: pd.DataFrame) -> Rows:
    """Return the rows of a table of runs (:func:`rnnbench.results.frame.frame`)."""
    if runs.empty:
        return Rows((), runs)
    columns = [
        [None if is_missing else value for value, is_missing in zip(*both, strict=True)]
        for both in ((column.tolist(), column.isna().array) for _, column in runs.items())
    ]
    keys = [str(key) for key in runs.columns]
    rows = (dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True))
    return Rows(tuple(rows), runs)


def recorded(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return records as rows: every parameter as text, below :func:`columns_of` them."""
    columns = {column.name: values_of(records, column) for column in columns_of(records)}
    found = [dict(record.params) for record in records]
    for name, values in columns.items():
        for row, value in zip(found, values, strict=True):
            row[name] = value
    return found


def columns_of(records: Iterable[Record]) -> list[Column]:
    """Return the declared columns, then those of whatever else runs have measured.

    Metrics of the catalogue come first, in its order. One that has a dot, or the name of another
    column, is called ``metrics.NAME``. What is measured by epoch is in
    :func:`rnnbench.results.load_history`.
    """
    taken = {*_DERIVED, *(column.name for column in COLUMNS)}
    logged: set[str] = set()
    for record in records:
        logged.update(record.metrics)
        taken.update(record.params)
    known = [name for name in RUN_METRICS if name in logged and name not in taken]
    return [
        *COLUMNS,
        *map(_metric, known),
        *(
            replace(_metric(name), name=column_name(name, taken))
            for name in sorted(logged - METRICS.keys())
        ),
    ]


def column_name(metric: str, taken: Collection[str]) -> str:
    """Return the column of a metric that the catalogue doesn't know, other than those taken."""
    return _OTHER + metric if "." in metric or metric in taken else metric


def called(row: Row) -> str:
    """Return what a run's data set is called: a user's series after their file."""
    path = row.get("data.path")
    if row["data"] == "series" and path not in (None, "null"):
        return PurePath(str(path)).stem
    return str(row["data"] or "unknown data")


def is_parameter(column: str) -> bool:
    """Return whether a column is a parameter under its dotted key."""
    return "." in column and not column.startswith(_OTHER)


def values_of(records: Iterable[Record], column: Column) -> list[Any]:
    """Return a declared column of records; ``None`` where a run has no such value."""
    name = column.field
    if column.source == "info":
        return [getattr(record, name) for record in records]
    if column.source == "metric":
        return [_number(record.metrics.get(name)) for record in records]
    texts = [(r.tags if column.source == "tag" else r.params).get(name) for r in records]
    if column.name in _TYPED:
        return list(map(_typed, texts))
    return list(map(_whole, texts)) if column.dtype == "Int64" else texts


def _number(value: float | None) -> float | None:
    return value if value is None or not isinstance(value, float) or is_measured(value) else None


@lru_cache(maxsize=1024)
def _typed(value: str | None) -> str | None:
    """Return what was typed, in which earlier versions logged secrets."""
    return None if value is None else redacted(str(value))


def _whole(value: str | None) -> int | None:
    """Return a whole number; other programs write to a store, too."""
    return int(value) if value is not None and _WHOLE.fullmatch(str(value)) else None

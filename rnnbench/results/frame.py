"""One row a training run as a table, with declared columns, types and units."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from rnnbench.config.metrics import METRICS
from rnnbench.results.rows import COLUMNS, columns_of, is_parameter, recorded
from rnnbench.tracking.record import Record, in_each_search
from rnnbench.tracking.store import Store

_DECLARED = frozenset(column.name for column in COLUMNS)
# Parameters that have a column of their own: dotted key -> column.
OWN_COLUMN = {c.field: c.name for c in COLUMNS if c.source == "param" and c.field != c.name}


def load_trials(store: Store) -> pd.DataFrame:
    """Return the trials of all searches, in the columns of :func:`load_runs`.

    A trial that several searches drew, which was trained once, has a row for each of them.
    """
    records = store.records(kind="trial")
    return without_doubles(frame(row for record in records for row in in_each_search(record)))


def load_baselines(store: Store) -> pd.DataFrame:
    """Return the runs of models without recurrence, in the columns of :func:`load_runs`.

    They have no cell; ``label`` is the baseline.
    """
    return without_doubles(frame(store.records(kind="baseline")))


def load_runs(store: Store) -> pd.DataFrame:
    """Return the training runs of a store, oldest first.

    Declared columns come first (:data:`rnnbench.results.COLUMNS`), then whatever else was measured,
    then every other parameter as text under its dotted configuration key. A run that was repeated
    after a failure appears once for each try.
    """
    return without_doubles(frame(store.records()))


def without_doubles(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs without the parameters whose declared columns say the same."""
    doubled = [
        key
        for key, name in OWN_COLUMN.items()
        if key in runs and runs[name].astype("string").equals(runs[key])
    ]
    return runs.drop(columns=doubled)


def without_unmeasured(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs without the metrics that only others of their store have measured.

    Of a column without any value a file does not tell that it held numbers.
    """
    beside = [str(key) for key in runs if key not in _DECLARED and runs[key].isna().all()]
    empty = [key for key in beside if key in METRICS or runs[key].dtype == "Float64"]
    return runs.drop(columns=empty)


def with_parameters(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs with every parameter as text under its dotted key, as arms are told apart by."""
    texts = {
        key: runs[name].astype("string")
        for key, name in OWN_COLUMN.items()
        if key not in runs and runs[name].notna().any()
    }
    others = [key for key in runs if not is_parameter(str(key))]
    keys = sorted({*texts, *runs.columns} - {*others}, key=str)
    return runs.assign(**texts)[[*others, *keys]]


def frame(records: Iterable[Record]) -> pd.DataFrame:
    """Return records as a table with all their parameters; see :func:`load_runs`."""
    records = list(records)
    rows = recorded(records)
    columns = {
        column.name: pd.Series([row[column.name] for row in rows], dtype=column.dtype).array
        for column in columns_of(records)
    }
    keys = sorted({key for row in rows for key in row} - columns.keys())
    columns |= {key: pd.array([row.get(key) for row in rows], dtype="string") for key in keys}
    return pd.DataFrame(columns, copy=False)

"""The runs of a store, or of a report's folder, as pandas frames for notebooks.

Every frame begins with what a run is: data set, arm, cell, seed, units. The examples read a
committed report, from the folder of a checkout:

>>> import rnnbench
>>> runs = rnnbench.load_runs(source="reports/imdb")
>>> runs.groupby("arm", as_index=False)["test_accuracy"].mean().round(3)
          arm  test_accuracy
0         gru          0.843
1        lstm          0.856
2  simple_rnn          0.824
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from rnnbench.config.arm_names import short_label
from rnnbench.config.expand import load
from rnnbench.errors import ConfigError, StoreError
from rnnbench.report.build import Tables
from rnnbench.report.snapshot import RUNS, is_snapshot, read_snapshot
from rnnbench.report.studies import trial_counts
from rnnbench.results import COLUMNS
from rnnbench.results import load_history as stored_history
from rnnbench.results import load_runs as stored_runs
from rnnbench.results import load_trials as stored_trials
from rnnbench.results.arms import add_arm_names, asked_weights, finished
from rnnbench.results.frame import OWN_COLUMN, with_parameters
from rnnbench.results.rows import is_parameter, rows_of
from rnnbench.stored.lookup import run_file
from rnnbench.system.user_paths import user_path
from rnnbench.tracking.store import Store
from rnnbench.training.predictions import FILE
from rnnbench.training.predictions import load_answers as kept_answers

IDENTITY = ("data", "arm", "cell", "seed", "units", "run_id")


def load_runs(*overrides: str, source: str | None = None) -> pd.DataFrame:
    """Return the training runs of a store or a report, oldest first: one row a run.

    Columns are ``data``, ``arm`` (named by what varies on its data set), ``cell``, ``seed``,
    ``units`` and ``run_id``, then status, metrics and what the run is known by, with types and
    units (:data:`rnnbench.results.COLUMNS`), then ``trials`` (how many its search had), then every
    other parameter as text under its dotted configuration key. A run that was repeated after a
    failure has a row for each try; a report keeps the runs that it is about.

    Args:
        overrides: where the store is, as on the command line: ``"home=runs"``.
        source: the folder of a report, which is read in the place of a store.

    Raises:
        ConfigError, StoreError: where there is no such store or report.

    >>> import rnnbench
    >>> runs = rnnbench.load_runs(source="reports/imdb")
    >>> list(runs.columns[:6])
    ['data', 'arm', 'cell', 'seed', 'units', 'run_id']
    >>> runs.loc[runs["seed"] == 0, ["data", "arm", "units", "test_accuracy"]]
       data         arm  units  test_accuracy
    0  imdb        lstm     32        0.82804
    1  imdb         gru     32        0.77772
    2  imdb  simple_rnn     32        0.73428
    """
    if source is not None:
        tables = _report(overrides, source)
        runs, trials = tables.runs, tables.trials
    else:
        store = _store(overrides)
        runs, trials = with_parameters(stored_runs(store)), stored_trials(store)
    counts = trial_counts(rows_of(trials).rows)
    named = _named(runs)
    named["trials"] = named["study"].map(counts).astype("Int64")
    own = [c.name for c in COLUMNS if c.name not in IDENTITY]
    others = [key for key in runs.columns if is_parameter(str(key)) and key not in OWN_COLUMN]
    rest = [key for key in runs.columns if key not in (*IDENTITY, *own, *others, *OWN_COLUMN)]
    return named[[*IDENTITY, *own, "trials", *rest, *others]]


def load_history(*overrides: str, source: str | None = None) -> pd.DataFrame:
    """Return the epochs of the training runs: one row a run and epoch.

    Columns are those of :func:`load_runs` up to ``run_id``, then ``epoch`` (from 1), Keras's
    metric names and ``epoch_seconds``; NaN where nothing was measured.

    Args:
        overrides: where the store is, as on the command line: ``"home=runs"``.
        source: the folder of a report, which is read in the place of a store.

    Raises:
        ConfigError, StoreError: where there is no such store or report.

    >>> import rnnbench
    >>> history = rnnbench.load_history(source="reports/imdb")
    >>> last = history[history["epoch"] == history["epoch"].max()]
    >>> last.groupby("arm", as_index=False)[["accuracy", "val_accuracy"]].mean().round(3)
              arm  accuracy  val_accuracy
    0         gru     0.950         0.855
    1        lstm     0.958         0.868
    2  simple_rnn     0.984         0.828
    """
    if source is not None:
        tables = _report(overrides, source)
        return _with_identity(tables.history, _named(tables.runs))
    store = _store(overrides)
    runs = with_parameters(stored_runs(store))
    return _with_identity(stored_history(store, runs["run_id"]), _named(runs))


def load_answers(*overrides: str, source: str | None = None) -> pd.DataFrame:
    """Return what the finished runs answered on the test set: one row a run and sample.

    Columns are those of :func:`load_runs` up to ``run_id``, then ``sample`` (from 0, in the order
    of the test set), ``correct``, ``predicted`` (the class that was answered) and ``probability``
    (of that class). A report keeps which samples were answered correctly, no classes: the last two
    are empty there. Runs without stored answers (``tracking.save_predictions=false``) have no rows.

    Args:
        overrides: where the store is, as on the command line: ``"home=runs"``.
        source: the folder of a report, which is read in the place of a store.

    Raises:
        ConfigError, StoreError: where there is no such store or report.

    >>> import rnnbench
    >>> answers = rnnbench.load_answers(source="reports/imdb")
    >>> ever = answers.groupby(["cell", "sample"])["correct"].any()
    >>> (~ever).groupby("cell").sum()  # reviews that no seed answered correctly
    cell
    gru            823
    lstm          1003
    simple_rnn     661
    Name: correct, dtype: int64
    """
    if source is not None:
        tables = _report(overrides, source)
        runs = tables.runs
        parts = [
            pd.DataFrame({"run_id": run_id, "sample": range(len(right)), "correct": right})
            for run_id, which in asked_weights(runs).items()
            if (right := tables.correct.get(which, {}).get(run_id)) is not None
        ]
    else:
        store = _store(overrides)
        runs = with_parameters(stored_runs(store))
        parts = [*_answers(store, finished(runs)["run_id"])]
    columns = ["run_id", "sample", "correct", "predicted", "probability"]
    table = pd.concat(parts) if parts else pd.DataFrame(columns=columns[:3])
    types = dict(zip(columns, ("string", "int64", "bool", "Int32", "Float64"), strict=True))
    table = table.reindex(columns=columns).astype(types)
    return _with_identity(table, _named(runs))


def _answers(store: Store, run_ids: Iterable[str]) -> Iterable[pd.DataFrame]:
    for run_id in run_ids:
        with run_file(store, run_id, FILE) as path:
            found = None if path is None else kept_answers(path)
        if found is not None:
            predicted, probability, correct = found
            yield pd.DataFrame(
                {
                    "run_id": run_id,
                    "sample": range(len(correct)),
                    "correct": correct,
                    "predicted": predicted,
                    "probability": probability,
                }
            )


def _store(overrides: tuple[str, ...]) -> Store:
    return Store.open(load(overrides, cell=False), create=False)


def _report(overrides: tuple[str, ...], source: str) -> Tables:
    if overrides:
        received = ", ".join(overrides)
        raise ConfigError("source", "no overrides beside it", received, "leave one of them out")
    folder = user_path("source", source)
    if not is_snapshot(folder):
        expected = f"the folder of a report with its {RUNS}"
        raise StoreError("source", expected, str(folder), 'type source="reports/NAME"')
    return read_snapshot(folder)


def _named(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs with a column ``arm``: named by what varies on each data set."""
    arm = runs["label"].map(short_label, "ignore").astype("string")
    known = runs[runs["cell"].notna()]  # a run that was killed at once has no parameters
    for _, group in known.groupby("data"):
        arm.update(add_arm_names(group)["arm"])
    return runs.assign(arm=arm)


def _with_identity(table: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """Return a table by run with what each run is in its first columns."""
    merged = table.merge(named[[*IDENTITY]], on="run_id", how="left")
    return merged[[*IDENTITY, *(key for key in table.columns if key != "run_id")]]

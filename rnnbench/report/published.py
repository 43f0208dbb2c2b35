"""Published systems: what their sources printed, beside what the same systems gave here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import pandas as pd

from rnnbench.config.metrics import METRICS, entry
from rnnbench.report.document import (
    Block,
    DataTable,
    TableCell,
    TableColumn,
    interval,
    number,
    signed,
    spread,
    text,
)
from rnnbench.report.wording import metric_words
from rnnbench.results.arm_runs import measured
from rnnbench.results.rows import Row, rows_of
from rnnbench.stats import statistic

# What one number of a published curve stands beside: the column, and how the number is taken.
_FROM_CURVES: dict[str, dict[str, Any]] = {
    "val_accuracy": {"best_val_accuracy": max, "final_val_accuracy": lambda curve: curve[-1]},
    "val_loss": {"best_val_loss": min, "final_val_loss": lambda curve: curve[-1]},
    "accuracy": {"final_accuracy": lambda curve: curve[-1]},
    "loss": {"final_loss": lambda curve: curve[-1]},
    "seconds_per_epoch": {"seconds_per_epoch": fmean},
}
_WRITTEN_AS = {"parameters_dense": "parameters_total"}  # what no run logs
_COLUMNS = (
    TableColumn("system", numeric=False),
    TableColumn("measure", numeric=False),
    TableColumn("published"),
    TableColumn("seeds", "replicates that were measured here"),
    TableColumn("measured", "mean ± standard deviation over seeds", key="measured_mean"),
    TableColumn("lowest to highest", "of the seeds"),
    TableColumn("difference", "measured mean minus published"),
)


@dataclass(frozen=True)
class System:
    """A published system.

    Attributes:
        name: as its preset calls it.
        numbers: what was printed: a number, or one an epoch, by Keras's name of the metric.
        runs: its finished runs (:data:`rnnbench.results.COLUMNS`); may be none.
    """

    name: str
    numbers: Mapping[str, Any]
    runs: pd.DataFrame = field(compare=False)


def systems(published: Mapping[str, Any], runs: pd.DataFrame) -> list[System]:
    """Return the systems of a preset with their runs.

    Args:
        published: the preset's section of that name: a system's name, then its numbers by metric.
            ``where`` among them tells its runs from others of the preset by dotted keys.
        runs: the finished runs of the preset's arms.
    """
    found = []
    for name, numbers in published.items():
        if not isinstance(numbers, Mapping):
            continue
        where = numbers.get("where", {})
        chosen = pd.Series(True, index=runs.index)
        for key, value in where.items() if isinstance(where, Mapping) else ():
            known: list[Any] = list(runs[key]) if key in runs else [pd.NA] * len(runs)
            fits = [not pd.isna(one) and str(one) == str(value) for one in known]
            chosen &= pd.Series(fits, index=runs.index, dtype=bool)
        others = {key: value for key, value in numbers.items() if key != "where"}
        found.append(System(str(name), others, runs[chosen]))
    return found


def published_block(found: Sequence[System]) -> Block | None:
    """Return a table with a row for each published number, or ``None`` where there is none."""
    rows, ids = [], []
    for system in found:
        for words, printed, column in _numbers(system.numbers):
            rows.append(_row(system, words, printed, column))
            ids.append(tuple(str(run_id) for run_id in system.runs["run_id"]))
    if not rows:
        return None
    note = (
        "Each was printed after one training, on another machine and mostly another version of the "
        "software: a difference within the spread of the seeds says nothing."
    )
    title = "Published numbers beside measured ones"
    return Block(
        "", tables=(DataTable("published", title, _COLUMNS, tuple(rows), note, tuple(ids)),)
    )


def _numbers(numbers: Mapping[str, Any]) -> Iterator[tuple[str, float, str]]:
    """Yield what is compared: in words, as printed, and the column that holds it."""
    for metric, value in numbers.items():
        if _is_number(value):
            # Sources test what they have trained: the last epoch.
            column = f"{metric}_last" if f"{metric}_last" in METRICS else metric
            yield metric_words(column), float(value), column
        elif isinstance(value, list) and value and all(map(_is_number, value)):
            for column, take in _FROM_CURVES.get(metric, {}).items():
                yield metric_words(column), float(take(value)), column


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _measured(runs: pd.DataFrame, column: str) -> list[float]:
    rows = rows_of(runs).rows
    values = [_head(row) if column == "parameters_dense" else measured(row, column) for row in rows]
    return [value for value in values if value == value]


def _head(row: Row) -> float:
    """Return the trained parameters that are neither recurrent nor an embedding's; else NaN."""
    rest = measured(row, "parameters_total") - measured(row, "parameters_recurrent")
    has_vectors = row.get("model.embedding.kind") == "vectors"
    if has_vectors and row.get("model.embedding.trainable") == "False":
        return rest
    words, dim = (str(row.get(key)) for key in ("data.num_words", "model.embedding.dim"))
    return rest - int(words) * int(dim) if words.isdigit() and dim.isdigit() else math.nan


def _row(system: System, words: str, printed: float, column: str) -> tuple[TableCell, ...]:
    values = _measured(system.runs, column)
    summary = statistic(values)
    known = entry(_WRITTEN_AS.get(column, column))
    ends = min(values, default=math.nan), max(values, default=math.nan)
    return (
        text(system.name),
        text(words),
        number(printed, known),
        number(len(values), 0),
        spread(summary, known),
        interval(*ends, known),
        signed(summary.mean - printed, known) if values else text(None),
    )

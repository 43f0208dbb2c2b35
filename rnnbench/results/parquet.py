"""The tables of a report as Parquet files, checked when they are read back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnnbench.config.metrics import EPOCH_METRICS, METRICS
from rnnbench.results.frame import with_parameters
from rnnbench.results.history import SECONDS, history_frame
from rnnbench.results.parquet_file import (
    Kind,
    read_columns,
    read_whole,
    refuse_gaps,
    refuse_missing,
    refuse_twice,
    refused,
    write_arrow,
)
from rnnbench.results.rows import COLUMNS, Column
from rnnbench.training.gradient_flow import Flow
from rnnbench.training.tested_weights import WEIGHTS, Weights

_KIND_OF: dict[str, Kind] = {"string": "text", "Int64": "whole", "Float64": "number"}
# Without the first no run is told from another, without the others no finished one is compared.
_IDENTITY = ("run_id", "status")
_FINISHED = ("key", "arm_key", "seed")
_DECLARED = {column.name: column for column in COLUMNS}
# Float32 sums of a share can end a little beyond it.
_SLACK = 1e-6
_FLOWS: dict[str, Kind] = {
    "run_id": "text",
    "epoch": "whole",
    "layer": "text",
    "state": "text",
    "norms": "norms",
}
_ANSWERS: dict[str, Kind] = {"run_id": "text", "right": "answers"}
_LENGTHS: dict[str, Kind] = {"data_digest": "text", "tokens": "lengths"}
# What earlier versions packed into bytes had its length beside it, and was of one weights a run.
_BESIDE_ANSWERS: dict[str, Kind] = {"samples": "whole", "weights": "text"}


def write_frame(table: pd.DataFrame, path: Path) -> None:
    """Write a table without its index."""
    import pyarrow as pa

    write_arrow(pa.Table.from_pandas(table, preserve_index=False), path)


def read_runs(path: Path, unique: Sequence[str] = ("run_id",)) -> pd.DataFrame:
    """Return runs in the columns of :func:`rnnbench.results.load_runs`, and all parameters.

    A declared column that an older file lacks is empty.

    Args:
        path: the file.
        unique: the columns by which no two rows are alike.

    Raises:
        StoreError: for a file that holds anything else.
    """
    declared = {column.name: _KIND_OF[column.dtype] for column in COLUMNS}
    found = read_columns(path, declared, others=("text", "number"))
    refuse_missing(path, found, (*_IDENTITY, *_FINISHED))
    refuse_gaps(path, found, _IDENTITY)
    finished = [status == "FINISHED" for status in found["status"]]
    done = {name: list(compress(found[name], finished)) for name in _FINISHED}
    refuse_gaps(path, done, _FINISHED)
    refuse_twice(path, found, unique)
    for name, values in found.items():
        if name in _DECLARED:
            _refuse_beyond(path, name, values, _DECLARED[name])
    count = len(finished)
    columns = {
        column.name: pd.Series(found.pop(column.name, [None] * count), dtype=column.dtype)
        for column in COLUMNS
    }
    for name, values in found.items():  # what is not declared is a metric, or a parameter
        is_metric = any(isinstance(value, float) for value in values)
        columns[name] = pd.Series(values, dtype="Float64" if is_metric else "string")
    return with_parameters(pd.DataFrame(columns))


def read_history(path: Path) -> pd.DataFrame:
    """Return epochs as :func:`rnnbench.results.load_history` does; raises StoreError."""
    wanted: dict[str, Kind] = {"run_id": "text", "epoch": "whole"}
    always = [name for name in EPOCH_METRICS if not METRICS[name].optional]
    wanted |= dict.fromkeys(always, "number")
    found = read_columns(path, wanted | {SECONDS: "number"}, others=("number",))
    refuse_missing(path, found, wanted)
    refuse_gaps(path, found, ("run_id", "epoch"))
    refuse_twice(path, found, ("run_id", "epoch"))
    _refuse_beyond(path, "epoch", found["epoch"], _DECLARED["best_epoch"])
    for name in always:
        _refuse_beyond(path, name, found[name], _DECLARED[f"final_{name}"])
    _refuse_beyond(path, SECONDS, found.get(SECONDS, ()), _DECLARED["fit_seconds"])
    names = tuple(found)
    rows = zip(*(found[name] for name in names), strict=True)
    return history_frame(dict(zip(names, row, strict=True)) for row in rows)


def read_answers(path: Path, asked: Mapping[str, Weights]) -> dict[Weights, dict[str, np.ndarray]]:
    """Return by weights and run which test samples were answered rightly ``(n,)``.

    Args:
        path: the file.
        asked: by run the weights whose answers a file holds that doesn't tell; else the last ones.

    Raises:
        StoreError: for a file that holds anything else.
    """
    found = read_whole(path, _ANSWERS, ("run_id", "weights"), _BESIDE_ANSWERS)
    answers: dict[Weights, dict[str, np.ndarray]] = {which: {} for which in WEIGHTS}
    lengths = found.get("samples", repeat(0))
    weights = found.get("weights") or [asked.get(run_id, "last") for run_id in found["run_id"]]
    rows = zip(found["run_id"], weights, found["right"], lengths, strict=False)
    for run_id, which, right, length in rows:
        if which not in WEIGHTS:
            raise refused(path, f"answers of {run_id} by {which!r}, not one of last, best")
        if isinstance(right, bytes):
            if length < 0 or len(right) != -(-length // 8):
                raise refused(path, f"{len(right)} bytes for {length} answers of {run_id}")
            right = np.unpackbits(np.frombuffer(right, np.uint8), count=length).astype(np.bool_)
        if right.dtype != np.bool_:
            raise refused(path, f"answers of {run_id} that are neither true nor false")
        answers[which][run_id] = right
    return answers


def write_answers(answers: Mapping[Weights, Mapping[str, np.ndarray]], path: Path) -> None:
    """Write which test samples were answered rightly, a row a run and weights."""
    import pyarrow as pa

    rows = sorted((run_id, which) for which, found in answers.items() for run_id in found)
    right = pa.array([answers[which][run_id] for run_id, which in rows], pa.list_(pa.bool_()))
    ids, weights = ([row[place] for row in rows] for place in range(2))
    write_arrow(pa.table({"run_id": ids, "weights": weights, "right": right}), path)


def read_flows(path: Path) -> dict[str, tuple[Flow, ...]]:
    """Return by run the gradients through time that were measured; raises StoreError."""
    found = read_whole(path, _FLOWS, ("run_id", "epoch", "layer", "state"))
    _refuse_beyond(path, "epoch", found["epoch"], _DECLARED["trial"])
    flows: dict[str, list[Flow]] = {}
    rows = zip(*(found[name] for name in _FLOWS), strict=True)
    for run_id, epoch, layer, state, norms in rows:
        if isinstance(norms, bytes):  # as earlier versions wrote them
            if len(norms) % 4:
                raise refused(path, f"{len(norms)} bytes of norms of {run_id}")
            norms = np.frombuffer(norms, "<f4")
        if not len(norms):
            raise refused(path, f"no norms of {run_id}")
        if not (np.isfinite(norms).all() and (norms >= 0).all()):
            raise refused(path, f"norms of {run_id} that are negative or not finite")
        flows.setdefault(run_id, []).append(Flow(epoch, layer, state, norms).rounded())
    return {run_id: tuple(several) for run_id, several in flows.items()}


def write_flows(flows: Mapping[str, Sequence[Flow]], path: Path) -> None:
    """Write gradients through time, a row for each epoch, layer and state of a run."""
    import pyarrow as pa

    rows = [
        (run_id, flow.epoch, flow.layer, flow.state, flow.norms)
        for run_id in sorted(flows)
        for flow in flows[run_id]
    ]
    *names, norms = zip(*rows, strict=True)
    lists = pa.array(norms, pa.list_(pa.float32()))
    columns = [*map(pa.array, names), lists]
    write_arrow(pa.table(dict(zip(_FLOWS, columns, strict=True))), path)


def read_lengths(path: Path) -> dict[str, np.ndarray]:
    """Return by digest of a data set the tokens of each test sample ``(n,)``; raises StoreError."""
    found = read_whole(path, _LENGTHS, ("data_digest",))
    for digest, tokens in zip(found["data_digest"], found["tokens"], strict=True):
        if tokens.dtype != np.int32 or (tokens < 0).any():
            raise refused(path, f"lengths of {digest} that are no whole numbers from 0")
    return dict(zip(found["data_digest"], found["tokens"], strict=True))


def write_lengths(lengths: Mapping[str, np.ndarray], path: Path) -> None:
    """Write the tokens of each test sample, a list a data set."""
    import pyarrow as pa

    digests = sorted(lengths)
    tokens = pa.array([lengths[digest] for digest in digests], pa.list_(pa.int32()))
    write_arrow(pa.table({"data_digest": digests, "tokens": tokens}), path)


def _refuse_beyond(path: Path, name: str, values: Iterable[Any], column: Column) -> None:
    """Refuse values outside a column's range or words, such as an accuracy of 7.5."""
    for value in values:
        if value is None or value != value:
            continue
        if isinstance(value, str):
            if column.words and value not in column.words:
                raise refused(path, f"{value!r} as {name}, not one of {', '.join(column.words)}")
        elif not column.low - _SLACK <= value <= column.high + _SLACK:
            end = "at least" if column.high == math.inf else f"at most {column.high:g} and at least"
            raise refused(path, f"{value:g} as {name}, which is {end} {column.low:g}")

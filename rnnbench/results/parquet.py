"""The tables of a report as Parquet files: small, and read back as text, numbers and lists of them.

What a file says of pandas, of extension types or of anything else is not followed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, repeat
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from rnnbench.errors import StoreError
from rnnbench.results.frame import COLUMNS, Column
from rnnbench.results.history import history_frame
from rnnbench.training.gradient_flow import Flow
from rnnbench.training.history import EPOCH_METRICS
from rnnbench.training.tested import WEIGHTS, Weights

Kind = Literal["text", "whole", "number", "answers", "norms"]
# A thousand runs with their epochs and answers take a few MiB.
LARGEST_BYTES = 512 * 2**20
LARGEST_CELLS = 50_000_000
LARGEST_VALUES = 200_000_000  # those in lists, too
_KIND_OF: dict[str, Kind] = {"string": "text", "Int64": "whole", "Float64": "number"}
LARGEST_NUMBER = 1e15  # of either sign: nothing that is measured comes near it
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
# What earlier versions packed into bytes had its length beside it, and was of one weights a run.
_LENGTH: dict[str, Kind] = {"samples": "whole"}
_WEIGHTS: dict[str, Kind] = {"weights": "text"}


def write_frame(table: pd.DataFrame, path: Path) -> None:
    """Write a table without its index."""
    import pyarrow as pa

    _write(pa.Table.from_pandas(table, preserve_index=False), path)


def read_runs(path: Path, unique: Sequence[str] = ("run_id",)) -> pd.DataFrame:
    """Return runs in the columns of :func:`rnnbench.results.load_runs`.

    A declared column that an older file lacks is empty.

    Args:
        path: the file.
        unique: the columns by which no two rows are alike.

    Raises:
        StoreError: for a file that holds anything else.
    """
    declared = {column.name: _KIND_OF[column.dtype] for column in COLUMNS}
    found = _columns(path, declared, others="text")
    _refuse_missing(path, found, (*_IDENTITY, *_FINISHED))
    _refuse_gaps(path, found, _IDENTITY)
    finished = [status == "FINISHED" for status in found["status"]]
    done = {name: list(compress(found[name], finished)) for name in _FINISHED}
    _refuse_gaps(path, done, _FINISHED)
    _refuse_twice(path, found, unique)
    for name, values in found.items():
        if name in _DECLARED:
            _refuse_beyond(path, name, values, _DECLARED[name])
    count = len(finished)
    columns = {
        column.name: pd.Series(found.pop(column.name, [None] * count), dtype=column.dtype)
        for column in COLUMNS
    }
    columns |= {name: pd.Series(values, dtype="string") for name, values in found.items()}
    return pd.DataFrame(columns)


def read_history(path: Path) -> pd.DataFrame:
    """Return epochs as :func:`rnnbench.results.load_history` does; raises StoreError."""
    wanted: dict[str, Kind] = {"run_id": "text", "epoch": "whole"}
    wanted |= dict.fromkeys(EPOCH_METRICS, "number")
    found = _columns(path, wanted)
    _refuse_missing(path, found, wanted)
    _refuse_gaps(path, found, ("run_id", "epoch"))
    _refuse_twice(path, found, ("run_id", "epoch"))
    _refuse_beyond(path, "epoch", found["epoch"], _DECLARED["best_epoch"])
    for name in EPOCH_METRICS:
        _refuse_beyond(path, name, found[name], _DECLARED[f"final_{name}"])
    names = tuple(wanted)
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
    found = _columns(path, _ANSWERS | _LENGTH | _WEIGHTS)
    _refuse_missing(path, found, _ANSWERS)
    _refuse_gaps(path, found, found)
    _refuse_twice(path, found, ("run_id", "weights"))
    answers: dict[Weights, dict[str, np.ndarray]] = {which: {} for which in WEIGHTS}
    lengths = found.get("samples", repeat(0))
    weights = found.get("weights") or [asked.get(run_id, "last") for run_id in found["run_id"]]
    rows = zip(found["run_id"], weights, found["right"], lengths, strict=False)
    for run_id, which, right, length in rows:
        if which not in WEIGHTS:
            raise _refused(path, f"answers of {run_id} by {which!r}, not one of last, best")
        if isinstance(right, bytes):
            if length < 0 or len(right) != -(-length // 8):
                raise _refused(path, f"{len(right)} bytes for {length} answers of {run_id}")
            right = np.unpackbits(np.frombuffer(right, np.uint8), count=length).astype(np.bool_)
        if right.dtype != np.bool_:
            raise _refused(path, f"answers of {run_id} that are neither true nor false")
        answers[which][run_id] = right
    return answers


def write_answers(answers: Mapping[Weights, Mapping[str, np.ndarray]], path: Path) -> None:
    """Write which test samples were answered rightly, a row a run and weights."""
    import pyarrow as pa

    rows = sorted((run_id, which) for which, found in answers.items() for run_id in found)
    right = pa.array([answers[which][run_id] for run_id, which in rows], pa.list_(pa.bool_()))
    ids, weights = ([row[place] for row in rows] for place in range(2))
    _write(pa.table({"run_id": ids, "weights": weights, "right": right}), path)


def read_flows(path: Path) -> dict[str, tuple[Flow, ...]]:
    """Return by run the gradients through time that were measured; raises StoreError."""
    found = _columns(path, _FLOWS)
    _refuse_missing(path, found, _FLOWS)
    _refuse_gaps(path, found, _FLOWS)
    _refuse_twice(path, found, ("run_id", "epoch", "layer", "state"))
    _refuse_beyond(path, "epoch", found["epoch"], _DECLARED["trial"])
    flows: dict[str, list[Flow]] = {}
    rows = zip(*(found[name] for name in _FLOWS), strict=True)
    for run_id, epoch, layer, state, norms in rows:
        if isinstance(norms, bytes):  # as earlier versions wrote them
            if len(norms) % 4:
                raise _refused(path, f"{len(norms)} bytes of norms of {run_id}")
            norms = np.frombuffer(norms, "<f4")
        if not len(norms):
            raise _refused(path, f"no norms of {run_id}")
        if not (np.isfinite(norms).all() and (norms >= 0).all()):
            raise _refused(path, f"norms of {run_id} that are negative or not finite")
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
    _write(pa.table(dict(zip(_FLOWS, columns, strict=True))), path)


def _write(table: Any, path: Path) -> None:
    """Write an Arrow table, measured to be a third of what pandas writes by default."""
    import pyarrow as pa
    from pyarrow import parquet

    norms = [field.name for field in table.schema if field.type == pa.list_(pa.float32())]
    parquet.write_table(
        table.replace_schema_metadata(None),
        path,
        compression="zstd",
        compression_level=19,
        # For a hundred columns of some thirty rows these take more than the rows.
        use_dictionary=False,
        write_statistics=False,
        store_schema=False,
        # Norms that follow each other are alike in their first bytes alone.
        use_byte_stream_split=[f"{name}.list.element" for name in norms],
    )


def _columns(
    path: Path, wanted: Mapping[str, Kind], *, others: Kind | None = None
) -> dict[str, list[Any]]:
    """Return the columns of a file as lists, ``None`` where a value is missing."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _refused(path, f"more than {LARGEST_BYTES // 2**20} MiB")
        with parquet.ParquetFile(path) as file:
            _refuse_size(path, file.metadata)
            table = file.read()
        names = table.column_names
        if len(set(names)) < len(names):
            raise _refused(path, "two columns of one name")
        for name, column in zip(names, table.columns, strict=True):
            kind = wanted.get(name, others)
            if kind is None or not _holds(pa, column.type, kind):
                raise _refused(path, f"a column {name!r} of type {column.type}")
        found = {n: _values(column) for n, column in zip(names, table.columns, strict=True)}
    except (OSError, ValueError, TypeError, NotImplementedError, pa.ArrowException) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise _refused(path, getattr(error, "strerror", None) or reason[:200]) from None
    for name, values in found.items():
        for value in values:
            if isinstance(value, float) and not math.isnan(value) and abs(value) > LARGEST_NUMBER:
                raise _refused(path, f"{value:g} as {name}")
    return found


def _values(column: Any) -> list[Any]:
    """Return the values of a column, lists as arrays."""
    import pyarrow as pa

    if not pa.types.is_list(column.type):
        return list(column.to_pylist())
    return [v.values.to_numpy(zero_copy_only=False) if v.is_valid else None for v in column]


def _refuse_size(path: Path, metadata: Any) -> None:
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    if sum(group.total_byte_size for group in groups) > LARGEST_BYTES:
        raise _refused(path, f"more than {LARGEST_BYTES // 2**20} MiB when unpacked")
    if metadata.num_rows * metadata.num_columns > LARGEST_CELLS:
        raise _refused(path, f"{metadata.num_rows:,} rows of {metadata.num_columns:,} columns")
    columns = range(metadata.num_columns)
    if sum(group.column(n).num_values for group in groups for n in columns) > LARGEST_VALUES:
        raise _refused(path, f"more than {LARGEST_VALUES:,} values")


def _holds(pa: Any, type_: Any, kind: Kind) -> bool:
    """Return whether a column of a type can hold this; one without any value holds all."""
    types = pa.types
    checks: dict[Kind, tuple[Any, ...]] = {
        "text": (types.is_string, types.is_large_string),
        "whole": (types.is_signed_integer,),
        "number": (types.is_float64,),
        "answers": (pa.list_(pa.bool_()).equals, types.is_binary, types.is_large_binary),
        "norms": (pa.list_(pa.float32()).equals, types.is_binary, types.is_large_binary),
    }
    return any(check(type_) for check in (types.is_null, *checks[kind]))


def _refuse_missing(path: Path, found: Mapping[str, Any], wanted: Iterable[str]) -> None:
    for name in wanted:
        if name not in found:
            raise _refused(path, f"no column {name}")


def _refuse_gaps(path: Path, found: Mapping[str, list[Any]], names: Iterable[str]) -> None:
    for name in names:
        if any(value is None for value in found[name]):
            raise _refused(path, f"a row without {name}")


def _refuse_twice(path: Path, found: Mapping[str, list[Any]], names: Sequence[str]) -> None:
    rows = Counter(zip(*(found.get(name, repeat(None)) for name in names), strict=False))
    for row, count in rows.most_common(1):
        if count > 1:
            told = ", ".join(f"{n} {v}" for n, v in zip(names, row, strict=True) if v is not None)
            raise _refused(path, f"{told} in {count} rows")


def _refuse_beyond(path: Path, name: str, values: Iterable[Any], column: Column) -> None:
    """Refuse values outside a column's range or words, such as an accuracy of 7.5."""
    for value in values:
        if value is None or value != value:
            continue
        if isinstance(value, str):
            if column.words and value not in column.words:
                raise _refused(path, f"{value!r} as {name}, not one of {', '.join(column.words)}")
        elif not column.low - _SLACK <= value <= column.high + _SLACK:
            end = "at least" if column.high == math.inf else f"at most {column.high:g} and at least"
            raise _refused(path, f"{value:g} as {name}, which is {end} {column.low:g}")


def _refused(path: Path, received: str) -> StoreError:
    return StoreError(
        "report.source",
        "the tables that a report was made from",
        f"{path}: {received}",
        "restore the file, or regenerate the report from its store with report.source=store",
    )

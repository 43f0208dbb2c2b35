"""A Parquet file of a report: written small, and read back as text, numbers and lists of them.

What a file says of pandas, of extension types or of anything else is not followed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from rnnbench.errors import StoreError, first_line
from rnnbench.results.facts import is_measured

Kind = Literal["text", "whole", "number", "answers", "norms", "lengths"]
# A thousand runs with their epochs and answers take a few MiB.
LARGEST_BYTES = 512 * 2**20
LARGEST_CELLS = 50_000_000
LARGEST_VALUES = 200_000_000  # those in lists, too


def write_arrow(table: Any, path: Path) -> None:
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


def read_columns(
    path: Path, wanted: Mapping[str, Kind], *, others: Sequence[Kind] = ()
) -> dict[str, list[Any]]:
    """Return the columns of a file as lists, ``None`` where a value is missing."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise refused(path, f"more than {LARGEST_BYTES // 2**20} MiB")
        with parquet.ParquetFile(path) as file:
            _refuse_size(path, file.metadata)
            table = file.read()
        names = table.column_names
        if len(set(names)) < len(names):
            raise refused(path, "two columns of one name")
        for name, column in zip(names, table.columns, strict=True):
            kinds = (wanted[name],) if name in wanted else others
            if not any(_holds(pa, column.type, kind) for kind in kinds):
                raise refused(path, f"a column {name!r} of type {column.type}")
        found = {n: _values(column) for n, column in zip(names, table.columns, strict=True)}
    except (OSError, ValueError, TypeError, NotImplementedError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or first_line(error)[:200]
        raise refused(path, reason) from None
    for name, values in found.items():
        for value in values:
            if isinstance(value, float) and not math.isnan(value) and not is_measured(value):
                raise refused(path, f"{value:g} as {name}")
    return found


def read_whole(
    path: Path,
    wanted: Mapping[str, Kind],
    unique: Sequence[str],
    optional: Mapping[str, Kind] = MappingProxyType({}),
) -> dict[str, list[Any]]:
    """Return the columns of a file that has all of these, without gaps, and no two rows alike.

    Args:
        path: the file.
        wanted: what it has to have.
        unique: the columns by which no two rows are alike.
        optional: what it may have besides.
    """
    found = read_columns(path, {**wanted, **optional})
    refuse_missing(path, found, wanted)
    refuse_gaps(path, found, found)
    refuse_twice(path, found, unique)
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
        raise refused(path, f"more than {LARGEST_BYTES // 2**20} MiB when unpacked")
    if metadata.num_rows * metadata.num_columns > LARGEST_CELLS:
        raise refused(path, f"{metadata.num_rows:,} rows of {metadata.num_columns:,} columns")
    columns = range(metadata.num_columns)
    if sum(group.column(n).num_values for group in groups for n in columns) > LARGEST_VALUES:
        raise refused(path, f"more than {LARGEST_VALUES:,} values")


def _holds(pa: Any, type_: Any, kind: Kind) -> bool:
    """Return whether a column of a type can hold this; one without any value holds all."""
    types = pa.types
    checks: dict[Kind, tuple[Any, ...]] = {
        "text": (types.is_string, types.is_large_string),
        "whole": (types.is_signed_integer,),
        "number": (types.is_float64,),
        "answers": (pa.list_(pa.bool_()).equals, types.is_binary, types.is_large_binary),
        "norms": (pa.list_(pa.float32()).equals, types.is_binary, types.is_large_binary),
        "lengths": (pa.list_(pa.int32()).equals,),
    }
    return any(check(type_) for check in (types.is_null, *checks[kind]))


def refuse_missing(path: Path, found: Mapping[str, Any], wanted: Iterable[str]) -> None:
    """Refuse a file that lacks one of these columns."""
    for name in wanted:
        if name not in found:
            raise refused(path, f"no column {name}")


def refuse_gaps(path: Path, found: Mapping[str, list[Any]], names: Iterable[str]) -> None:
    """Refuse a row without a value in one of these columns."""
    for name in names:
        if any(value is None for value in found[name]):
            raise refused(path, f"a row without {name}")


def refuse_twice(path: Path, found: Mapping[str, list[Any]], names: Sequence[str]) -> None:
    """Refuse two rows that are alike in these columns."""
    rows = Counter(zip(*(found.get(name, repeat(None)) for name in names), strict=False))
    for row, count in rows.most_common(1):
        if count > 1:
            told = ", ".join(f"{n} {v}" for n, v in zip(names, row, strict=True) if v is not None)
            raise refused(path, f"{told} in {count} rows")


def refused(path: Path, received: str) -> StoreError:
    """Return the error about a file that holds something else."""
    return StoreError(
        "report.source",
        "the tables that a report was made from",
        f"{path}: {received}",
        "restore the file, or regenerate the report from its store with report.source=store",
    )

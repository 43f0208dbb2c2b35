"""From the columns of a file to series, whichever way the file holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.sets.series.columns import Roles, roles_of
from rnnbench.data.sets.series.table import ReadTable, Texts, read, series_file
from rnnbench.data.sets.series.times import TimeError, Times, ordered, parse, regularity
from rnnbench.data.sets.series.windows import Numbers, Series
from rnnbench.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

_SHOWN = 5
_REVERSED = "the newest row comes first: rows are read from the last to the first"


@dataclass(frozen=True)
class Read:
    """Series as a file holds them.

    Attributes:
        series: in the order of their columns or rows, or of the ids in a column, sorted as text.
        is_shared: whether a time means the same in all of them.
        trained: which of them are trained on.
        tested: which of them are tested on.
        remarks: what to tell of the file.
    """

    series: tuple[Series, ...]
    is_shared: bool
    trained: tuple[bool, ...]
    tested: tuple[bool, ...]
    remarks: tuple[str, ...]


def series_of(config: DataConfig) -> Read:
    """Return the series of the configured file.

    Raises:
        ConfigError: for keys that do not fit together.
        DataError: for a file that cannot be used, with the line.
    """
    file = series_file(config)
    roles = roles_of(config, file)
    table = read(file)
    remarks: list[str] = []
    if config.layout == "rows":
        found = _from_rows(table, roles)
    elif config.layout == "wide":
        found = _from_columns(config, table, roles, remarks)
    else:
        found = _from_table(config, table, roles, remarks)
    is_shared = config.layout in ("wide", "rows") or roles.time is not None
    names = [one.name for one in found]
    trained = _chosen("series", config.series, names)
    tested = trained
    if config.test_series is not None:
        tested = _chosen("test_series", config.test_series, names)
    used = [a or b for a, b in zip(trained, tested, strict=True)]
    return Read(
        tuple(compress(found, used)),
        is_shared,
        tuple(compress(trained, used)),
        tuple(compress(tested, used)),
        tuple(f"{file.path}: {remark}" for remark in remarks),
    )


def _chosen(key: str, wanted: Sequence[str | int] | None, names: Sequence[str]) -> list[bool]:
    if wanted is None:
        return [True] * len(names)
    chosen, known = dict.fromkeys(map(str, wanted)), set(names)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        more = ", ..." if len(names) > _SHOWN else ""
        raise ConfigError(
            f"data.{key}",
            f"names of series, among {', '.join(names[:_SHOWN])}{more}",
            unknown[0],
            "correct it",
        )
    return [name in chosen for name in names]


def _from_table(
    config: DataConfig, table: ReadTable, roles: Roles, remarks: list[str]
) -> list[Series]:
    columns = sorted({*roles.targets, *roles.features})
    values = np.stack([table.numbers(column) for column in columns], axis=1)
    _refuse_missing(table, values, columns)
    rows = np.arange(len(values))
    groups = {"all": rows}
    if roles.series_id is not None:
        ids = table.texts(roles.series_id)
        names, codes = np.unique(ids, return_inverse=True)
        order = np.argsort(codes, kind="stable")
        own_rows = np.split(order, np.cumsum(np.bincount(codes))[:-1])
        groups = dict(zip(map(str, names), own_rows, strict=True))
        if "" in groups:
            row = int(groups[""][0])
            raise table.file.error("a series in every row", f"none in {table.where(row)}")
    times = _times(config, table, roles, len(rows))
    targets = [columns.index(column) for column in roles.targets]
    features = [columns.index(column) for column in roles.features]
    found, irregular, is_newest_first = [], [], False
    for name, own in groups.items():
        if roles.time is None:
            own_times, order = np.arange(len(own)), own
        else:
            own_times, order = _in_order(table, times, own, name if len(groups) > 1 else "")
            is_newest_first |= bool(order[0] > order[-1])
            irregular.append(_regularity(table, own_times, name if len(groups) > 1 else ""))
        found.append(Series(name, own_times, values[order][:, features], values[order][:, targets]))
    remarks += [_REVERSED] * is_newest_first + _several(irregular)
    return found


def _from_columns(
    config: DataConfig, table: ReadTable, roles: Roles, remarks: list[str]
) -> list[Series]:
    times = _times(config, table, roles, len(table.columns[0]))
    rows = np.arange(len(times))
    if roles.time is not None:
        times, rows = _in_order(table, times, rows, "")
        is_newest_first = bool(rows[0] > rows[-1])
        remarks += [_REVERSED] * is_newest_first + _several([_regularity(table, times, "")])
    columns = [n for n in range(len(table.names)) if n != roles.time]
    wanted = {str(one) for one in (*(config.series or ()), *(config.test_series or ()))}
    if config.series is not None:
        columns = [n for n in columns if str(table.names[n]) in wanted] or columns
    return [
        _trimmed(str(table.names[column]), times, table.numbers(column)[rows], table, rows)
        for column in columns
    ]


def _from_rows(table: ReadTable, roles: Roles) -> list[Series]:
    columns = [n for n in range(len(table.names)) if n != roles.series_id]
    values = np.stack([table.numbers(column) for column in columns])
    count = values.shape[1]
    names = [str(row) for row in range(count)]
    if roles.series_id is not None:
        names = table.texts(roles.series_id)
        if len(set(names)) < count:
            twice = next(name for place, name in enumerate(names) if name in names[:place])
            raise table.file.error("a row for each series", f"several of series {twice[:40]!r}")
    steps = np.arange(len(columns))
    return [_trimmed(names[row], steps, values[:, row], table) for row in range(count)]


def _trimmed(
    name: str,
    times: Times,
    values: NDArray[np.float64],
    table: ReadTable,
    rows: NDArray[np.int64] | None = None,
) -> Series:
    """Return a series without missing values at its beginning and end; others are refused."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        raise table.file.error("numbers in every series", f"none in series {name!r}")
    first, stop = int(known[0]), int(known[-1]) + 1
    inside = np.flatnonzero(np.isnan(values[first:stop])) + first
    if len(inside):
        step = int(inside[0])
        where = f"step {step + 1}" if rows is None else table.where(int(rows[step]))
        _refuse_gap(table, f"{len(inside):,} missing in series {name!r}, the first in {where}")
    column: Numbers = values[first:stop, None]
    return Series(name, times[first:stop], column, column)


def _refuse_missing(table: ReadTable, values: Numbers, columns: Sequence[int]) -> None:
    missing = np.isnan(values)
    if missing.any():
        row, place = map(int, np.argwhere(missing)[0])
        name = table.names[columns[place]]
        _refuse_gap(
            table,
            f"{int(missing.sum()):,} missing, the first in column {name!r} of {table.where(row)}",
        )


def _refuse_gap(table: ReadTable, received: str) -> None:
    raise table.file.error(
        "a number at every step",
        received,
        "fill the gaps first, as with pandas' interpolate, or leave the steps out",
    )


def _times(config: DataConfig, table: ReadTable, roles: Roles, rows: int) -> Times:
    if roles.time is None:
        return np.arange(rows)
    values = table.columns[roles.time]
    if not isinstance(values, Texts) and values.dtype.kind == "M" and not np.isnat(values).any():
        return values.astype("datetime64[us]")
    with _explained(table):
        return parse(table.texts(roles.time), config.time_format, table.where)


def _in_order(
    table: ReadTable, times: Times, rows: NDArray[np.int64], name: str
) -> tuple[Times, NDArray[np.int64]]:
    """Return times and rows, oldest first."""
    with _explained(table, name):
        is_rising = ordered(times[rows], lambda row: table.where(int(rows[row])))
    rows = rows if is_rising else rows[::-1]
    return times[rows], rows


def _regularity(table: ReadTable, times: Times, name: str) -> str:
    with _explained(table, name):
        told = regularity(times)
    return f"series {name}: {told}" if told and name else told


def _several(told: Sequence[str]) -> list[str]:
    """Return the first remark, with how many more series have one."""
    found = [one for one in told if one]
    more = f" (and {len(found) - 1:,} more series have gaps)" if len(found) > 1 else ""
    return [found[0] + more] if found else []


@contextmanager
def _explained(table: ReadTable, name: str = "") -> Iterator[None]:
    """Say of times that cannot be used in which file and series they are."""
    try:
        yield
    except TimeError as error:
        expected, received, action = error.args
        own = f"series {name}: " if name else ""
        told = f"{table.file.path}: {own}{received}"
        raise DataError("data.time", expected, told, action) from None

"""The columns of a file of numbers and times, CSV or Parquet, with where each value stands."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import file_of
from rnnbench.data.sets.table.dialect import Dialect, dialect_of, typed
from rnnbench.data.sets.table.scan import NO_VALUE
from rnnbench.errors import DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

_KEY = "data.path"
_PARQUET = (".parquet", ".pq")
_SHOWN = 8
_MOST_CELLS = 200_000_000
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+\Z")
_SWAPPED = str.maketrans(",.", ".,")  # so that a point is no part of a number


class Texts:
    """Texts that are kept as one, in a small part of the memory that as many strings take."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._joined = "".join(texts)
        self._ends = np.cumsum([0, *map(len, texts)])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[str]:
        ends = self._ends.tolist()
        return (self._joined[start:end] for start, end in pairwise(ends))


# Of CSV or of Parquet.
TableColumn = Texts | NDArray[Any]


@dataclass(frozen=True)
class SeriesFile:
    """A file, and how to read it.

    Attributes:
        path: where it is.
        dialect: how a CSV file is written; ``None`` for Parquet.
        has_comma: whether numbers have a decimal comma.
    """

    path: Path
    dialect: Dialect | None
    has_comma: bool = False

    def error(self, expected: str, received: str, action: str = "check the file") -> DataError:
        """Return an error about this file."""
        return DataError(_KEY, expected, f"{self.path}: {received}", action)


@dataclass(frozen=True)
class ReadTable:
    """A file as columns.

    Attributes:
        file: that it was read from.
        names: of the columns; numbers from 0 where the file has no header.
        columns: the values of each.
        lines: where each row stands in a CSV file ``(rows,)``; ``None`` for Parquet, whose rows
            have numbers.
    """

    file: SeriesFile
    names: tuple[str | int, ...]
    columns: tuple[TableColumn, ...] = field(repr=False)
    lines: NDArray[np.int64] | None = field(repr=False)

    def where(self, row: int) -> str:
        """Return where a row stands, in words."""
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"

    def texts(self, column: int) -> list[str]:
        """Return a column as texts, empty ones for missing values."""
        values = self.columns[column]
        if isinstance(values, Texts):
            return [*values]
        return ["" if value is None or value != value else str(value) for value in values.tolist()]

    def numbers(self, column: int) -> NDArray[np.float64]:
        """Return a column as numbers, NaN for missing ones; raises DataError for other text."""
        values = self.columns[column]
        if not isinstance(values, Texts):
            return self._floats(column, values)
        try:
            found = np.array([*map(self._written, values)], float)
        except ValueError:
            found = np.array([self._number(text, row, column) for row, text in enumerate(values)])
        self._must_be_finite(column, found)
        return found

    def _floats(self, column: int, values: NDArray[Any]) -> NDArray[np.float64]:
        if values.dtype.kind not in "iufb":
            raise self.file.error(
                f"numbers in column {self.names[column]!r}",
                f"values such as {str(values[0])[:40]!r}",
                "name other columns with data.target and data.features",
            )
        found = values.astype(np.float64)
        self._must_be_finite(column, found)
        return found

    def _number(self, text: str, row: int, column: int) -> float:
        stripped = text.strip()
        if not stripped or NO_VALUE.match(stripped):
            return np.nan
        try:
            return float(self._written(stripped))
        except ValueError:
            action = "correct it, or name other columns with data.target and data.features"
            if self.file.has_comma and "." in stripped:
                action = "remove points between thousands, or leave data.decimal out"
            elif _DECIMAL_COMMA.match(stripped) and not self.file.has_comma:
                action = "set data.decimal=comma if it is a decimal comma, or correct it"
            raise self.file.error(
                f"numbers in column {self.names[column]!r}",
                f"{stripped[:40]!r} in {self.where(row)}",
                action,
            ) from None

    def _written(self, text: str) -> str:
        """Return a number as ``float`` takes it; raises ValueError for an underscore in it."""
        if "_" in text:
            raise ValueError(text)
        return text.translate(_SWAPPED) if self.file.has_comma else text

    def _must_be_finite(self, column: int, found: NDArray[np.float64]) -> None:
        infinite = np.flatnonzero(np.isinf(found))
        if len(infinite):
            raise self.file.error(
                f"finite numbers in column {self.names[column]!r}",
                f"an infinite one in {self.where(int(infinite[0]))}",
                "correct it",
            )


def series_file(config: DataConfig) -> SeriesFile:
    """Return the configured file; raises ConfigError or DataError."""
    path = file_of(config, "path", "a CSV or Parquet file", "/path/to/series.csv")
    is_parquet = path.suffix.lower() in _PARQUET
    return SeriesFile(
        path, None if is_parquet else dialect_of(config), has_comma=config.decimal == "comma"
    )


def header_of(file: SeriesFile) -> tuple[str | int, ...]:
    """Return the names of the columns; raises DataError."""
    if file.dialect is None:
        return tuple(_parquet(file, lambda module: module.read_schema(file.path).names))
    return _names(file, _csv_rows(file, file.dialect, 1)[0][1])


def read(file: SeriesFile) -> ReadTable:
    """Return all of a file; the last two are remembered. Raises DataError."""
    state = file.path.stat()
    return _read(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=2)
def _read(file: SeriesFile, _changed: int, _size: int) -> ReadTable:
    if file.dialect is None:
        table = _parquet(file, lambda module: module.read_table(file.path))
        columns = tuple(table.column(name).to_numpy() for name in table.column_names)
        return ReadTable(file, tuple(table.column_names), columns, None)
    rows = _csv_rows(file, file.dialect, None)
    names = _names(file, rows[0][1])
    if file.dialect.header:
        rows = rows[1:]
    if not rows:
        raise file.error("rows under the header", "none")
    if len(rows) * len(names) > _MOST_CELLS:
        raise file.error(f"at most {_MOST_CELLS:,} values", f"{len(rows) * len(names):,}")
    columns = tuple(map(Texts, zip(*(fields for _, fields in rows), strict=True)))
    return ReadTable(file, names, columns, np.array([line for line, _ in rows]))


def _csv_rows(file: SeriesFile, dialect: Dialect, most: int | None) -> list[tuple[int, list[str]]]:
    """Return rows with their lines, all as wide as the first; at least one."""
    found: list[tuple[int, list[str]]] = []
    rows = dialect.read(file.path, _KEY)
    last = 0
    try:
        for row in rows:
            if found and len(row.fields) != len(found[0][1]):
                raise file.error(
                    f"{len(found[0][1])} columns in every row, as in the first",
                    f"{len(row.fields)} in line {row.first}",
                    "correct that line, or set data.delimiter",
                )
            found.append((row.first, row.fields))
            last = row.last
            if len(found) == most:
                break
    except csv.Error as error:
        raise file.error("a CSV file", f"{error}, in the row after line {last}") from None
    except OSError as error:
        raise file.error("a readable file", error.strerror or str(error)) from None
    finally:
        rows.close()
    if not found:
        raise file.error("rows", "an empty file")
    return found


def _names(file: SeriesFile, first: list[str]) -> tuple[str | int, ...]:
    assert file.dialect is not None
    if not file.dialect.header:
        return tuple(range(len(first)))
    names = tuple(name.strip() for name in first)
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    is_number = [_is_number(name) for name in names]
    if len(names) > 1 and all(is_number):
        raise DataError(
            "data.header",
            f"names of columns in the first line of {file.path}",
            f"numbers: {', '.join(names[:3])}, ...",
            "set data.header=false if the file has no header",
        )
    if twice is not None:
        raise file.error(
            "columns with different names", f"{twice!r} more than once", "rename or remove one"
        )
    if len(names) == 1:
        others = [one for one in ",;\t|" if one != file.dialect.delimiter and one in names[0]]
        if others:
            raise DataError(
                "data.delimiter",
                f"what separates the columns of {file.path}",
                f"{typed(file.dialect.delimiter)}, which gives one column {names[0][:60]!r}",
                f"set data.delimiter={typed(others[0])}",
            )
    return names


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parquet(file: SeriesFile, read_it: Callable[[Any], Any]) -> Any:
    import pyarrow.parquet

    try:
        return read_it(pyarrow.parquet)
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise file.error("an undamaged Parquet file", reason) from None


def find(names: Sequence[str | int], wanted: str | int, key: str, path: Path) -> int:
    """Return the place of a column; raises DataError where there is none of that name."""
    for place, name in enumerate(names):
        if name == wanted or (isinstance(wanted, int) and str(name) == str(wanted)):
            return place
    if isinstance(wanted, int) and wanted < len(names):
        return wanted
    shown = ", ".join(map(str, names[:_SHOWN])) + (", ..." if len(names) > _SHOWN else "")
    raise DataError(
        f"data.{key}",
        f"the name of a column of {path}",
        f"{wanted!r}, which is not among: {shown}",
        f"set data.{key} to one of them",
    )

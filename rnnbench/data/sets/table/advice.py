"""What would read a table that cannot be read as the keys say: other dialects are tried on it."""

from __future__ import annotations

import csv
import itertools
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rnnbench.data.sets.table.columns import (
    find_columns,
    guess_columns,
    shown,
    starts_with_data,
)
from rnnbench.data.sets.table.dialect import Dialect, Quoting
from rnnbench.errors import DataError

_DELIMITERS = (",", ";", "\t", "|")
_QUOTINGS: dict[Quoting, tuple[Quoting, Quoting]] = {
    "auto": ("auto", "none"),
    "minimal": ("minimal", "none"),
    "none": ("none", "auto"),
}
_GUESSED_FROM = 1000  # rows


@dataclass(frozen=True)
class Request:
    """A file, the two columns that are wanted of it, and the dialect that the keys ask for."""

    path: Path
    text: str | int
    label: str | int
    dialect: Dialect


def what_reads(request: Request) -> str:
    """Return the keys that would read the whole file, or an empty string.

    As few keys as possible are changed. A dialect reads a file if all of its rows are as wide as
    the first, none is without text or label, no quotation marks are left around the labels, and no
    text has swallowed rows.
    """
    for dialects in _others(request.dialect):
        read = [(one, _rows_read(request, one)) for one in dialects]
        told = [f"{request.dialect.words(one)} (reads {rows:,} rows)" for one, rows in read if rows]
        if told:
            return " or ".join(told[:2])
    return ""


def what_columns(request: Request) -> str:
    """Return the keys that would find the columns, from what the file's first rows look like."""
    keys = what_reads(request)
    if keys:
        return f"set {keys}"
    header = request.dialect.header
    for one in itertools.chain([request.dialect], *_others(request.dialect)):
        rows = _sample(request, one)
        known = [
            find_columns(rows[0], name, header=header) if rows else []
            for name in (request.text, request.label)
        ]
        guess = guess_columns(
            rows[1:] or rows, *(found[0] if len(found) == 1 else None for found in known)
        )
        if guess is None:
            continue
        text, label = (str(place) for place in guess)
        words = request.dialect.words(one)
        headless = header and starts_with_data(rows, guess[1])
        if headless:
            words += " data.header=false"
        elif header:
            text, label = (_word(rows[0][place]) for place in guess)
        keys = f"{words} data.text_column={text} data.label_column={label}".strip()
        if headless:
            return (
                "the first line looks like data, not like names: where there is no header, set "
                f"{keys} (columns are counted from 0)"
            )
        return f"set {keys}, for example"
    return "check data.delimiter and data.quoting"


def _word(name: str) -> str:
    """Return the name of a column as a shell wants it."""
    return shlex.quote(shown(name))


def swallowed(fields: list[str], delimiter: str) -> bool:
    """Return whether a field holds a line break and the delimiter, as where rows were swallowed."""
    return any(delimiter in field and ("\n" in field or "\r" in field) for field in fields)


def _others(dialect: Dialect) -> Iterator[list[Dialect]]:
    """Yield lists of other dialects: with one key changed, with two, and so on."""
    choices = itertools.product(
        dict.fromkeys([dialect.delimiter, *_DELIMITERS]),
        _QUOTINGS[dialect.quoting],
        dict.fromkeys([dialect.escape, "\\", None]),
        dict.fromkeys([dialect.skip_initial_space, True]),
    )
    levels: dict[int, list[Dialect]] = {}
    for delimiter, quoting, escape, skip in choices:
        other = replace(
            dialect,
            delimiter=delimiter,
            escape=escape,
            quoting=quoting,
            skip_initial_space=skip,
        )
        if other.delimiter in (other.escape, " " if skip else None):
            continue
        levels.setdefault(len(dialect.words(other).split()), []).append(other)
    for changes in sorted(levels):
        if changes:
            yield levels[changes]


def _rows_read(request: Request, dialect: Dialect) -> int:
    """Return how many rows the file has in a dialect, 0 where it cannot be read so."""
    count = 0
    rows = dialect.read(request.path, "data.path")
    try:
        first = next(rows).fields
        places = [
            find_columns(first, name, header=dialect.header)
            for name in (request.text, request.label)
        ]
        if any(len(found) != 1 for found in places):
            return 0
        columns = [found[0] for found in places]
        for row in itertools.chain([] if dialect.header else [(0, 0, first)], rows):
            fields = row[2]
            if len(fields) != len(first) or swallowed(fields, dialect.delimiter):
                return 0
            if not all(fields[column].strip() for column in columns):
                return 0
            if fields[columns[1]].strip()[:1] == '"':
                return 0
            count += 1
    except (csv.Error, DataError, StopIteration):
        return 0
    finally:
        rows.close()
    return count


def _sample(request: Request, dialect: Dialect) -> list[list[str]]:
    """Return the first rows in a dialect, nothing where they are not all as wide."""
    rows = dialect.read(request.path, "data.path")
    try:
        found = [row.fields for row in itertools.islice(rows, _GUESSED_FROM)]
    except (csv.Error, DataError):
        return []
    finally:
        rows.close()
    return found if len({len(fields) for fields in found}) == 1 else []

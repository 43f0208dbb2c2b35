"""A table of a report as CSV, for programs."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from itertools import chain, count
from keyword import kwlist

from rnnbench.formatting.spreadsheet import csv_line, guarded
from rnnbench.report.document import DataTable, TableCell, TableColumn

_RUN_IDS = "run_ids"
# The words of further numbers of a cell; its value has none.
_VALUE, _SD, _HIGH = "", "sd", "to"
# What a heading says of an interval beside its name, as "drop 95 %" does.
_INTERVAL = re.compile(r"\b\d+(\.\d+)? %|\binterval\b")


def csv_text(table: DataTable) -> str:
    """Return a table as CSV: raw values, nothing where nothing was measured.

    Headings are names that pandas takes as attributes and in queries. A mean and its standard
    deviation are two columns, ``_mean`` and ``_sd``, and so are the ends of an interval, ``_lo``
    and ``_hi``. Text that a spreadsheet would execute as a formula gets an apostrophe before it.
    Where the table knows its runs, a column ``run_ids`` holds them, separated by spaces.
    """
    names = _names(table)
    heads = [name for several in names for name in several.values()]
    lines = [heads]
    lines += [
        [
            _raw(cell.value if word == _VALUE else dict(cell.extra).get(word))
            for cell, several in zip(row, names, strict=True)
            for word in several
        ]
        for row in table.rows
    ]
    if table.runs and _RUN_IDS not in heads:
        lines[0] = [*heads, _RUN_IDS]
        for line, runs in zip(lines[1:], table.runs, strict=True):
            line.append(guarded(" ".join(runs)))
    return "".join(csv_line(line) for line in lines)


def _names(table: DataTable) -> list[dict[str, str]]:
    """Return for each column the headings of its values and of each of its further numbers."""
    found: list[dict[str, str]] = []
    taken: set[str] = set()
    before = ""
    for place, column in enumerate(table.columns):
        names = _wished(column, [row[place] for row in table.rows], before)
        for word, wished in names.items():
            names[word] = name = _unique(_identifier(wished), taken)
            taken.add(name)
        found.append(names)
        before = names[_VALUE].removesuffix("_mean")
    return found


def _wished(column: TableColumn, cells: Sequence[TableCell], before: str) -> dict[str, str]:
    extra = {word for cell in cells for word, _ in cell.extra}
    if extra == {_HIGH} or _INTERVAL.search(column.name):
        # An interval without a name is that of the number before it.
        name = column.key or _snake(_INTERVAL.sub("", column.name)) or before
        low, _, high = name.partition("_to_")
        return {_VALUE: low if high else f"{name}_lo", _HIGH: high or f"{name}_hi"}
    name = column.key or _snake(column.name)
    if extra == {_SD} or name.endswith("_mean"):
        name = name.removesuffix("_mean")
        return {_VALUE: f"{name}_mean", _SD: f"{name}_sd"}
    return {_VALUE: name} | {word: f"{name}_{word}" for word in sorted(extra)}


def _unique(name: str, taken: Collection[str]) -> str:
    numbered = (f"{name}_{number}" for number in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


def _snake(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading.replace("%", " percent ")).lower()
    return re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")


def _identifier(name: str) -> str:
    """Return a name that is one in Python, and nothing else than a column in pandas."""
    if not name[:1].isalpha():
        name = f"column_{name}".rstrip("_")
    return f"{name}_value" if name in _reserved() else name


@cache
def _reserved() -> frozenset[str]:
    import pandas as pd

    return frozenset((*kwlist, *dir(pd.DataFrame)))


def _raw(value: float | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    value = float(value)
    if math.isnan(value):
        return ""
    # Counts read as counts; the rest as the shortest text that reads back as the same number.
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)

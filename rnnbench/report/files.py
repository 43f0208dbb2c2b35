"""A table of a report as CSV, for programs."""

from __future__ import annotations

import math

from rnnbench.report.document import DataTable
from rnnbench.spreadsheet import csv_line, guarded


def csv_text(table: DataTable) -> str:
    """Return a table as CSV: raw values, nothing where nothing was measured.

    Standard deviations and upper ends of intervals have columns of their own, after their values.

    Text that a spreadsheet would execute as a formula gets an apostrophe before it. Where the
    table knows its runs, a last column ``run_ids`` holds them, separated by spaces.
    """
    further = _further(table)
    lines = [
        [
            guarded(name)
            for column, extra in zip(table.columns, further, strict=True)
            for name in (column.name, *(f"{column.name} {word}" for word in extra))
        ]
    ]
    lines += [
        [
            field
            for cell, extra in zip(row, further, strict=True)
            for field in (_raw(cell.value), *(_raw(dict(cell.extra).get(word)) for word in extra))
        ]
        for row in table.rows
    ]
    if table.runs:
        lines[0].append("run_ids")
        for line, runs in zip(lines[1:], table.runs, strict=True):
            line.append(guarded(" ".join(runs)))
    return "".join(csv_line(line) for line in lines)


def _further(table: DataTable) -> list[list[str]]:
    """Return for each column the names of the further numbers of its cells."""
    columns = [[row[place] for row in table.rows] for place in range(len(table.columns))]
    return [list(dict.fromkeys(w for cell in c for w, _ in cell.extra)) for c in columns]


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

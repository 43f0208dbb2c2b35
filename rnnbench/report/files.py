"""A table of a report as CSV for programs and as LaTeX for papers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from rnnbench.report.document import Cell, Column, DataTable
from rnnbench.spreadsheet import csv_line, guarded

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': "''",
    # After the end of a row these two would be arguments of it.
    "[": "{[}",
    "*": "{*}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "−": "$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "Δ": r"$\Delta$",
    "–": "--",
    "—": "---",
}


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


def latex_text(table: DataTable) -> str:
    """Return a table as a ``tabular`` with the rules of the package booktabs."""
    columns = "".join(_alignment(column, place) for place, column in enumerate(table.columns))
    lines = [
        r"% Needs \usepackage{booktabs}.",
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        _latex_line(_latex(column.name) for column in table.columns),
        r"\midrule",
        *(_latex_line(map(_latex_cell, row)) for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


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


def _alignment(column: Column, place: int) -> str:
    return "r" if place and column.numeric else "l"


def _latex_line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _latex_cell(cell: Cell) -> str:
    shown = _latex(cell.text)
    if shown.startswith("-") and isinstance(cell.value, (int, float)):
        shown = f"$-${shown[1:]}"
    return rf"\textbf{{{shown}}}" if cell.marked else shown


def _latex(text: str) -> str:
    """Return text as LaTeX shows it, on one line and without characters that show nothing."""
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    # Two hyphens would become a dash, as in --flag.
    line = re.sub(r"-(?=-)", "-\0", line)
    return "".join(_LATEX.get(c, c) for c in line).replace("\0", "{}")

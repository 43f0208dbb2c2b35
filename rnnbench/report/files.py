"""A table of a report as CSV for programs and as LaTeX for papers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from rnnbench.report.document import Cell, Column, DataTable

# Where a spreadsheet lets a field begin that it takes for a formula, in half and full width: at
# another delimiter than ours, too, and after blanks and what shows nothing.
_BLANK = '\\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff"'
_FORMULA = re.compile(f"(?:^|[;|\t\r\n])(?=[{_BLANK}]*[=+\\-@＝＋－＠])|^(?=[\t\r\n])")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")

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
            _plain(name)
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
            line.append(_plain(" ".join(runs)))
    return "".join(_csv_line(line) for line in lines)


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
        return _plain(value)
    value = float(value)
    if math.isnan(value):
        return ""
    # Counts read as counts; the rest as the shortest text that reads back as the same number.
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _plain(text: str) -> str:
    """Return text with an apostrophe wherever a spreadsheet would find a formula in it."""
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\g<0>'", text)


def _csv_line(fields: list[str]) -> str:
    # Before Python 3.13 the csv module leaves a carriage return unquoted and can't read it back.
    quoted = [
        '"' + field.replace('"', '""') + '"' if _special(field) else field for field in fields
    ]
    return (",".join(quoted) or '""') + "\n"


def _special(field: str) -> bool:
    return any(character in field for character in ',"\r\n') or field != field.strip()


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

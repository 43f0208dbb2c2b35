"""Tables of text: for the terminal and for Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.stats import Statistic

MISSING = "–"


@dataclass(frozen=True)
class Table:
    """A title, column heads, and rows of text; all columns but the first hold numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def markdown(self) -> str:
        """Return the table as GitHub renders it."""

        def line(cells: Sequence[str]) -> str:
            return "| " + " | ".join(_escape(cell) for cell in cells) + " |"

        align = "|" + "|".join([" :-- "] + [" --: "] * (len(self.columns) - 1)) + "|"
        body = [line(self.columns), align, *(line(row) for row in self.rows)]
        return "\n".join(body) + (f"\n\n{self.note}" if self.note else "")

    def text(self) -> str:
        """Return the table as aligned columns of plain text: much faster than a drawn one."""
        rows = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

        def line(cells: Sequence[str]) -> str:
            first, *rest = zip(cells, widths, strict=True)
            parts = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
            return "  ".join(parts).rstrip()

        return "\n".join([self.title, *map(line, rows)]) + (f"\n{self.note}" if self.note else "")


def mean_and_spread(value: Statistic, digits: int = 4) -> str:
    """Return ``0.8712 ± 0.0034``; the spread is missing for a single seed."""
    if not value.n:
        return MISSING
    mean = f"{value.mean:.{digits}f}"
    return mean if math.isnan(value.sd) else f"{mean} ± {value.sd:.{digits}f}"


def whole(value: float) -> str:
    """Return a whole number with thousands separated."""
    return MISSING if math.isnan(value) else f"{round(value):,}"


def _escape(cell: str) -> str:
    """Keep names from the store from being read as markup."""
    cell = cell.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for character in "\\`*[]|":
        cell = cell.replace(character, "\\" + character)
    return cell.replace("\n", " ")

"""Quotation marks that may not mean what the dialect takes them for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rnnbench.data.sets.table.advice import swallowed, what_reads
from rnnbench.data.sets.table.dialect import Dialect, TableRow
from rnnbench.data.sets.table.file import TableFile

_SPACED = re.compile(' +"')


@dataclass
class Quotes:
    """What is noticed of quotation marks in the rows of a file."""

    dialect: Dialect
    rows: int = 0
    lines: int = 0
    swallowing: list[tuple[int, int]] = field(default_factory=list)
    spaced: list[int] = field(default_factory=list)

    def notice(self, row: TableRow) -> None:
        """Look at a row."""
        dialect = self.dialect
        self.rows += 1
        self.lines += row.last - row.first + 1
        several = row.last > row.first and dialect.quoting == "auto"
        if several and swallowed(row.fields, dialect.delimiter):
            self.swallowing.append((row.first, row.last))
        quotes = dialect.quoting != "none" and dialect.skip_initial_space is None
        if quotes and any(map(_SPACED.match, row.fields)):
            self.spaced.append(row.first)

    def doubt(self, file: TableFile) -> str:
        """Return where rows may have been swallowed, and what would read them, or nothing."""
        if not self.swallowing:
            return ""
        first, last = self.swallowing[0]
        keys = what_reads(file)
        instead = f"set {keys}" if keys else "check the quotation marks"
        return (
            f"lines {first} to {last}: a field holds line breaks and the delimiter"
            f"{_more(len(self.swallowing))}, so that {self.lines:,} lines gave {self.rows:,} rows; "
            f"if it has swallowed rows, {instead}; if it is one text, data.quoting=minimal says so"
        )

    def remarks(self, file: TableFile) -> list[str]:
        """Return what to tell of quotation marks after spaces."""
        if not self.spaced:
            return []
        return [
            f"{file.path} line {self.spaced[0]}: the quotation mark after a space is part of the "
            f"field{_more(len(self.spaced))}; data.skip_initial_space=true reads it as quoting, "
            "false leaves out this remark"
        ]


def _more(count: int) -> str:
    return f" (and so in {count - 1:,} more rows)" if count > 1 else ""

"""One pass through a table: the labels of its rows, rows without label or text, doubtful quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.sets.table.advice import swallowed, what_reads
from rnnbench.data.sets.table.dialect import Dialect, TableRow
from rnnbench.data.sets.table.file import TableFile

Missing = Literal["error", "drop", "keep"]

# What pandas reads as a missing value (``read_csv``, ``na_values``).
NO_VALUE = re.compile(
    r"(#N/A|#N/A N/A|#NA|-1\.#IND|-1\.#QNAN|-NaN|-nan|1\.#IND|1\.#QNAN|<NA>|N/A|NA|NULL|NaN|None"
    r"|n/a|nan|null)\Z"
)
_SPACED = re.compile(' +"')
_TOLD_LINES = 5


@dataclass(frozen=True)
class Scan:
    """What one pass through a file tells.

    Attributes:
        codes: of each row the place of its label in ``labels``, -1 where it is left out, ``(n,)``.
        labels: the different labels in order of appearance.
        lines: where each of them appears first.
        doubt: where rows may be missing, and what to do, or nothing.
        remarks: what to tell of the file.
    """

    codes: NDArray[np.int32]
    labels: tuple[str, ...]
    lines: tuple[int, ...]
    doubt: str
    remarks: tuple[str, ...]


def scan(file: TableFile, missing: Missing | None) -> Scan:
    """Return what a file holds; that of the last files is remembered.

    Raises DataError for a file that cannot be read, or for all rows without text or label at once.
    """
    state = file.path.stat()
    return _scan(file, missing, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _scan(file: TableFile, missing: Missing | None, _changed: int, _size: int) -> Scan:
    found: dict[str, int] = {}
    lines: list[int] = []
    gaps = _Gaps(missing)
    quotes = _Quotes(file.dialect)

    def codes() -> Iterator[int]:
        for sample in file.samples(quotes.notice):
            if gaps.leaves_out(sample.line, sample.text.strip(), sample.label):
                yield -1
                continue
            code = found.setdefault(sample.label, len(found))
            if code == len(lines):
                lines.append(sample.line)
            yield code

    numbers = np.fromiter(codes(), np.int32)
    doubt = quotes.doubt(file)
    gaps.refuse(file, doubt)
    if not len(lines):
        expected = "rows under the header" if file.dialect.header else "rows"
        raise file.error(expected, "none", doubt or "check the file")
    remarks = [f"{file.path} {doubt}"] if doubt else []
    remarks += [*quotes.remarks(file), *gaps.remarks(file, len(numbers))]
    return Scan(numbers, tuple(found), tuple(lines), doubt, tuple(remarks))


@dataclass
class _Gaps:
    """Rows without text or label, by what is wrong with them."""

    missing: Missing | None
    wrong: dict[str, list[int]] = field(default_factory=dict)
    odd: dict[str, list[int]] = field(default_factory=dict)
    count: int = 0

    def leaves_out(self, line: int, text: str, label: str) -> bool:
        """Take notice of a row, and return whether it is none of the data."""
        wrong = []
        if not text:
            wrong.append("no text")
        elif NO_VALUE.match(text) and self.missing != "keep":
            if self.missing is None:  # it may be a word
                self.odd.setdefault(f"the text {text!r}", []).append(line)
            else:
                wrong.append(f"text {text!r}")
        if not label:
            wrong.append("no label")
        elif NO_VALUE.match(label) and self.missing != "keep":
            wrong.append(f"label {label!r}")
        for what in wrong:
            self.wrong.setdefault(what, []).append(line)
        self.count += bool(wrong)
        return bool(wrong)

    def refuse(self, file: TableFile, doubt: str) -> None:
        """Refuse all of them at once, unless they are to be left out."""
        if not self.wrong or self.missing == "drop":
            return
        words = [what for what in self.wrong if "'" in what]
        keep = f", or data.missing=keep if {words[0]} is meant as it stands" if words else ""
        raise file.error(
            "a text and a label in every row",
            f"{_counted(self.wrong)}",
            doubt or f"set data.missing=drop to leave {_rows(self.count)} out{keep}",
        )

    def remarks(self, file: TableFile, rows: int) -> list[str]:
        told = []
        if self.wrong:
            told.append(
                f"{file.path}: {self.count:,} of {rows:,} rows left out: {_counted(self.wrong)}"
            )
        if self.odd:
            told.append(
                f"{file.path}: {_counted(self.odd)}: data.missing=drop leaves such rows out, "
                "data.missing=keep leaves out this remark"
            )
        return told


def _rows(count: int) -> str:
    return f"{count:,} rows" if count > 1 else "this row"


def _counted(found: dict[str, list[int]]) -> str:
    return ", ".join(f"{what} in {_places(lines)}" for what, lines in found.items())


def _places(lines: list[int]) -> str:
    told = ", ".join(map(str, lines[:_TOLD_LINES]))
    more = f" and {len(lines) - _TOLD_LINES:,} more" if len(lines) > _TOLD_LINES else ""
    counted = f"{len(lines):,} rows (lines {told}{more})"
    return counted if len(lines) > 1 else f"line {told}"


@dataclass
class _Quotes:
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

"""One pass through a table: which labels its rows have, and which rows have none, or no text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.sets.table.file import TableFile
from rnnbench.data.sets.table.quotes import Quotes

Missing = Literal["error", "drop", "keep"]

# What pandas reads as a missing value (``read_csv``, ``na_values``).
NO_VALUE = re.compile(
    r"(#N/A|#N/A N/A|#NA|-1\.#IND|-1\.#QNAN|-NaN|-nan|1\.#IND|1\.#QNAN|<NA>|N/A|NA|NULL|NaN|None"
    r"|n/a|nan|null)\Z"
)
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
    quotes = Quotes(file.dialect)

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

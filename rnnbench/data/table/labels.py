"""The labels of a table as classes, and the rows that have none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.table.file import TableFile
from rnnbench.data.table.quotes import Quotes

LARGEST_CLASSES = 100_000
Missing = Literal["error", "drop", "keep"]

# What pandas reads as a missing value (``read_csv``, ``na_values``).
_NO_VALUE = re.compile(
    r"(#N/A|#N/A N/A|#NA|-1\.#IND|-1\.#QNAN|-NaN|-nan|1\.#IND|1\.#QNAN|<NA>|N/A|NA|NULL|NaN|None"
    r"|n/a|nan|null)\Z"
)
_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")
_WHOLE_AS_DECIMAL = re.compile(r"(-?[0-9]{1,18})\.0+\Z")
_DECIMAL = re.compile(r"[-+]?([0-9]*\.[0-9]+([eE][-+]?[0-9]+)?|[0-9]+\.?[eE][-+]?[0-9]+)\Z")
_LIST = re.compile(r"\[.*\]\Z|[({].*[,'\"].*[)}]\Z|[^|]+(\|[^|]+)+\Z")
_MANY_DECIMALS = 20
_TOLD_LINES = 5


@dataclass(frozen=True)
class Scan:
    """What one pass through a file tells.

    Attributes:
        codes: of each row the place of its label in ``labels``, -1 where it is left out, ``(n,)``.
        labels: the different labels in order of appearance.
        lines: where each of them appears first.
        remarks: what to tell of the file.
    """

    codes: NDArray[np.int32]
    labels: tuple[str, ...]
    lines: tuple[int, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Classes:
    """Names in the order of their numbers, and the class of each row, ``(n,)``, -1 for none."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]
    joined: bool
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
    gaps.refuse(file)
    if not len(lines):
        raise file.error("rows under the header" if file.dialect.header else "rows", "none")
    remarks = (*quotes.remarks(file), *gaps.remarks(file, len(numbers)))
    return Scan(numbers, tuple(found), tuple(lines), remarks)


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
        elif _NO_VALUE.match(text) and self.missing != "keep":
            if self.missing is None:  # it may be a word
                self.odd.setdefault(f"the text {text!r}", []).append(line)
            else:
                wrong.append(f"text {text!r}")
        if not label:
            wrong.append("no label")
        elif _NO_VALUE.match(label) and self.missing != "keep":
            wrong.append(f"label {label!r}")
        for what in wrong:
            self.wrong.setdefault(what, []).append(line)
        self.count += bool(wrong)
        return bool(wrong)

    def refuse(self, file: TableFile) -> None:
        """Refuse all of them at once, unless they are to be left out."""
        if not self.wrong or self.missing == "drop":
            return
        words = [what for what in self.wrong if "'" in what]
        keep = f", or data.missing=keep if {words[0]} is meant as it stands" if words else ""
        raise file.error(
            "a text and a label in every row",
            f"{_counted(self.wrong)}",
            f"set data.missing=drop to leave {_rows(self.count)} out{keep}",
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


def classes_of(file: TableFile, missing: Missing | None) -> Classes:
    """Return the classes of a training file: sorted as numbers where all are whole, else as text.

    ``1`` and ``1.0`` are one class. Raises DataError for fewer than two classes, or labels that are
    none.
    """
    found = scan(file, missing)
    labels, rows = found.labels, int((found.codes >= 0).sum())
    plain = [plain_label(label) for label in labels]
    joined = len(set(plain)) < len(labels)
    spelled = plain if joined else list(labels)
    if len(set(spelled)) < 2:
        raise file.error(f"at least two classes in column {file.label!r}", f"one: {spelled[0]}")
    if len(labels) > LARGEST_CLASSES or len(labels) == rows > 2:
        raise file.error(
            f"labels in column {file.label!r}, each of them in several rows",
            f"{len(labels):,} different ones in {rows:,} rows",
            _NO_REGRESSION
            if _decimals(labels) > len(labels) / 2
            else "name the column of the classes with data.label_column=...",
        )
    whole = all(_WHOLE.match(label) for label in spelled)
    names = sorted(set(spelled), key=lambda label: (int(label) if whole else 0, label))
    remarks = (*found.remarks, *_remarks(file, found, joined))
    place = {name: code for code, name in enumerate(names)}
    codes = np.array([*(place[label] for label in spelled), -1], np.int32)
    return Classes(tuple(names), codes[found.codes], joined, remarks)


def codes_of_test(
    file: TableFile, names: Sequence[str], missing: Missing | None
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return the classes of a test file, ``(n,)``, -1 for none, and what to tell of it.

    Raises DataError for labels that training lacks.
    """
    found = scan(file, missing)
    place = {plain_label(name): code for code, name in enumerate(names)}
    place |= {name: code for code, name in enumerate(names)}
    codes = [place.get(label, place.get(plain_label(label), -1)) for label in found.labels]
    strange = [number for number, code in enumerate(codes) if code < 0]
    if strange:
        first = strange[0]
        more = f" and {len(strange) - 1:,} more" if len(strange) > 1 else ""
        raise file.error(
            "labels that occur in data.path",
            f"line {found.lines[first]}: {found.labels[first][:80]!r}{more}",
            f"the classes are: {', '.join(names[:20])}",
        )
    return np.array([*codes, -1], np.int32)[found.codes], found.remarks


def plain_label(label: str) -> str:
    """Return a whole number without the ``.0`` that a program gave it, anything else as it is."""
    decimal = _WHOLE_AS_DECIMAL.match(label)
    return str(int(decimal[1])) if decimal else label


_NO_REGRESSION = (
    "labels are classes here, and numbers are not predicted as such: name the column of the classes"
    " with data.label_column=..., or sort the numbers into a few classes first"
)


def _decimals(labels: Sequence[str]) -> int:
    """Return how many of the labels are numbers that are not whole."""
    return sum(bool(_DECIMAL.match(plain_label(label))) for label in labels)


def _remarks(file: TableFile, found: Scan, joined: bool) -> list[str]:
    told = []
    if joined:
        told.append(f"{file.path}: labels that are one number, such as 1 and 1.0, are one class")
    if _decimals(found.labels) > _MANY_DECIMALS:
        told.append(f"{file.path}: {len(found.labels):,} numbers as labels; {_NO_REGRESSION}")
    lists = [number for number, label in enumerate(found.labels) if _LIST.match(label)]
    if lists:
        first = lists[0]
        told.append(
            f"{file.path} line {found.lines[first]}: {found.labels[first][:40]!r} looks like a list"
            f" of labels ({len(lists):,} of {len(found.labels):,} different ones do); a text has "
            "one label here, and each different list is a class of its own"
        )
    once = found.codes.tolist().count(0) == 1
    if not file.dialect.header and once and len(found.codes) > 2:
        told.append(
            f"{file.path} line {found.lines[0]}: no other row has the label "
            f"{found.labels[0][:40]!r}; is it a header? then leave data.header out"
        )
    return told

"""The labels of a table as classes, or as numbers to predict."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.sets.table.columns import shown
from rnnbench.data.sets.table.file import TableFile
from rnnbench.data.sets.table.scan import Missing, Scan, scan

LARGEST_CLASSES = 100_000
_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")
_WHOLE_AS_DECIMAL = re.compile(r"(-?[0-9]{1,18})\.0+\Z")
_DECIMAL = re.compile(r"[-+]?([0-9]*\.[0-9]+([eE][-+]?[0-9]+)?|[0-9]+\.?[eE][-+]?[0-9]+)\Z")
_LIST = re.compile(r"\[.*\]\Z|[({].*[,'\"].*[)}]\Z|[^|]+(\|[^|]+)+\Z")
_ANY_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]{1,2})?\Z")
_LONGEST_NUMBER = 24
_MANY_DECIMALS = 20
_NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Classes:
    """Names in the order of their numbers, and the class of each row, ``(n,)``, -1 for none."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]
    joined: bool
    remarks: tuple[str, ...]


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
    classes = len(set(spelled))
    if classes < 2:
        raise file.error(
            f"at least two classes in column {file.label!r}",
            f"one: {shown(spelled[0])}",
            found.doubt or "check the file",
        )
    if classes > LARGEST_CLASSES or classes == rows > 2:
        measured = decimals(labels) > len(labels) / 2
        another = "name the column of the classes with data.label_column=..."
        raise file.error(
            f"labels in column {file.label!r}, each of them in several rows",
            f"{classes:,} different ones in {rows:,} rows",
            found.doubt or (_NO_REGRESSION if measured else another),
        )
    whole = all(_WHOLE.match(label) for label in spelled)
    names = sorted(set(spelled), key=lambda label: (int(label) if whole else 0, label))
    place = {name: code for code, name in enumerate(names)}
    codes = np.array([*(place[label] for label in spelled), -1], np.int32)[found.codes]
    remarks = [*found.remarks, *_remarks(file, found, joined), *_majority(file, names, codes)]
    return Classes(tuple(names), codes, joined, tuple(remarks))


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
        raise file.error(
            "labels that occur in data.path",
            _first(found, strange),
            found.doubt or f"the classes are: {', '.join(map(shown, names[:20]))}",
        )
    return np.array([*codes, -1], np.int32)[found.codes], found.remarks


def are_numbers(file: TableFile, missing: Missing | None, task: str | None) -> bool:
    """Return whether labels are numbers to predict.

    With ``data.task=auto`` they are where all of them are numbers, one with decimal places.
    """
    if task != "auto":
        return task == "regression"
    labels = scan(file, missing).labels
    return decimals(labels) > 0 and all(_finite(label) is not None for label in labels)


def targets_of(
    file: TableFile, missing: Missing | None
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return the number of each row, ``(n,)``, NaN where it is left out, and what to tell of it.

    Raises DataError for labels that are no numbers.
    """
    found = scan(file, missing)
    numbers = [_finite(label) for label in found.labels]
    wrong = [place for place, number in enumerate(numbers) if number is None]
    if wrong:
        raise file.error(
            f"finite numbers such as 3.5 in column {file.label!r}, with data.task=regression",
            _first(found, wrong),
            found.doubt or "check the file, name another column, or leave data.task out",
        )
    return np.array([*numbers, math.nan], np.float64)[found.codes], found.remarks


def _finite(label: str) -> float | None:
    try:
        value = float(label)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in label else None


def _first(found: Scan, labels: Sequence[int]) -> str:
    """Return where the first of some labels is, and how many more there are."""
    more = f" and {len(labels) - 1:,} more" if len(labels) > 1 else ""
    return f"line {found.lines[labels[0]]}: {found.labels[labels[0]][:80]!r}{more}"


def plain_label(label: str) -> str:
    """Return a whole number without the ``.0`` that a program gave it, anything else as it is."""
    decimal = _WHOLE_AS_DECIMAL.match(label)
    return str(int(decimal[1])) if decimal else label


_NO_REGRESSION = (
    "labels are classes here: set data.task=regression to predict numbers, name the column of the "
    "classes with data.label_column=..., or sort the numbers into a few classes first"
)


def _alike(labels: Sequence[str]) -> list[list[str]]:
    """Return groups of labels that differ in nothing but how they are written.

    That is: upper and lower case, white space, quotation marks, what shows nothing, composed and
    decomposed letters, and forms of one number such as ``01``, ``+1`` and ``1e0``.
    """
    groups: dict[str, list[str]] = {}
    for label in labels:
        plain = unicodedata.normalize("NFKC", label).casefold().strip("'\" ")
        plain = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cc"))
        groups.setdefault(_number(" ".join(plain.split())), []).append(label)
    return [group for group in groups.values() if len({plain_label(one) for one in group}) > 1]


def _number(label: str) -> str:
    """Return a short number in one form, anything else as it is."""
    if len(label) > _LONGEST_NUMBER or not _ANY_NUMBER.match(label):
        return label
    return str(Fraction(label))


def decimals(labels: Sequence[str]) -> int:
    """Return how many of the labels are numbers that are not whole."""
    return sum(bool(_DECIMAL.match(plain_label(label))) for label in labels)


def _remarks(file: TableFile, found: Scan, joined: bool) -> list[str]:
    told = []
    if joined:
        told.append(f"{file.path}: labels that are one number, such as 1 and 1.0, are one class")
    if decimals(found.labels) > _MANY_DECIMALS:
        told.append(f"{file.path}: {len(found.labels):,} numbers as labels; {_NO_REGRESSION}")
    alike = _alike(found.labels)
    if alike:
        more = f" (and {len(alike) - 1:,} more such groups)" if len(alike) > 1 else ""
        told.append(
            f"{file.path}: the labels {', '.join(repr(one[:40]) for one in alike[0][:4])} look "
            f"alike, and each is a class of its own{more}; write them in one way if they are one"
        )
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


def _majority(file: TableFile, names: Sequence[str], codes: NDArray[np.int32]) -> list[str]:
    counts = np.bincount(codes[codes >= 0])
    most, rows = int(counts.max()), int(counts.sum())
    if most < _NEARLY_ALL * rows:
        return []
    name = names[int(counts.argmax())][:40]
    return [
        f"{file.path}: {most:,} of {rows:,} rows are of the class {name!r}: an accuracy of "
        f"{most / rows:.3f} needs no model"
    ]

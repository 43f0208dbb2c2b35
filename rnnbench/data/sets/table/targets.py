"""The labels of a table as numbers to predict."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.sets.table.columns import shown
from rnnbench.data.sets.table.file import TableFile
from rnnbench.data.sets.table.labels import decimals
from rnnbench.data.sets.table.scan import Missing, scan
from rnnbench.data.words.texts import SHUFFLE_SEED
from rnnbench.errors import DataError


@dataclass(frozen=True)
class Targets:
    """The number of each row ``(n,)`` float64, NaN where a row is left out, and what to tell."""

    values: NDArray[np.float64]
    remarks: tuple[str, ...]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows are used, ``(n,)``."""
        return np.isfinite(self.values)


def are_numbers(file: TableFile, missing: Missing | None, task: str | None) -> bool:
    """Return whether labels are numbers to predict.

    With ``data.task=auto`` they are where all of them are numbers, one with decimal places.
    """
    if task != "auto":
        return task == "regression"
    labels = scan(file, missing).labels
    return decimals(labels) > 0 and all(_number(label) is not None for label in labels)


def targets_of(file: TableFile, missing: Missing | None) -> Targets:
    """Return the numbers in the column of labels; raises DataError for what is none."""
    found = scan(file, missing)
    numbers = [_number(label) for label in found.labels]
    wrong = [place for place, number in enumerate(numbers) if number is None]
    if wrong:
        first, more = wrong[0], f" and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
        raise file.error(
            f"finite numbers such as 3.5 in column {file.label!r}, with data.task=regression",
            f"line {found.lines[first]}: {shown(found.labels[first])!r}{more}",
            found.doubt or "check the file, name another column, or leave data.task out",
        )
    values = np.array([*numbers, math.nan], np.float64)[found.codes]
    return Targets(values, found.remarks)


def set_aside(targets: Targets, fraction: float) -> NDArray[np.bool_]:
    """Return which rows are the test: the same part of those that are used, drawn at random."""
    rows = np.flatnonzero(targets.known)
    chosen = np.zeros(len(targets.values), bool)
    count = min(round(fraction * len(rows)), len(rows) - 1)
    chosen[np.random.RandomState(SHUFFLE_SEED).permutation(rows)[:count]] = True
    if not chosen.any():
        raise DataError(
            "data.test_fraction",
            f"a fraction that sets some of {len(rows)} rows aside",
            fraction,
            "raise it",
        )
    return chosen


def _number(label: str) -> float | None:
    try:
        value = float(label)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in label else None

"""The runs on one data set with everything that a report's parts need of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from rnnbench.config.schema import ReportConfig
from rnnbench.report.pairs import Pair
from rnnbench.results.arm_runs import ArmRuns


@dataclass(frozen=True)
class Ground:
    """One data set of a report.

    Attributes:
        key: short and unique in the report, for the names of files.
        title: as in ``imdb, maxlen 500``.
        arms: its arms, by name.
        history: one row an epoch of their runs.
        pairs: its comparisons.
        refused: pairs that cannot be compared.
        options: margin and confidence.
        baselines: models without recurrence on the same data, which are compared with nothing.
    """

    key: str
    title: str
    arms: tuple[ArmRuns, ...]
    history: pd.DataFrame = field(compare=False)
    pairs: tuple[Pair, ...]
    refused: tuple[Pair, ...]
    options: ReportConfig
    baselines: tuple[ArmRuns, ...] = ()


def of(drawn: int, all_: int) -> str:
    """Return what a title says where a figure shows a part: `` (40 of 200)``."""
    return f" ({drawn} of {all_})" if drawn < all_ else ""


def loops(arms: Sequence[ArmRuns]) -> str:
    """Return what a note on seconds says where not all arms were computed by the same loops."""
    if len({arm.circumstances["path"] for arm in arms}) < 2:
        return ""
    return (
        " Not all arms are computed by the same loops (“computed by” in the table of size and "
        "time): their seconds differ for that reason, too."
    )


def order(ground: Ground) -> list[ArmRuns]:
    """Return the arms, best first: by test accuracy, then by validation accuracy."""
    return sorted(ground.arms, key=_rank)


def _rank(arm: ArmRuns) -> tuple[float, float, str]:
    return (-_or_low(arm.one("test_accuracy")), -_or_low(arm.one("best_val_accuracy")), arm.name)


def _or_low(value: float) -> float:
    return value if value == value else -1.0

"""A table with a row for each arm: what a column is called, and its entry for an arm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rnnbench.config.metrics import METRICS
from rnnbench.report.dataset_section import arm_cell
from rnnbench.report.document import DataTable, TableCell, TableColumn, spread
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import statistic


@dataclass(frozen=True)
class ArmColumn:
    """A column of a table of arms.

    Attributes:
        column: its heading and what it means.
        cell: returns its entry for an arm.
    """

    column: TableColumn
    cell: Callable[[ArmRuns], TableCell]


NAMES = ArmColumn(TableColumn("arm", numeric=False), lambda arm: arm_cell(arm.name))


def arm_table(
    key: str, title: str, arms: Sequence[ArmRuns], columns: Sequence[ArmColumn], note: str = ""
) -> DataTable:
    """Return a table with a row for each arm, in their order."""
    heads = tuple(one.column for one in columns)
    rows = tuple(tuple(one.cell(arm) for one in columns) for arm in arms)
    return DataTable(key, title, heads, rows, note, tuple(arm.run_ids for arm in arms))


def mean_column(
    name: str,
    meaning: str,
    metric: str,
    values: Callable[[ArmRuns], Iterable[float]] | None = None,
    key: str = "",
) -> ArmColumn:
    """Return a column of means over seeds with their standard deviations.

    Args:
        name: its heading.
        meaning: what it is.
        metric: as whose values they are written.
        values: of an arm, one a seed; those of the metric if not given.
        key: of its columns in CSV; empty where the heading is enough.
    """
    stem = key or name.replace(" ", "_")
    own = values or (lambda arm: arm.values(metric))
    column = TableColumn(name, meaning, key=f"{stem}_mean")
    return ArmColumn(column, lambda arm: spread(statistic(own(arm)), METRICS[metric]))

"""The replicates of one arm, with what they measured and what they are judged by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from rnnbench.config.arm_names import short_name
from rnnbench.config.keys import with_role
from rnnbench.config.roles import OfDataSet
from rnnbench.results.arm_names import arm_names
from rnnbench.results.facts import (
    DECISIVE,
    MACHINE,
    OF_WEIGHTS,
    UNKNOWN,
    Facts,
    failures_in,
    told,
)
from rnnbench.results.rows import Row, Rows, called, is_parameter

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ArmRuns(Facts):
    """The finished replicates of one configuration.

    Attributes:
        name: what tells it from the other arms of its section.
        cell: its cell.
        params: dotted key -> value, as text.
        found: one row a replicate (:data:`rnnbench.results.rows.COLUMNS`).
        trials: how many trials its search had, 0 without one.
        failed: seeds that failed, and have no finished run.
    """

    name: str
    cell: str
    params: Mapping[str, str]
    found: Rows = field(compare=False)
    trials: int = 0
    failed: frozenset[int] = frozenset()
    _known: dict[str, list[float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _by_seed: dict[str, Mapping[int, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def rows(self) -> tuple[Row, ...]:
        """One row a replicate."""
        return self.found.rows

    @property
    def runs(self) -> pd.DataFrame:
        """The same as a table, where it was made from one."""
        assert self.found.table is not None
        return self.found.table

    @cached_property
    def seeds(self) -> frozenset[int]:
        """Seeds of the replicates."""
        return frozenset(int(row["seed"]) for row in self.rows)

    def by_seed(self, metric: str) -> Mapping[int, float]:
        """Return a metric by seed, where it was measured."""
        if metric not in self._by_seed:
            pairs = zip(self.values("seed"), self.values(metric), strict=True)
            found = {int(seed): value for seed, value in pairs if value == value}
            self._by_seed[metric] = MappingProxyType(found)
        return self._by_seed[metric]

    def values(self, column: str) -> list[float]:
        """Return a column as numbers; NaN where it was not measured.

        A test of certain weights is also what an earlier version measured of the same weights, and
        what was measured of a baseline, which may have one kind of weights only.
        """
        if column not in self._known:
            self._known[column] = [measured(row, column) for row in self.rows]
        return list(self._known[column])

    def one(self, column: str) -> float:
        """Return the mean of what all replicates share."""
        values = [value for value in self.values(column) if value == value]
        return sum(values) / len(values) if values else float("nan")

    @cached_property
    def run_ids(self) -> tuple[str, ...]:
        """Ids of its runs, by seed."""
        return tuple(str(row["run_id"]) for row in sorted(self.rows, key=lambda row: row["seed"]))

    @cached_property
    def run_by_seed(self) -> Mapping[int, str]:
        """Ids of its runs by seed."""
        return {int(row["seed"]): str(row["run_id"]) for row in self.rows}

    @cached_property
    def conditions(self) -> Mapping[str, Mapping[int, str]]:
        """What is no parameter, by column of :attr:`rows` (:data:`MACHINE`) and by seed."""
        return {
            column: {int(row["seed"]): told(row[column]) for row in self.rows}
            for column in (*DECISIVE, *MACHINE)
        }

    def shown(self, column: str) -> str:
        """Return a condition of all replicates in words."""
        known = set(self.conditions[column].values()) - {UNKNOWN}
        return ", ".join(sorted(known)) or UNKNOWN

    @property
    def data_name(self) -> str:
        """What tells its data set from others: arrays and series are several of one name."""
        first = self.rows[0]
        if first["data"] == "arrays":
            return f"arrays {first['data_digest']}"
        told = (f"{short_name(key)}={first[key]}" for key in with_role(OfDataSet) if first.get(key))
        return " ".join([called(first), *told])

    @property
    def _described(self) -> str | None:
        """What the newest run says of the search that chose its values."""
        return last(self.rows, "search")

    @property
    def failures(self) -> str:
        """In how many of its seeds it failed: ``2 of 10``."""
        return failures_in(self.failed, self.seeds)


def group_arms(
    runs: Rows,
    trials: Mapping[str, int] | None = None,
    failed: Mapping[str, frozenset[int]] | None = None,
) -> list[ArmRuns]:
    """Return the arms of finished runs, named by what varies among them, by name.

    Args:
        runs: one row a run.
        trials: number of ended trials by study.
        failed: seeds that failed (:func:`rnnbench.results.arms.failed_seeds`) by content key.
    """
    places: dict[str, list[int]] = {}
    for place, name in enumerate(arm_names(runs.rows)):
        places.setdefault(name, []).append(place)
    arms = []
    for name in sorted(places):
        own = runs.take(places[name])
        first = own.rows[0]
        known = sorted(key for key, value in first.items() if value is not None)
        params = {key: str(first[key]) for key in known if is_parameter(key) or key == "match"}
        study = last(own.rows, "study")
        count = 0 if study is None or trials is None else trials.get(study, 0)
        lost = (failed or {}).get(str(first["arm_key"]), frozenset())
        arms.append(ArmRuns(name, str(first["cell"]), params, own, count, lost))
    return arms


def last(rows: Sequence[Row], column: str) -> str | None:
    """Return the last value of a column, of those that have one."""
    known = [row[column] for row in rows if row[column] is not None]
    return str(known[-1]) if known else None


def measured(row: Row, column: str) -> float:
    """Return a column of a run as a number; see :meth:`ArmRuns.values`."""
    value = row.get(column)
    if value is None and column in OF_WEIGHTS:
        measure, weights = OF_WEIGHTS[column]
        if row["cell"] is None or row.get("training.test") == weights:
            value = row.get(measure)
    return math.nan if value is None else float(value)

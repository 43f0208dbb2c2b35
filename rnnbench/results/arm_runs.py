"""The replicates of one arm, with what they measured and what they are judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from rnnbench.results.facts import (
    DECISIVE,
    MACHINE,
    OF_WEIGHTS,
    UNKNOWN,
    cell_options,
    drawn_keys,
    failures_in,
    search_of,
    shared,
    telling,
    told,
)


@dataclass(frozen=True)
class ArmRuns:
    """The finished replicates of one configuration.

    Attributes:
        name: what tells it from the other arms of its section.
        cell: its cell.
        params: dotted key -> value, as text.
        runs: one row a replicate (:data:`rnnbench.results.frame.COLUMNS`).
        trials: how many trials its search had, 0 without one.
        failed: seeds that failed, and have no finished run.
    """

    name: str
    cell: str
    params: Mapping[str, str]
    runs: pd.DataFrame = field(compare=False)
    trials: int = 0
    failed: frozenset[int] = frozenset()
    _known: dict[str, list[float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def seeds(self) -> frozenset[int]:
        """Seeds of the replicates."""
        return frozenset(int(seed) for seed in self.runs["seed"])

    def by_seed(self, metric: str) -> dict[int, float]:
        """Return a metric by seed, where it was measured."""
        pairs = zip(self.values("seed"), self.values(metric), strict=True)
        return {int(seed): value for seed, value in pairs if value == value}

    def values(self, column: str) -> list[float]:
        """Return a column as numbers; NaN where it was not measured.

        A test of certain weights is also what an earlier version measured of the same weights, and
        what was measured of a baseline, which may have one kind of weights only.
        """
        if column not in self._known:
            self._known[column] = [float(value) for value in measured(self.runs, column)]
        return list(self._known[column])

    def one(self, column: str) -> float:
        """Return the mean of what all replicates share."""
        values = [value for value in self.values(column) if value == value]
        return sum(values) / len(values) if values else float("nan")

    @cached_property
    def search(self) -> dict[str, object]:
        """What a search drew for it, and how; empty where it was not searched for."""
        known = self.runs["search"].dropna()
        return {} if known.empty else search_of(known.iloc[-1])

    @cached_property
    def drawn(self) -> frozenset[str]:
        """Dotted keys whose values a search chose."""
        known = self.runs["search"].dropna()
        return frozenset() if known.empty else drawn_keys(known.iloc[-1])

    @cached_property
    def telling(self) -> frozenset[tuple[str, str]]:
        """The parameters that can make a difference."""
        return telling(self.params)

    @cached_property
    def run_ids(self) -> tuple[str, ...]:
        """Ids of its runs, by seed."""
        return tuple(str(run_id) for run_id in self.runs.sort_values("seed")["run_id"])

    @cached_property
    def run_by_seed(self) -> Mapping[int, str]:
        """Ids of its runs by seed."""
        pairs = zip(self.runs["seed"], self.runs["run_id"], strict=True)
        return {int(seed): str(run_id) for seed, run_id in pairs}

    @cached_property
    def conditions(self) -> Mapping[str, Mapping[int, str]]:
        """What is no parameter, by column of :attr:`runs` (:data:`MACHINE`) and by seed."""
        seeds = [int(seed) for seed in self.runs["seed"]]
        return {
            column: dict(zip(seeds, map(told, self.runs[column]), strict=True))
            for column in (*DECISIVE, *MACHINE)
        }

    @cached_property
    def sole(self) -> Mapping[str, str]:
        """The conditions that all its replicates share, by column."""
        return shared(self.conditions)

    @cached_property
    def options(self) -> Mapping[str, str]:
        """The options of its cell by dotted key; one that its file leaves out has its default."""
        return cell_options(self.cell, self.params)

    def shown(self, column: str) -> str:
        """Return a condition of all replicates in words."""
        known = set(self.conditions[column].values()) - {UNKNOWN}
        return ", ".join(sorted(known)) or UNKNOWN

    @property
    def failures(self) -> str:
        """In how many of its seeds it failed: ``2 of 10``."""
        return failures_in(self.failed, self.seeds)


def group_arms(
    runs: pd.DataFrame,
    trials: Mapping[str, int] | None = None,
    failed: Mapping[str, frozenset[int]] | None = None,
) -> list[ArmRuns]:
    """Return the arms of finished runs that carry names (``add_arm_names``), in their order.

    Args:
        runs: one row a run.
        trials: number of ended trials by study.
        failed: seeds that failed (:func:`rnnbench.results.arms.failed_seeds`) by content key.
    """
    keys = [key for key in runs.columns if "." in str(key)]
    arms = []
    for name, group in runs.groupby("arm", sort=True):
        first = group.iloc[0]
        params = {str(key): str(first[key]) for key in keys if not pd.isna(first[key])}
        if not pd.isna(first.get("match")):
            params["match"] = str(first["match"])
        study = group["study"].dropna()
        count = 0 if study.empty or trials is None else trials.get(str(study.iloc[-1]), 0)
        lost = (failed or {}).get(str(first["arm_key"]), frozenset())
        arms.append(ArmRuns(str(name), str(first["cell"]), params, group, count, lost))
    return arms


def measured(runs: pd.DataFrame, column: str) -> pd.Series[float]:
    """Return a column of runs as numbers; see :meth:`ArmRuns.values`."""
    found = _numbers(runs, column)
    if column in OF_WEIGHTS:
        measure, weights = OF_WEIGHTS[column]
        is_same = runs["cell"].isna()
        if "training.test" in runs:
            is_same |= (runs["training.test"] == weights).fillna(False)
        found = found.fillna(_numbers(runs, measure).where(is_same))
    return found


def _numbers(runs: pd.DataFrame, column: str) -> pd.Series[float]:
    if column not in runs:
        return pd.Series(float("nan"), index=runs.index)
    numbers = runs[column].to_numpy(dtype=float, na_value=float("nan"))
    return pd.Series(numbers, index=runs.index)

"""The replicates of one arm, with what they measured and what they are judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import pandas as pd

from rnnbench.results.arms import drawn_keys, search_of

Metric = Literal["test_accuracy", "best_val_accuracy"]

# Parameters that change nothing in a result, or are told by others.
_SILENT = (
    *("seed", "match", "data.name", "cell.name"),
    *("data.path", "data.test_path", "data.word_index"),
)
_SILENT_SECTIONS = ("executor.",)
# What is no parameter of a run and may make a difference: column -> words.
CIRCUMSTANCES = {
    "training_version": "training code version",
    "path": "computed by",
    "data_digest": "other contents of the data set",
}


@dataclass(frozen=True)
class ArmRuns:
    """The finished replicates of one configuration.

    Attributes:
        name: what tells it from the other arms of its section.
        cell: its cell.
        params: dotted key -> value, as text.
        runs: one row a replicate (:data:`rnnbench.results.frame.COLUMNS`).
        trials: how many trials its search had, 0 without one.
    """

    name: str
    cell: str
    params: Mapping[str, str]
    runs: pd.DataFrame = field(compare=False)
    trials: int = 0
    _known: dict[str, list[float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def seeds(self) -> frozenset[int]:
        """Seeds of the replicates."""
        return frozenset(int(seed) for seed in self.runs["seed"])

    def by_seed(self, metric: str) -> dict[int, float]:
        """Return a metric by seed, where it was measured."""
        if metric not in self.runs:
            return {}
        pairs = zip(self.values("seed"), self.values(metric), strict=True)
        return {int(seed): value for seed, value in pairs if value == value}

    def values(self, column: str) -> list[float]:
        """Return a column as numbers; NaN where it was not measured."""
        if column not in self._known:
            numbers = self.runs[column].to_numpy(dtype=float, na_value=float("nan"))
            self._known[column] = [float(value) for value in numbers]
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
        return frozenset(
            (key, value)
            for key, value in self.params.items()
            if key not in _SILENT and not key.startswith(_SILENT_SECTIONS)
        )

    @cached_property
    def run_ids(self) -> tuple[str, ...]:
        """Ids of its runs, by seed."""
        return tuple(str(run_id) for run_id in self.runs.sort_values("seed")["run_id"])

    @cached_property
    def metric(self) -> Metric | None:
        """What it is judged by: test accuracy, else that of validation; ``None``: neither.

        A test set on which the best epoch or the last one was chosen is no test.
        """
        validation = self.params.get("training.validation")
        patience = self.params.get("training.early_stopping.patience", "null")
        has_choice = self.params.get("training.test") == "best" or patience != "null"
        chosen_on_test = validation == "test" and has_choice
        if not chosen_on_test and self.by_seed("test_accuracy"):
            return "test_accuracy"
        if validation != "test" and self.by_seed("best_val_accuracy"):
            return "best_val_accuracy"
        return None

    @cached_property
    def circumstances(self) -> Mapping[str, str]:
        """What is no parameter and may make a difference, by column of :attr:`runs`."""
        return {column: _shown(self.runs[column]) for column in CIRCUMSTANCES}


def group_arms(runs: pd.DataFrame, trials: Mapping[str, int] | None = None) -> list[ArmRuns]:
    """Return the arms of finished runs that carry names (``add_arm_names``), in their order.

    Args:
        runs: one row a run.
        trials: number of ended trials by study.
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
        arms.append(ArmRuns(str(name), str(first["cell"]), params, group, count))
    return arms


def _shown(values: pd.Series) -> str:
    return ", ".join(sorted({str(value) for value in values.dropna()})) or "unknown"

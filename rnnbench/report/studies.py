"""The searches behind a report: the trials of each arm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from rnnbench.config.metrics import is_smaller_better
from rnnbench.report.wording import place_words
from rnnbench.results.facts import search_of
from rnnbench.results.rows import Row
from rnnbench.search.epochs import METRICS


@dataclass(frozen=True)
class StudyRuns:
    """The trials of one arm's search, as the store holds them.

    Attributes:
        label: the arm.
        data: its data set.
        metric: what was optimised.
        sampler: Optuna's.
        space: dotted key -> range.
        trials: one row a trial, the last try of each number.
    """

    label: str
    data: str
    cell: str
    metric: str
    sampler: str
    space: dict[str, dict[str, object]]
    trials: pd.DataFrame = field(compare=False)

    @property
    def largest(self) -> bool:
        """Whether larger values are better."""
        return not is_smaller_better(self.metric)

    @property
    def values(self) -> list[float]:
        """The metric of every complete trial, by number."""
        complete = self.trials[self.trials["trial_state"] == "COMPLETE"]
        return [float(value) for value in complete[self.metric].dropna()]

    def count(self, state: str) -> int:
        """Return how many trials ended in a state of Optuna's."""
        return int((self.trials["trial_state"] == state).sum())


def studies_of(trials: pd.DataFrame) -> list[StudyRuns]:
    """Return the searches behind a table of trials, by arm."""
    found = []
    for _, group in trials.dropna(subset=["study"]).groupby("study", sort=True):
        ended = group[group["trial_state"].notna() & (group["status"] != "KILLED")]
        ended = ended.drop_duplicates("trial", keep="last").sort_values("trial")
        if ended.empty:
            continue
        first = ended.iloc[0]
        described = search_of(first["search"])
        metric = str(described.get("metric"))
        found.append(
            StudyRuns(
                str(first["label"]),
                place_words(f"{first['data']}, maxlen {first['maxlen']}", first.to_dict()),
                str(first["cell"]),
                metric if metric in METRICS else METRICS[0],
                str(described.get("sampler", "unknown")),
                dict(described.get("space", {})),
                ended,
            )
        )
    return sorted(found, key=lambda study: (study.data, study.sampler, study.label))


def trial_counts(trials: Iterable[Row]) -> dict[str, int]:
    """Return the number of ended trials by study."""
    found: dict[str, set[int]] = {}
    for row in trials:
        if None not in (row["trial_state"], row["study"]) and row["status"] != "KILLED":
            found.setdefault(row["study"], set()).add(row["trial"])
    return {study: len(numbers - {None}) for study, numbers in found.items()}

"""Whether the contenders reach the same accuracy: what makes their seconds comparable."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Standard errors of a difference of means that are still the spread over seeds.
ERRORS = 3.0
METRICS = {"val_accuracy": "validation", "test_accuracy": "test"}


@dataclass(frozen=True)
class Agreement:
    """One cell's accuracy by one contender: mean over seeds, standard deviation, and the verdict.

    ``allowed`` is the largest difference from the reference that the spread over seeds explains.
    """

    mean: float
    deviation: float
    difference: float
    allowed: float

    @property
    def agrees(self) -> bool:
        return abs(self.difference) <= self.allowed


def agreements(
    results: Mapping[str, Mapping[str, Any]], cell: str, metric: str, like: Mapping[str, str]
) -> dict[str, Agreement]:
    """Compare each contender with the one that is named for it, or, without that, with the first.

    They agree when they differ by no more than three standard errors. The standard deviation over
    seeds is pooled over the contenders.
    """
    values = {
        name: [run[metric] for run in result["runs"] if run["cell"] == cell]
        for name, result in results.items()
    }
    pooled = _pooled(list(values.values()))
    first = next(iter(values.values()))
    found = {}
    for name, own in values.items():
        reference = values.get(like.get(name, ""), first)
        difference = statistics.fmean(own) - statistics.fmean(reference)
        allowed = ERRORS * pooled * math.sqrt(1 / len(own) + 1 / len(reference))
        found[name] = Agreement(statistics.fmean(own), _deviation(own), difference, allowed)
    return found


def _pooled(groups: Sequence[Sequence[float]]) -> float:
    freedom = sum(len(group) - 1 for group in groups)
    squares = sum((len(group) - 1) * _deviation(group) ** 2 for group in groups)
    return math.sqrt(squares / freedom) if freedom else math.inf


def _deviation(values: Sequence[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 else 0.0

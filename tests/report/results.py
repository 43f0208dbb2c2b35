"""Hand-made results of comparisons."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from rnnbench.report.pairs import Pair
from rnnbench.results.measure import Measure
from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.family import Comparison, verdict_of
from tests.report.records import OPTIONS, dataset
from tests.report.test_build import measured

MARGIN = OPTIONS.margin


def result(
    estimate: float,
    low: float,
    high: float,
    *,
    seeds: int = 10,
    needed: tuple[int, int] | None = None,
    lower: bool = False,
    margin: float = MARGIN,
    samples: int | None = None,
) -> Comparison:
    """A comparison of A and B whose verdict follows from its interval."""
    verdict = verdict_of(Interval(estimate, low, high), margin)
    is_better = verdict.startswith("better")
    ahead: Literal["a", "b"] = "a" if (estimate > 0) != lower else "b"
    return Comparison(
        *("a", "b", seeds, seeds, seeds, Interval(estimate, low, high), 0.01, verdict),
        ahead if is_better else None,
        won=float(seeds),
        equal=0,
        wins=Interval(1.0, 0.7, 1.0),
        probabilities=(0.9, 0.1, 0.0),
        seeds_needed=needed,
        samples=samples,
    )


def pair(found: Comparison, metric: str = "test_accuracy_last", **changes: str) -> Pair:
    """LSTM against GRU with a result; in all seeds the LSTM has the higher value."""
    runs = [
        measured(cell, seed, high, **changes)
        for cell, high in (("lstm", 0.9), ("gru", 0.8))
        for seed in range(found.n)
    ]
    runs = [
        replace(run, metrics={**run.metrics, metric: run.metrics["test_accuracy"]}) for run in runs
    ]
    (known,) = dataset(runs).pairs
    return replace(known, measure=Measure(metric), result=found)

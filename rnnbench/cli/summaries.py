"""What a sweep prints of its results: a row for each arm, and the means in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rnnbench.config.metric import Metric
from rnnbench.config.metrics import METRICS, TOLD
from rnnbench.formatting.tables import Table, whole
from rnnbench.results.measure import (
    ASKED,
    BEST,
    ERROR_ASKED,
    ERROR_BEST,
    ERROR_VALIDATED,
    VALIDATED,
)
from rnnbench.stats import Statistic, statistic
from rnnbench.tracking.record import Record

# What the table of a sweep has of accuracy, or of errors, and its seconds.
_SHOWN = (VALIDATED, "final_val_accuracy", "gap_final", ASKED)
_OF_NUMBERS = (ERROR_VALIDATED, "final_val_rmse", "rmse_gap_final", ERROR_ASKED)
_FIT = "fit_seconds"
_RECURRENT = METRICS["parameters_recurrent"].head
_OPTIONAL = (
    METRICS["final_val_accuracy"].head,
    METRICS["final_val_rmse"].head,
    METRICS[_FIT].head,
    _RECURRENT,
    "units",
    METRICS["gap_final"].head,
    METRICS["rmse_gap_final"].head,
    METRICS[VALIDATED].head,
    METRICS[ERROR_VALIDATED].head,
    "seeds",
)
# What a sentence names, the first that was measured in every arm.
_ANSWERS = (BEST, ASKED, VALIDATED)
_ANSWERS_OF_NUMBERS = (ERROR_BEST, ERROR_ASKED, ERROR_VALIDATED)
_BEST = {ASKED: BEST, ERROR_ASKED: ERROR_BEST}
_MOST_NAMED = 6


def by_arm(runs: Iterable[tuple[str, Record]]) -> dict[str, list[Record]]:
    """Return finished runs by the name of their arm, best mean of the test first."""
    arms: dict[str, list[Record]] = {}
    for arm, record in runs:
        arms.setdefault(arm, []).append(record)
    ranked = sorted(
        sorted(arms),
        key=lambda arm: tuple(
            _order(-METRICS[metric].sign * _of(arms[arm], metric).mean) for metric in _answers(arms)
        ),
    )
    return {arm: arms[arm] for arm in ranked}


def sweep_table(arms: Mapping[str, Sequence[Record]]) -> Table:
    """Return the table that a sweep prints: a row for each arm, in the order given."""
    shown = _shown(arms)
    answers = _answers(arms)
    measured = [_BEST[name] if _BEST.get(name) in answers else name for name in shown]
    rows = tuple(
        (
            arm,
            str(len(records)),
            records[0].params.get("model.units", ""),
            whole(_of(records, "parameters_recurrent").mean),
            *(mean_of(records, name) for name in measured),
        )
        for arm, records in arms.items()
    )
    heads = ["test" if name == ASKED else METRICS[name].head for name in shown]
    columns = ("arm", "seeds", "units", _RECURRENT, *heads)
    what = "Accuracy" if ASKED in shown or VALIDATED in shown else "Results"
    if ERROR_ASKED in shown or ERROR_VALIDATED in shown:
        what = "Root mean squared error (RMSE)"
    title = f"{what} by arm, mean ± standard deviation over seeds"
    return Table(title, columns, rows, optional=_OPTIONAL)


def _shown(arms: Mapping[str, Sequence[Record]]) -> list[str]:
    """Return what has a column: accuracies or errors, and what else was measured of those told."""
    logged = {name for records in arms.values() for one in records for name in one.metrics}
    expected = _OF_NUMBERS if logged & set(_OF_NUMBERS) else _SHOWN
    further = [name for name in TOLD if name in logged and name not in expected]
    # Accuracies that nobody measured give way to what was.
    usual = [name for name in expected if name in logged or not further]
    return [*usual, *further, _FIT]


def mean_of(records: Sequence[Record], metric: str) -> str:
    """Return the mean of a metric and its standard deviation over runs, as text."""
    found = _of(records, metric)
    return METRICS[metric].shown_mean(found.mean, found.sd)


def answer(arms: Mapping[str, Sequence[Record]]) -> str:
    """Return the means of a sweep in a sentence, the best first; it compares nothing.

    Empty where nothing was measured in all arms.
    """
    for metric in _answers(arms):
        found = {arm: _of(records, metric) for arm, records in arms.items()}
        if found and all(value.n for value in found.values()):
            return _means(METRICS[metric], found)
    return ""


def _answers(arms: Mapping[str, Sequence[Record]]) -> tuple[str, ...]:
    """Return what a sentence may name: the best epoch's test where a report is judged by it."""
    records = [record for several in arms.values() for record in several]
    are_numbers = any(set(_OF_NUMBERS) & record.metrics.keys() for record in records)
    named = _ANSWERS_OF_NUMBERS if are_numbers else _ANSWERS
    is_best = all(
        named[0] in record.metrics and record.params.get("training.validation") == "split"
        for record in records
    )
    usual = named if is_best and records else named[1:]
    return (*usual, *(name for name in TOLD if name not in named))


def _means(metric: Metric, found: Mapping[str, Statistic]) -> str:
    ranked = sorted(found.items(), key=lambda pair: -metric.sign * pair[1].mean)
    # A digit fewer than a table has: a sentence is read, a table is looked up.
    digits = max(0, metric.of_mean - 1)
    told = [
        f"{arm} {metric.shown_mean(value.mean, value.sd, digits)}"
        for arm, value in ranked[:_MOST_NAMED]
    ]
    if len(ranked) > _MOST_NAMED:
        told.append(f"and {len(ranked) - _MOST_NAMED} more arms")
    counts = [value.n for value in found.values()]
    least, most = min(counts), max(counts)
    seeds = f"{least} to {most} seeds" if least < most else f"{most} seed{'s' if most > 1 else ''}"
    words = metric.words
    return f"{words[0].upper()}{words[1:]} over {seeds}: {', '.join(told)}."


def _of(records: Sequence[Record], metric: str) -> Statistic:
    return statistic([record.metrics.get(metric, float("nan")) for record in records])


def _order(value: float) -> float:
    """Sort what was not measured behind what was."""
    return float("inf") if value != value else value

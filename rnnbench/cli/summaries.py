"""What a sweep prints of its results: a row for each arm, and the means in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rnnbench.config.metrics import METRICS
from rnnbench.formatting.tables import Table, mean_and_spread, whole
from rnnbench.results.measure import ASKED, BEST, VALIDATED
from rnnbench.stats import Statistic, statistic
from rnnbench.tracking.record import Record

_TEST = "test"
# Metrics of a run by the head of their column, with digits.
_MEASURED = {
    "best validation": (VALIDATED, 4),
    "final validation": ("final_val_accuracy", 4),
    "last gap": ("gap_final", 4),
    _TEST: (ASKED, 4),
    "seconds": ("fit_seconds", 1),
}
_RECURRENT = "recurrent parameters"
_OPTIONAL = (
    "final validation",
    "seconds",
    _RECURRENT,
    "units",
    "last gap",
    "best validation",
    "seeds",
)
# What a sentence names, the first that was measured in every arm.
_ANSWERS = (BEST, ASKED, VALIDATED)
_MOST_NAMED = 6


def by_arm(runs: Iterable[tuple[str, Record]]) -> dict[str, list[Record]]:
    """Return finished runs by the name of their arm, highest mean of the test first."""
    arms: dict[str, list[Record]] = {}
    for arm, record in runs:
        arms.setdefault(arm, []).append(record)
    ranked = sorted(
        sorted(arms),
        key=lambda arm: tuple(_order(-_of(arms[arm], metric).mean) for metric in _answers(arms)),
    )
    return {arm: arms[arm] for arm in ranked}


def sweep_table(arms: Mapping[str, Sequence[Record]]) -> Table:
    """Return the table that a sweep prints: a row for each arm, in the order given."""
    measured = _MEASURED | {_TEST: (BEST, 4)} if BEST in _answers(arms) else _MEASURED
    rows = tuple(
        (
            arm,
            str(len(records)),
            records[0].params.get("model.units", ""),
            whole(_of(records, "parameters_recurrent").mean),
            *(mean_and_spread(_of(records, key), digits) for key, digits in measured.values()),
        )
        for arm, records in arms.items()
    )
    columns = ("arm", "seeds", "units", _RECURRENT, *_MEASURED)
    title = "Accuracy by arm, mean ± standard deviation over seeds"
    return Table(title, columns, rows, optional=_OPTIONAL)


def answer(arms: Mapping[str, Sequence[Record]]) -> str:
    """Return the means of a sweep in a sentence, the highest first; it compares nothing.

    Empty where no accuracy was measured in all arms.
    """
    for metric in _answers(arms):
        found = {arm: _of(records, metric) for arm, records in arms.items()}
        if found and all(value.n for value in found.values()):
            return _means(METRICS[metric].words, found)
    return ""


def _answers(arms: Mapping[str, Sequence[Record]]) -> tuple[str, ...]:
    """Return what a sentence may name: the best epoch's test where a report is judged by it."""
    records = [record for several in arms.values() for record in several]
    is_best = all(
        BEST in record.metrics and record.params.get("training.validation") == "split"
        for record in records
    )
    return _ANSWERS if is_best and records else _ANSWERS[1:]


def _means(words: str, found: Mapping[str, Statistic]) -> str:
    ranked = sorted(found.items(), key=lambda pair: -pair[1].mean)
    told = [f"{arm} {mean_and_spread(value, 3)}" for arm, value in ranked[:_MOST_NAMED]]
    if len(ranked) > _MOST_NAMED:
        told.append(f"and {len(ranked) - _MOST_NAMED} more arms")
    counts = [value.n for value in found.values()]
    least, most = min(counts), max(counts)
    seeds = f"{least} to {most} seeds" if least < most else f"{most} seed{'s' if most > 1 else ''}"
    return f"{words[0].upper()}{words[1:]} over {seeds}: {', '.join(told)}."


def _of(records: Sequence[Record], metric: str) -> Statistic:
    return statistic([record.metrics.get(metric, float("nan")) for record in records])


def _order(value: float) -> float:
    """Sort what was not measured behind what was."""
    return float("inf") if value != value else value

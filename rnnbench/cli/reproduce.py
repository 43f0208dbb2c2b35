"""``reproduce``: a run trained again, and whether it gives the same."""

from __future__ import annotations

import math
from dataclasses import replace

from rnnbench.cli.console import show, stdout
from rnnbench.cli.live import live
from rnnbench.cli.named_run import named_run, refuse_others
from rnnbench.cli.words import Words
from rnnbench.config.metric import Metric
from rnnbench.config.metrics import METRICS, TOLD
from rnnbench.formatting.tables import Table
from rnnbench.stored.reproduce import Difference, Reproduction, reproduce_run
from rnnbench.tracking import names
from rnnbench.tracking.record import Record

_TRAINED = ("epochs_trained", "final_loss", "final_accuracy", "best_val_accuracy", "test_loss")
_OF_NUMBERS = ("epochs_trained", "final_loss", "final_rmse", "best_val_rmse", "test_loss")
# What is left out of a narrow terminal, least important first.
_OPTIONAL = (
    *("final_accuracy", "final_rmse", "final_loss", "epochs_trained"),
    *("best_val_accuracy", "best_val_rmse", "test_loss"),
)
_MORE_DIGITS = 2  # than tables of results have: the last ones are what may differ
_MOST_DIFFERENCES = 12


def reproduce(words: Words) -> int:
    """Train the run's logged configuration again; 0 where both agree exactly, else 1."""
    refuse_others(words, "the rest is as the run was trained")
    store, record, config = named_run(words)
    found = reproduce_run(store, record, config, live())
    title = f"{record.tags.get(names.ARM, '')} seed={record.seed}: run {record.run_id}"
    show(_table(title, record, found.again))
    for line in _verdict(found):
        stdout().print(line)
    return 0 if found.agrees else 1


def _table(title: str, logged: Record, again: Record) -> Table:
    told = (m for m in TOLD if METRICS[m].on == "test" and m in logged.metrics)
    are_numbers = "final_rmse" in logged.metrics
    tested = tuple(told) or ("test_rmse" if are_numbers else "test_accuracy",)
    trained = _OF_NUMBERS if are_numbers else _TRAINED
    metrics = [METRICS[name] for name in (*trained, *tested)]
    rows = tuple(
        (name, *(_shown(metric, record) for metric in metrics))
        for name, record in (("logged", logged), ("again", again))
    )
    columns = ("run", *(metric.head for metric in metrics))
    optional = tuple(METRICS[name].head for name in _OPTIONAL if METRICS[name] in metrics)
    return Table(title, columns, rows, optional=optional)


def _shown(metric: Metric, record: Record) -> str:
    more = replace(
        metric,
        digits=metric.digits and metric.digits + _MORE_DIGITS,
        significant=metric.significant and metric.significant + _MORE_DIGITS,
    )
    return more.shown(record.metrics.get(metric.name, math.nan))


def _verdict(found: Reproduction) -> list[str]:
    if not found.again.is_finished:
        return [f"The run ended without a result: {found.again.reason or found.again.status}"]
    if found.agrees:
        return [f"They agree exactly, in all {found.compared} values."]
    count = len(found.differences)
    lines = [f"They differ in {count} of {found.compared} values:"]
    lines += [f"  {_told(one)}" for one in found.differences[:_MOST_DIFFERENCES]]
    if count > _MOST_DIFFERENCES:
        lines.append(f"  and {count - _MOST_DIFFERENCES} more")
    if found.conditions:
        lines += ["What else differs:", *(f"  {text}" for text in found.conditions)]
    return lines


def _told(difference: Difference) -> str:
    logged, again = (
        "not measured" if value is None else repr(value)
        for value in (difference.logged, difference.again)
    )
    return f"{difference.what}: {logged} logged, {again} again"

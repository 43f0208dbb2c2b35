"""One row an epoch of each run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from rnnbench.config.metrics import EPOCH_METRICS, METRICS
from rnnbench.results.facts import is_measured
from rnnbench.results.rows import COLUMNS, column_name
from rnnbench.tracking.store import Store

SECONDS = "epoch_seconds"
_MEASURED = (*EPOCH_METRICS, SECONDS)
_ALWAYS = tuple(name for name in _MEASURED if not METRICS[name].optional)
_TAKEN = frozenset(("epoch", "arm", *(column.name for column in COLUMNS)))


def load_history(store: Store, run_ids: Iterable[str]) -> pd.DataFrame:
    """Return columns run_id, epoch (from 1), Keras's metric names, epoch_seconds, and what else.

    What else was logged for these epochs follows by name, errors of numbers among it. NaN where
    something was not measured.
    """
    rows = []
    for run_id, history in store.histories(run_ids).items():
        by_epoch: dict[int, dict[str, float]] = {}
        for metric in _MEASURED:
            for step, value in history.get(metric, ()):
                if is_measured(value):
                    by_epoch.setdefault(step, {})[metric] = value
        for metric in sorted(history.keys() - METRICS.keys()):
            for step, value in history[metric]:
                if step in by_epoch and is_measured(value):  # a step may be a batch, too
                    by_epoch[step][column_name(metric, _TAKEN)] = value
        rows += [
            {"run_id": run_id, "epoch": epoch, **values}
            for epoch, values in sorted(by_epoch.items())
        ]
    return history_frame(rows)


def history_frame(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Return rows of epochs as a table; see :func:`load_history`."""
    rows = list(rows)
    named = {name for row in rows for name in row}
    some = [name for name in _MEASURED if name in named and name not in _ALWAYS]
    others = sorted(named - {"run_id", "epoch", *_MEASURED})
    measured = (*_ALWAYS, *some, *others)
    table = pd.DataFrame(rows, columns=["run_id", "epoch", *measured])
    return table.astype({"epoch": "int64"} | dict.fromkeys(measured, "float64"))

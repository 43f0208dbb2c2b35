"""One row an epoch of each run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from rnnbench.config.metrics import EPOCH_METRICS
from rnnbench.results.facts import is_measured
from rnnbench.tracking.store import Store

SECONDS = "epoch_seconds"
_MEASURED = (*EPOCH_METRICS, SECONDS)


def load_history(store: Store, run_ids: Iterable[str]) -> pd.DataFrame:
    """Return columns run_id, epoch (from 1), Keras's metric names and epoch_seconds.

    NaN where something was not measured.
    """
    rows = []
    for run_id, history in store.histories(run_ids, _MEASURED).items():
        by_epoch: dict[int, dict[str, float]] = {}
        for metric, points in history.items():
            for step, value in points:
                if not is_measured(value):
                    continue
                by_epoch.setdefault(step, {})[metric] = value
        rows += [
            {"run_id": run_id, "epoch": epoch, **values}
            for epoch, values in sorted(by_epoch.items())
        ]
    return history_frame(rows)


def history_frame(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Return rows of epochs as a table; see :func:`load_history`."""
    table = pd.DataFrame(list(rows), columns=["run_id", "epoch", *_MEASURED])
    return table.astype({"epoch": "int64"} | dict.fromkeys(_MEASURED, "float64"))

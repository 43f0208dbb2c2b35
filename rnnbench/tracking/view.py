"""The saved view of the arms in MLflow's user interface, and its address.

MLflow keeps a shared view in a tag of the experiment: JSON of its columns, filter, order and
charts, compressed by zlib. This is the shape that MLflow 3.17 writes and reads.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from rnnbench.config.metrics import is_smaller_better
from rnnbench.data.contract import Kind
from rnnbench.tracking import names

NAME = "arms"
TAG = f"mlflow.sharedViewState.{NAME}"

# Column and its width in pixels, in their order; without the last the table is MLflow's own.
_FIRST = (
    ("attributes.`Run Name`", 205),
    ("runDateAndNestInfo", 130),
    ("attributes.`Dataset`", 100),
    (f"tags.`{names.ARM}`", 112),
    ("metrics.`seeds`", 65),
)
_LAST = (("duration", 80),)
# Between them, what arms of each task have measured.
_MEASURED: dict[Kind, tuple[tuple[str, int], ...]] = {
    "classification": (
        ("metrics.`test_accuracy`", 118),
        ("metrics.`test_accuracy_sd`", 128),
        ("metrics.`best_val_accuracy`", 138),
        ("metrics.`gap_final`", 88),
    ),
    "regression": (
        ("metrics.`test_rmse`", 98),
        ("metrics.`test_rmse_sd`", 108),
        ("metrics.`test_r2`", 88),
        ("metrics.`best_val_rmse`", 118),
        ("metrics.`rmse_gap_final`", 118),
    ),
}
# By which they are ordered.
_BY: dict[Kind, str] = {"classification": "test_accuracy", "regression": "test_rmse"}
_ALWAYS = ("attributes.`Run Name`", "runDateAndNestInfo", "duration")

# Section -> charts: the metric, and whether it is a curve by epoch.
_Charts = Mapping[str, tuple[tuple[str, bool], ...]]
_LOSSES = (("val_loss", True), ("loss", True))
_CHARTS: dict[Kind, _Charts] = {
    "classification": {
        "Accuracy": (("test_accuracy", False), ("val_accuracy", True), ("accuracy", True)),
        "Overfitting": (("gap_final", False), *_LOSSES),
    },
    "regression": {
        "Errors": (("test_rmse", False), ("val_rmse", True), ("rmse", True)),
        "Overfitting of errors": (("rmse_gap_final", False), *_LOSSES),
    },
}
_COST: _Charts = {
    "Cost": (("fit_seconds", False), ("parameters_total", False), ("parameters_recurrent", False)),
}


def address(base: str, experiment_id: str, *, saved: bool = True) -> str:
    """Return where a user interface shows the arms, without the user and password of its address.

    Args:
        base: address of the server.
        experiment_id: MLflow's id of the experiment.
        saved: whether its saved view could be written.
    """
    parts = urlsplit(base)
    host = parts.netloc.rpartition("@")[2]
    root = f"{parts.scheme}://{host}{parts.path.rstrip('/')}"
    view = f"&viewStateShareKey={NAME}" if saved else ""
    return f"{root}/#/experiments/{experiment_id}/runs?workflowType=machine_learning{view}"


def state(tasks: Sequence[Kind] = ("classification",)) -> str:
    """Return the saved view as MLflow stores it; of the same tasks always the same text.

    Args:
        tasks: what the arms of the store learned, in the order in which columns are shown.
    """
    text = json.dumps(_state(tasks), separators=(",", ":"))
    return "deflate;" + base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def tasks_of(metrics: Collection[str]) -> tuple[Kind, ...]:
    """Return the tasks of arms that have measured these metrics; classes where none tells."""
    are_numbers = any(name in metrics for name in ("test_rmse", "best_val_rmse"))
    are_classes = any(name in metrics for name in ("test_accuracy", "best_val_accuracy"))
    found: tuple[Kind, ...] = ("regression",) if are_numbers else ()
    return ("classification", *found) if are_classes or not are_numbers else found


def _state(tasks: Sequence[Kind]) -> dict[str, Any]:
    charts, sections = _charts(tasks)
    columns = (*_FIRST, *(column for task in tasks for column in _MEASURED[task]), *_LAST)
    return {
        "selectedColumns": [name for name, _ in columns if name not in _ALWAYS],
        "columnOrder": [name for name, _ in columns],
        "columnWidths": dict(columns),
        "searchFilter": f"tags.{names.KIND} = '{names.ARM_SUMMARY}'",
        "orderByKey": f"metrics.`{_BY[tasks[0]]}`",
        "orderByAsc": is_smaller_better(_BY[tasks[0]]),
        "compareRunCharts": charts,
        "compareRunSections": sections,
        "isAccordionReordered": True,
        "hideEmptyCharts": True,
    }


def _charts(tasks: Sequence[Kind]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    charts, sections = [], []
    told = [*(_CHARTS[task] for task in tasks), _COST]
    for section, metrics in (pair for one in told for pair in one.items()):
        sections.append({"uuid": section, "name": section, "display": True, "isReordered": True})
        for metric, is_curve in metrics:
            curve = {
                "xAxisKey": "step",
                "yAxisKey": "metric",
                "selectedMetricKeys": [metric],
                "scaleType": "linear",
                "xAxisScaleType": "linear",
                "lineSmoothness": 0,
                "selectedXAxisMetricKey": "",
                "yAxisExpressions": [],
                "range": {},
                "useGlobalXaxisKey": True,
                "useGlobalLineSmoothing": True,
            }
            charts.append(
                {
                    "uuid": f"{section}-{metric}",
                    "type": "LINE" if is_curve else "BAR",
                    "metricSectionId": section,
                    "metricKey": metric,
                    "displayName": metric,
                    "runsCountToCompare": 10,
                    "deleted": False,
                    "isGenerated": True,
                    **(curve if is_curve else {}),
                }
            )
    # Whatever else is measured is shown below these, as MLflow itself would.
    rest = {"uuid": "rest", "name": "Model metrics", "display": False, "isReordered": True}
    return charts, [*sections, rest]

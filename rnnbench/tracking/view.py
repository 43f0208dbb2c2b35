"""The saved view of the arms in MLflow's user interface, and its address.

MLflow keeps a shared view in a tag of the experiment: JSON of its columns, filter, order and
charts, compressed by zlib. This is the shape that MLflow 3.17 writes and reads.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any
from urllib.parse import urlsplit

from rnnbench.config.metrics import TOLD, is_smaller_better
from rnnbench.tracking import names

NAME = "arms"
TAG = f"mlflow.sharedViewState.{NAME}"

# Column and its width in pixels, in their order; without the last the table is MLflow's own.
_COLUMNS = (
    ("attributes.`Run Name`", 205),
    ("runDateAndNestInfo", 130),
    ("attributes.`Dataset`", 100),
    (f"tags.`{names.ARM}`", 112),
    ("metrics.`seeds`", 65),
    ("metrics.`test_accuracy`", 118),
    ("metrics.`test_accuracy_sd`", 128),
    ("metrics.`best_val_accuracy`", 138),
    ("metrics.`gap_final`", 88),
    ("duration", 80),
)
_ALWAYS = ("attributes.`Run Name`", "runDateAndNestInfo", "duration")

# Section -> charts: the metric, and whether it is a curve by epoch.
_CHARTS = {
    "Accuracy": (("test_accuracy", False), ("val_accuracy", True), ("accuracy", True)),
    "Overfitting": (("gap_final", False), ("val_loss", True), ("loss", True)),
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


def state() -> str:
    """Return the saved view as MLflow stores it; always the same text."""
    text = json.dumps(_state(), separators=(",", ":"))
    return "deflate;" + base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _state() -> dict[str, Any]:
    charts, sections = _charts()
    return {
        "selectedColumns": [name for name, _ in _COLUMNS if name not in _ALWAYS],
        "columnOrder": [name for name, _ in _COLUMNS],
        "columnWidths": dict(_COLUMNS),
        "searchFilter": f"tags.{names.KIND} = '{names.ARM_SUMMARY}'",
        "orderByKey": f"metrics.`{TOLD[0]}`",
        "orderByAsc": is_smaller_better(TOLD[0]),
        "compareRunCharts": charts,
        "compareRunSections": sections,
        "isAccordionReordered": True,
        "hideEmptyCharts": True,
    }


def _charts() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    charts, sections = [], []
    for section, metrics in _CHARTS.items():
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

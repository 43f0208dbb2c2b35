"""Answers by class as a Parquet file of a report, checked when they are read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rnnbench.results.by_class import MOST, RECALLS, ByClass, Classes
from rnnbench.results.parquet_file import Kind, read_whole, refused, write_arrow
from rnnbench.training.tested_weights import WEIGHTS, Weights

_COLUMNS: Mapping[str, Kind] = {
    "run_id": "text",
    "weights": "text",
    "label": "whole",
    "name": "text",
    "answered": "lengths",
    "average_precision": "number",
    "precision": "norms",
}


def write_class_answers(classes: Classes, path: Path) -> None:
    """Write what runs answered by class: a row a run, weights and class."""
    import pyarrow as pa

    rows = [
        (run_id, which, label, name, one.confusion[label], average, one.precision[label])
        for which, found in sorted(classes.items())
        for run_id, one in sorted(found.items())
        for label, (name, average) in enumerate(zip(one.names, one.average_precision, strict=True))
    ]
    columns = dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True))
    lists = {"answered": pa.list_(pa.int32()), "precision": pa.list_(pa.float32())}
    table = {name: pa.array(values, lists.get(name)) for name, values in columns.items()}
    write_arrow(pa.table(table), path)


def read_class_answers(path: Path) -> dict[Weights, dict[str, ByClass]]:
    """Return by weights and run what was answered by class; raises StoreError."""
    found = read_whole(path, _COLUMNS, ("run_id", "weights", "label"))
    rows: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(zip(found["run_id"], found["weights"], strict=True)):
        rows.setdefault(one, []).append(place)
    classes: dict[Weights, dict[str, ByClass]] = {which: {} for which in WEIGHTS}
    for (run_id, which), places in rows.items():
        if which not in WEIGHTS:
            raise refused(path, f"answers of {run_id} by {which!r}, not one of last, best")
        own = {name: [found[name][place] for place in places] for name in _COLUMNS}
        if own["label"] != list(range(len(places))) or not 2 <= len(places) <= MOST:
            raise refused(path, f"classes of {run_id} that are not 0 to at most {MOST - 1}")
        _check(path, run_id, own["answered"], len(places), whole=True)
        _check(path, run_id, own["precision"], len(RECALLS), whole=False)
        if not all(math.isnan(one) or 0 <= one <= 1 for one in own["average_precision"]):
            raise refused(path, f"an average precision of {run_id} that is not from 0 to 1")
        classes[which][run_id] = ByClass(
            tuple(own["name"]),
            np.stack(own["answered"]),
            np.stack(own["precision"]),
            np.array(own["average_precision"], np.float64),
        )
    return classes


def _check(path: Path, run_id: str, lists: list[np.ndarray], length: int, *, whole: bool) -> None:
    """Refuse lists of another length or kind, or with values that there cannot be."""
    kind, name = (np.int32, "answers") if whole else (np.float32, "precision")
    for one in lists:
        if one.dtype != kind or len(one) != length:
            raise refused(path, f"{name} of {run_id} that are no list of {length}")
        if (one < 0).any() or (not whole and (one > 1).any()):
            raise refused(path, f"{name} of {run_id} beyond what they can be")

"""What a report was made from, kept beside it, so that it can be made again without the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rnnbench.errors import StoreError
from rnnbench.report.build import Tables
from rnnbench.results.arms import asked_weights
from rnnbench.results.frame import frame, without_doubles
from rnnbench.results.parquet import (
    read_answers,
    read_flows,
    read_history,
    read_lengths,
    read_runs,
    write_answers,
    write_flows,
    write_frame,
    write_lengths,
)
from rnnbench.results.parquet_classes import read_class_answers, write_class_answers
from rnnbench.tracking.looks import Looked, as_text, from_text

RUNS, HISTORY = "runs.parquet", "history.parquet"
# Written where there is something in them.
TRIALS, BASELINES = "trials.parquet", "baselines.parquet"
ANSWERS, FLOWS = "answers.parquet", "gradient_flow.parquet"
CLASSES, LENGTHS, LOOKS = "classes.parquet", "lengths.parquet", "looks.json"  # a line a look
SNAPSHOT = (RUNS, HISTORY, TRIALS, BASELINES, ANSWERS, FLOWS, CLASSES, LENGTHS, LOOKS)


def is_snapshot(folder: Path) -> bool:
    """Return whether a folder holds the runs of a report."""
    return (folder / RUNS).is_file()


def write_snapshot(tables: Tables, folder: Path) -> None:
    """Write all that a report is made from; raises OSError."""
    write_frame(without_doubles(tables.runs), folder / RUNS)
    write_frame(tables.history, folder / HISTORY)
    if not tables.trials.empty:
        write_frame(without_doubles(tables.trials), folder / TRIALS)
    if not tables.baselines.empty:
        write_frame(without_doubles(tables.baselines), folder / BASELINES)
    if any(tables.correct.values()):
        write_answers(tables.correct, folder / ANSWERS)
    if tables.flows:
        write_flows(tables.flows, folder / FLOWS)
    if tables.looks:
        text = "".join(f"{as_text(one)}\n" for one in tables.looks)
        (folder / LOOKS).write_text(text, encoding="utf-8")
    if tables.lengths:
        write_lengths(tables.lengths, folder / LENGTHS)
    if any(tables.classes.values()):
        write_class_answers(tables.classes, folder / CLASSES)


def read_snapshot(folder: Path) -> Tables:
    """Return what :func:`write_snapshot` wrote, as it was.

    Raises:
        StoreError: for a folder without it, or files that hold anything else.
    """
    if not is_snapshot(folder):
        raise StoreError(
            "report.source",
            f"auto, store, or the folder of a report with its {RUNS}",
            str(folder),
            "name the folder of a report, as in report.source=reports/imdb",
        )
    runs = read_runs(folder / RUNS)
    asked = asked_weights(runs)
    return Tables(
        runs,
        read_history(folder / HISTORY),
        _runs(folder / TRIALS, ("run_id", "study")),
        read_answers(folder / ANSWERS, asked) if (folder / ANSWERS).exists() else {},
        _runs(folder / BASELINES),
        read_flows(folder / FLOWS) if (folder / FLOWS).exists() else {},
        _looks(folder / LOOKS),
        read_lengths(folder / LENGTHS) if (folder / LENGTHS).exists() else {},
        read_class_answers(folder / CLASSES) if (folder / CLASSES).exists() else {},
    )


def _looks(path: Path) -> tuple[Looked, ...]:
    """Return the looks of a file; raises StoreError for one that holds anything else."""
    if not path.exists():
        return ()
    try:
        found = [from_text(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        found = [None]
    if None in found:
        raise StoreError(
            "report.source",
            f"the file {LOOKS} as a report wrote it",
            f"{path}, which holds something else",
            "fetch it again, or make the report from its store",
        )
    return tuple(one for one in found if one is not None)


def _runs(path: Path, unique: Sequence[str] = ("run_id",)) -> pd.DataFrame:
    return read_runs(path, unique) if path.exists() else frame([])

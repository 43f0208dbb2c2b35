"""The catalogue of metrics names what runs log, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.config.metric import LOGGED, SPREAD
from rnnbench.config.metrics import METRICS
from rnnbench.results.rows import COLUMNS
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from tests.conftest import Run
from tests.numbers import write_numbers

SMALL = (
    "data.limit=60",
    "data.test_limit=20",
    "data.maxlen=20",
    "training.epochs=1",
    "training.jit_compile=false",
    "seeds=1",
)


@pytest.mark.slow
def test_everything_that_is_logged_stands_in_the_catalogue_and_the_reverse(
    run: Run, work_dir: Path
) -> None:
    (work_dir / "vectors.txt").write_text("the 0.1 0.2\nbut 0.3 0.4\n")
    words = (
        *("+cell=lstm", "model.units=2", *SMALL),
        *("model.embedding.kind=vectors", "model.embedding.path=vectors.txt"),
        *("diagnostics.order=true", "diagnostics.gradient_flow=[1]"),
        "training.schedule.kind=cosine",
    )
    write_numbers(work_dir / "numbers.npz")
    of_numbers = (
        *("+cell=lstm", "model.units=2", "seeds=2", "training.epochs=1", "diagnostics.order=true"),
        *("data=arrays", "data.path=numbers.npz", "data.task=regression"),
    )
    for command in (
        ("sweep", *words),
        ("sweep", *of_numbers),
        ("baseline", "bag_of_words", *SMALL),
    ):
        answer = run(*command)
        assert answer.status == 0, answer.err
    store = Store.open(load([], cell=False), create=False)
    logged = {
        kind: {name for record in store.records(kind=kind) for name in record.metrics}
        for kind in (names.RUN, names.BASELINE, names.ARM_SUMMARY)
    }
    arm = {name for name in logged[names.ARM_SUMMARY] if not name.endswith(tuple(SPREAD))}
    of_series = ("test_mase", "test_scaled_rmse", "test_direction")
    known = {name for name in METRICS if not name.startswith(of_series)}
    assert logged[names.RUN] | logged[names.BASELINE] | arm == known
    of_baseline = {name for name, metric in METRICS.items() if metric.logged == "baseline"}
    assert logged[names.BASELINE] - logged[names.RUN] == of_baseline
    assert arm - logged[names.RUN] == {n for n, m in METRICS.items() if m.logged == "arm"}


def test_seconds_and_memory_alone_do_not_repeat() -> None:
    varying = {name for name, metric in METRICS.items() if not metric.repeats}
    assert varying == {name for name, m in METRICS.items() if m.unit in ("seconds", "MiB")}


def test_entries_are_complete() -> None:
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.words
        assert metric.meaning
        assert metric.low < metric.high
    assert {metric.logged for metric in METRICS.values()} == set(LOGGED)


def test_the_run_table_says_what_the_catalogue_says() -> None:
    columns = {column.name: column for column in COLUMNS if column.source == "metric"}
    assert set(columns) <= set(METRICS)
    for name, column in columns.items():
        metric = METRICS[name]
        assert (column.unit, column.meaning) == (metric.unit, metric.meaning)

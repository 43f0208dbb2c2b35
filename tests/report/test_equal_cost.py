"""What arms had reached after the same seconds and the same number of updates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rnnbench.plots.courses import arm_course
from rnnbench.report.build import Tables, build
from rnnbench.report.document import DataTable, Document
from rnnbench.report.write import data_tables, pictures
from rnnbench.results.arm_runs import group_arms
from rnnbench.results.courses import courses, epochs_by_run, updates_an_epoch, whole_cost
from rnnbench.results.frame import frame
from rnnbench.results.history import history_frame
from rnnbench.results.rows import rows_of
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS, record

# A quick cell that is soon done, and a slow one that gets further: accuracy and seconds by epoch.
QUICK, SLOW = [0.70, 0.75, 0.74], [0.60, 0.80, 0.90]
SPEED = {"simple_rnn": 10.0, "lstm": 20.0}
PARAMS = {"training.batch_size": "32", "training.validation_fraction": "0.2"}


def run(cell: str, seed: int, **changes: str) -> Record:
    made = record(cell, seed, 0.8, **{**PARAMS, **changes})
    pace = {"seconds_per_epoch": SPEED[cell]}
    return replace(made, metrics=made.metrics | pace, training_samples=1_000)


RUNS = [run(cell, seed) for cell in SPEED for seed in range(3)]


def tables(records: list[Record], *, timed: bool = True) -> Tables:
    rows = [
        {
            "run_id": one.run_id,
            "epoch": epoch,
            "loss": 1.0,
            "accuracy": 0.5,
            "val_loss": 1.0,
            "val_accuracy": value + one.seed / 1000,
            "epoch_seconds": SPEED[one.params["cell.name"]] if timed else float("nan"),
        }
        for one in records
        for epoch, value in enumerate(QUICK if "simple" in one.params["cell.name"] else SLOW, 1)
    ]
    return Tables(frame(records), history_frame(rows), frame([]))


def report(records: list[Record], *, timed: bool = True) -> Document:
    return build(tables(records, timed=timed), "x", OPTIONS)


def table(document: Document, key: str) -> DataTable:
    return next(table for table in data_tables(document) if table.key == key)


def told(document: Document, key: str) -> dict[str, tuple[str, ...]]:
    rows = table(document, key).rows
    return {" ".join(c.text for c in row[:1]): tuple(c.text for c in row[1:]) for row in rows}


@pytest.mark.parametrize("timed", [True, False])
def test_arms_are_compared_when_the_cheapest_is_done(timed: bool) -> None:
    document = report(RUNS, timed=timed)
    reached = told(document, "imdb_equal_cost")
    # 800 samples in batches of 32 are 25 updates an epoch.
    assert reached["SimpleRNN"] == (
        *("3", "30", "3.0 ± 0.0", "0.7510 ± 0.0010"),
        *("75", "3.0 ± 0.0", "0.7510 ± 0.0010"),
    )
    assert reached["LSTM"] == (
        *("3", "30", "1.0 ± 0.0", "0.6010 ± 0.0010"),
        *("75", "3.0 ± 0.0", "0.9010 ± 0.0010"),
    )
    rows = table(document, "imdb_equal_cost_comparisons").rows
    sign = 1 if rows[0][0].text == "LSTM − SimpleRNN" else -1
    assert [(row[1].text, row[2].text) for row in rows] == [("30 s", "3"), ("75 updates", "3")]
    differences = [float(row[3].value or 0) * sign for row in rows]
    assert differences == pytest.approx([-0.15, 0.15])
    note = table(document, "imdb_equal_cost").note
    assert ("Seconds are those of each epoch." in note) == timed
    assert ("epochs times the mean seconds" in note) != timed
    (picture,) = (one for one in pictures(document) if one.key == "equal_cost_imdb")
    assert "against seconds and updates" in picture.title


def test_it_says_that_it_is_no_part_of_what_decides() -> None:
    document = report(RUNS)
    section = next(section for section in document.sections if section.key == "cost")
    assert any(
        "no part of the family that decides" in p for b in section.blocks for p in b.paragraphs
    )
    assert "outside of the family" in table(document, "imdb_equal_cost_comparisons").note


def test_an_arm_that_is_in_its_first_epoch_has_no_accuracy() -> None:
    slow = [replace(one, metrics=one.metrics | {"seconds_per_epoch": 99.0}) for one in RUNS[3:]]
    made = tables([*RUNS[:3], *slow], timed=False)
    document = build(made, "x", OPTIONS)
    assert told(document, "imdb_equal_cost")["LSTM"][1:4] == ("30", "0.0 ± 0.0", "–")
    rows = table(document, "imdb_equal_cost_comparisons").rows
    assert [row[1].text for row in rows] == ["75 updates"]


def test_runs_that_were_trained_side_by_side_say_so() -> None:
    ways = {"executor.workers": "4", "executor.threads": "1"}
    document = report([run(cell, seed, **ways) for cell in SPEED for seed in range(3)])
    note = table(document, "imdb_equal_cost").note
    assert "side by side (executor.workers=4, executor.threads=1; " in note
    alone = report([run(cell, s, **{"executor.workers": "1"}) for cell in SPEED for s in range(3)])
    assert "side by side" not in table(alone, "imdb_equal_cost").note


def test_seconds_of_several_machines_are_not_compared() -> None:
    tagged = [
        replace(one, tags=one.tags | {"rnnbench.hardware": f"machine {place % 2}"})
        for place, one in enumerate(RUNS)
    ]
    document = report(tagged)
    columns = [column.name for column in table(document, "imdb_equal_cost").columns]
    assert "seconds" not in columns
    assert "updates" in columns
    assert "seconds do not compare" in table(document, "imdb_equal_cost").note


def test_arms_that_were_validated_on_other_samples_are_not_compared() -> None:
    sizes = [
        run(c, s, **{"data.limit": n}) for c in SPEED for s in range(3) for n in ("500", "900")
    ]
    document = report(sizes)
    rows = table(document, "imdb_equal_cost_comparisons").rows
    assert {row[0].text for row in rows} == {
        "500 training samples: LSTM − SimpleRNN",
        "900 training samples: LSTM − SimpleRNN",
    } or {row[0].text for row in rows} == {
        "500 training samples: SimpleRNN − LSTM",
        "900 training samples: SimpleRNN − LSTM",
    }
    assert "validated on the same samples" in table(document, "imdb_equal_cost").note


def test_of_one_arm_or_without_validation_nothing_is_said() -> None:
    for records in (RUNS[:3], [run(c, s) for c in SPEED for s in range(2)]):
        made = tables(records)
        if len(records) > 3:
            made = replace(made, history=made.history.assign(val_accuracy=np.nan))
        keys = [one.key for one in data_tables(build(made, "x", OPTIONS))]
        assert not any("equal_cost" in key for key in keys)


class TestCourses:
    def test_a_run_that_stopped_early_keeps_what_it_had(self) -> None:
        made = tables(RUNS[:2])
        rows = made.history
        last = (rows["run_id"] == RUNS[1].run_id) & (rows["epoch"] == 3)
        (arm,) = group_arms(rows_of(made.runs))
        found = courses(arm, epochs_by_run(rows[~last]))
        mean = arm_course("LSTM", "lstm", found, "seconds")
        np.testing.assert_allclose(mean.spent, [10, 20, 30])
        np.testing.assert_allclose(mean.mean, [0.7005, 0.7505, 0.7505])
        assert whole_cost(found, "seconds") == 25
        assert found[1].reached("seconds", 100) == pytest.approx(0.751)
        assert np.isnan(found[1].reached("seconds", 9.9))

    @pytest.mark.parametrize(
        ("samples", "changes", "updates"),
        [
            (1_000, {}, 25),
            (1_002, {}, 26),
            (1_000, {"training.validation": "test"}, 32),
            (1_000, {"training.batch_size": "auto"}, None),
            (pd.NA, {}, None),
        ],
    )
    def test_updates_are_batches_of_what_is_left_to_train_on(
        self, samples: object, changes: dict[str, str], updates: int | None
    ) -> None:
        params = {"training.validation": "split", **PARAMS, **changes}
        assert updates_an_epoch(params, samples) == updates

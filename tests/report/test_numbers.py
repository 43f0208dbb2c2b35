"""Reports on targets that are numbers: lower is better, and the margin follows the targets."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from rnnbench.config.schema import ClaimConfig
from rnnbench.report.build import Tables, build, dataset_sections
from rnnbench.report.document import Document
from rnnbench.results.arms import finished
from rnnbench.results.frame import frame
from rnnbench.results.margins import margin_of
from rnnbench.results.measure import Measure
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS
from tests.report.records import record as classified
from tests.report.test_build import table, told

SD = 50.0


def record(cell: str, seed: int, rmse: float, sd: float = SD, **changes: str) -> Record:
    """A finished run with an RMSE in the unit of its targets, and how these spread."""
    known = classified(cell, seed, 0.5, **changes)
    metrics = {k: v for k, v in known.metrics.items() if "accuracy" not in k and "gap" not in k}
    metrics |= {
        **dict.fromkeys(("test_rmse", "test_rmse_best", "test_rmse_last"), rmse),
        **dict.fromkeys(("best_val_rmse", "final_val_rmse"), rmse + 1),
        "test_mae": 0.8 * rmse,
        "test_r2": 1 - (rmse / SD) ** 2,
        "final_rmse": rmse - 2,
        "rmse_gap_best": 2.5,
        "rmse_gap_final": 3.0,
        "target_sd": sd,
        "test_rmse_mean": 51.0,
        "test_rmse_shuffled": rmse + 9,
        "order_rise": 9.0,
    }
    return replace(known, metrics=metrics)


def history(records: list[Record]) -> pd.DataFrame:
    rows = [
        {
            "run_id": r.run_id,
            "epoch": epoch,
            "loss": 1 / epoch,
            "val_loss": 1.1 / epoch,
            "rmse": 30.0 / epoch,
            "val_rmse": r.metrics["best_val_rmse"] + 3 - epoch,
            "mae": 20.0,
            "val_mae": 25.0,
            "epoch_seconds": 10.0,
            "accuracy": float("nan"),
            "val_accuracy": float("nan"),
        }
        for r in records
        for epoch in (1, 2, 3)
    ]
    return pd.DataFrame(rows)


def tables(records: list[Record]) -> Tables:
    return Tables(frame(records), history(records), frame([]))


def both(lstm: float, gru: float, seeds: int = 5) -> list[Record]:
    return [
        record(cell, seed, rmse + seed / 10)
        for cell, rmse in (("lstm", lstm), ("gru", gru))
        for seed in range(seeds)
    ]


def report(
    records: list[Record], margin: float = 0.01, claims: tuple[ClaimConfig, ...] = ()
) -> Document:
    options = OPTIONS.model_copy(update={"margin": margin})
    return build(tables(records), "x", options, claims)


def test_the_lower_error_is_better() -> None:
    document = report(both(20.0, 22.0))
    assert "LSTM is better than GRU by 2.00 (" in told(document)
    assert "more than the margin of 0.5" in told(document)


@pytest.mark.parametrize(
    ("margin", "words"),
    [
        (0.01, "more than the margin of 0.5"),
        (0.1, "sure, but it hardly matters (under the margin of 5)"),
    ],
)
def test_the_margin_is_a_part_of_the_spread_of_the_targets(margin: float, words: str) -> None:
    assert words in told(report(both(20.0, 22.0), margin))


def test_equal_errors_are_equivalent_within_it() -> None:
    records = both(20.0, 20.0)
    assert "are equivalent within 0.5" in told(report(records))


def test_no_part_of_it_speaks_of_accuracy() -> None:
    document = report(both(20.0, 22.0))
    texts = [told(document)]
    for section in document.sections:
        texts.append(section.title)
        for block in section.blocks:
            texts += [*block.paragraphs, *(p.title + p.alt for p in block.pictures)]
            for one in block.tables:
                texts += [one.title, one.note, *(c.name + c.meaning for c in one.columns)]
    assert [text for text in texts if "accuracy" in text.lower()] == []


def test_errors_have_tables_of_their_own() -> None:
    document = report(both(20.0, 22.0))
    overfitting = table(document, "overfitting")
    assert [cell.value for cell in overfitting.rows[0][4:6]] == [2.5, 3.0]
    assert table(document, "test_rmse").rows[0][0].value == "lstm"
    assert table(document, "test_mae").rows[0][2].value == pytest.approx(0.8 * 20.2)
    assert table(document, "order").rows[0][4].value == 9.0
    assert table(document, "tradeoffs").rows


def test_who_is_no_better_than_the_mean_has_learned_nothing() -> None:
    text = told(report(both(50.9, 51.3)))
    assert "neither learned anything" in text
    assert "Always predicting the mean of the training targets, as the baseline mean does, " in text
    assert "is as good (51)" in text


def test_the_arm_that_learned_nothing_is_told_by_itself_as_well() -> None:
    document = report(both(30.0, 51.0))
    assert "Learned nothing: GRU. Always predicting the mean of the training" in told(document)
    assert "most frequent class" not in told(document)


def test_a_claim_of_a_lower_error_is_judged() -> None:
    claim = ClaimConfig(
        text="LSTM wins",
        source="a paper",
        factor="cell",
        a="lstm",
        b="gru",
        metric="test_rmse",
        expected="lower",
    )
    (row,) = table(report(both(20.0, 22.0), claims=(claim,)), "claims").rows
    assert any("confirmed" in cell.text for cell in row)


@pytest.mark.parametrize(("spread", "is_told"), [(60.0, True), (500.0, False)])
def test_errors_in_other_units_have_no_mean_over_data_sets(spread: float, is_told: bool) -> None:
    records = both(20.0, 22.0)
    for cell, rmse in (("lstm", 30.0), ("gru", 33.0)):
        for seed in range(5):
            one = record(cell, seed, rmse + seed / 10, spread, **{"data.name": "other"})
            records.append(replace(one, tags={**one.tags, names.DATA_DIGEST: "77aa"}))
    titles = {section.title for section in report(records).sections}
    assert ("Over all data sets" in titles) == is_told


def test_the_margin_has_the_unit_of_what_is_compared() -> None:
    assert margin_of(0.01, Measure("test_rmse_best"), 50.0) == 0.5
    assert margin_of(0.01, Measure("test_mae"), 50.0) == 0.5
    for metric in ("test_accuracy", "test_r2", "test_mase", "test_loss"):
        assert margin_of(0.01, Measure(metric), 50.0) == 0.01
    assert margin_of(0.01, None, 50.0) == 0.01


def test_arms_are_shown_best_first() -> None:
    known = tables(both(22.0, 20.0))
    (section,) = dataset_sections(finished(known.runs), known, OPTIONS)
    assert section.options.margin == 0.5
    assert section.configured.margin == 0.01
    assert section.measure is not None
    assert section.measure.metric == "test_rmse_best"


def test_marks_are_explained_as_those_of_errors() -> None:
    (rules,) = next(
        one for one in report(both(20.0, 22.0)).sections if one.key == "verdicts"
    ).blocks
    (marked,) = (rule for rule in rules.bullets if rule.startswith("Marked"))
    assert marked.startswith("Marked in a table of errors: the best arm")


def test_a_loss_that_was_not_typed_is_called_by_its_name() -> None:
    runs = [
        record(cell, seed, 20.0 + seed, **loss, **{"data.scaling": scaling})
        for cell in ("lstm", "gru")
        for seed in range(3)
        for loss, scaling in (({}, "none"), ({"training.loss": "mae"}, "standard"))
    ]
    known = tables(runs)
    titles = [one.title for one in dataset_sections(finished(known.runs), known, OPTIONS)]
    assert titles == ["imdb, scaling none, loss mse", "imdb, scaling standard, loss mae"]

"""Baselines stand beside the cells in the tables, and are compared with nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rnnbench.config.schema import ClaimConfig
from rnnbench.report.build import build
from rnnbench.report.document import Document
from rnnbench.results.frame import frame
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS, tables
from tests.report.test_build import CLEAR, column, table
from tests.report.test_build import measured as known


def baseline(label: str = "bag of words", accuracy: float = 0.86, **changes: str) -> Record:
    """A finished baseline on the data of the hand-made runs."""
    digest = changes.pop("digest", "5e79")
    params = {"training.validation": "split", "training.test": "last", "seed": "0", **changes}
    params |= {"data.name": "imdb", "data.maxlen": "100", "data.limit": "null"}
    tags = {
        names.ARM: label,
        names.KEY: f"{label}{params}",
        names.ARM_KEY: f"{label}{sorted((k, v) for k, v in params.items() if k != 'seed')}",
        names.DATA_DIGEST: digest,
        names.TRAINING_VERSION: "1",
        names.COMMAND: "python -m rnnbench baseline",
    }
    metrics = {"best_val_accuracy": accuracy, "test_accuracy": accuracy}
    return Record(f"{label}{params}", "FINISHED", tags, params, metrics)


def built(baselines: list[Record], runs: list[Record] = CLEAR) -> Document:
    made = replace(tables(runs), baselines=frame(baselines))
    return build(made, "x", OPTIONS)


def measured(record: Record, drop: float) -> Record:
    accuracy = record.metrics["test_accuracy"]
    metrics = {"order_drop": drop, "test_accuracy_shuffled": accuracy - drop, "order_changed": 0.4}
    return Record(record.run_id, "FINISHED", record.tags, record.params, record.metrics | metrics)


@pytest.mark.parametrize("ending", ["test_accuracy", "validation_accuracy"])
def test_a_baseline_has_its_row_by_its_mean(ending: str) -> None:
    found = table(built([baseline()]), ending)
    assert column(found, "arm") == ["LSTM", "bag of words (baseline)", "GRU"]
    assert [row[2].marked for row in found.rows][1] is False
    assert "are not compared" in found.note
    assert len(found.runs[1]) == 1


@pytest.mark.parametrize(
    ("accuracy", "changes", "verdict"),
    [
        (0.86, {"above": "bag_of_words"}, "confirmed"),
        (0.86, {"below": "bag_of_words"}, "refuted"),
        (0.8825, {"above": "bag_of_words"}, "undecided"),
        (0.95, {"below": "bag_of_words"}, "confirmed"),
        (
            0.86,
            {"above": "last_value"},
            "baseline last value has no test accuracy of the last epoch",
        ),
    ],
)
def test_a_claim_may_hold_a_cell_against_a_baseline(
    accuracy: float, changes: dict[str, str], verdict: str
) -> None:
    claim = ClaimConfig(text="x", source="y", metric="test_accuracy", a="lstm", **changes)
    fitted = baseline(accuracy=accuracy, **{"baseline.name": "bag_of_words"})
    made = replace(tables(CLEAR), baselines=frame([fitted]))
    found = table(build(made, "x", OPTIONS, [claim]), "claims")
    assert column(found, "verdict") == [verdict]
    if verdict == "confirmed":
        (told,) = column(found, "tested on")
        assert str(told).endswith(f"LSTM, {next(iter(changes))} bag of words ({accuracy:.4f})")


VECTORS = {
    "model.embedding.kind": "vectors",
    "model.embedding.dim": "300",
    "model.embedding.trainable": "False",
}


@pytest.mark.parametrize(
    ("own", "of_arms", "is_shown"),
    [
        ({"model.embedding.dim": "300"}, {"model.embedding.dim": "300"}, True),
        ({"model.embedding.dim": "300"}, VECTORS, False),
        (VECTORS, VECTORS, True),
        (VECTORS, {**VECTORS, "model.embedding.trainable": "True"}, False),
        (VECTORS, {"model.embedding.kind": "trainable", "model.embedding.dim": "300"}, False),
    ],
)
def test_an_embedding_starts_from_what_that_of_the_arms_does(
    own: dict[str, str], of_arms: dict[str, str], is_shown: bool
) -> None:
    runs = [known(cell, seed, 0.8, **of_arms) for cell in ("lstm", "gru") for seed in (0, 1)]
    found = table(built([baseline("mean embedding", **own)], runs), "test_accuracy")
    assert ("mean embedding (baseline)" in column(found, "arm")) is is_shown


def test_a_better_baseline_takes_no_mark_from_the_cells_and_is_not_plain_above_one() -> None:
    found = table(built([baseline(accuracy=0.95)]), "test_accuracy")
    assert column(found, "arm")[0] == "bag of words (baseline)"
    assert [row[2].marked for row in found.rows] == [True, True, False]


def test_nothing_is_compared_with_a_baseline() -> None:
    with_one, without = built([baseline()]), built([])
    assert table(with_one, "comparisons") == table(without, "comparisons")
    assert table(with_one, "cost") == table(without, "cost")
    verdicts = [
        next(s for s in d.sections if s.key == "answer").blocks[0] for d in (with_one, without)
    ]
    assert verdicts[0].statements[:-1] == verdicts[1].statements[:-1]


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": "other"},
        {"training.validation": "none"},
        {"training.epochs": "3"},
        {"optimizer.name": "sgd"},
        {"training.epochs": "10", "training.early_stopping.patience": "2"},
    ],
)
def test_one_on_other_data_or_under_another_protocol_is_left_out(changes: dict[str, str]) -> None:
    found = table(built([baseline(**changes)]), "test_accuracy")
    assert column(found, "arm") == ["LSTM", "GRU"]
    assert "aseline" not in found.note


def test_one_under_the_same_protocol_is_shown_with_its_seeds() -> None:
    same = {"training.epochs": "10", "optimizer.name": "adam"}
    seeds = [baseline("mean embedding", 0.8 + s / 100, seed=str(s), **same) for s in range(3)]
    found = table(built(seeds), "test_accuracy")
    assert column(found, "seeds") == ["5", "5", "3"]
    assert column(found, "arm")[-1] == "mean embedding (baseline)"


@pytest.mark.parametrize(("validation", "is_told"), [("split", True), ("none", False)])
def test_a_penalty_that_was_chosen_is_told(validation: str, is_told: bool) -> None:
    """It stands beside cells of which nothing was."""
    changes = {"training.validation": validation}
    runs = [known(cell, seed, 0.8, **changes) for cell in ("lstm", "gru") for seed in (0, 1)]
    bag = baseline(**changes, **{"baseline.name": "bag_of_words"})
    note = table(built([bag], runs), "test_accuracy").note
    assert ("has the penalty of the best validation accuracy" in note) is is_told


@pytest.mark.parametrize("is_searched", [True, False])
def test_one_stands_beside_arms_whose_values_a_search_drew(is_searched: bool) -> None:
    """Untuned, as it was configured: what a search drew for a cell is no part of the protocol."""
    space = {"optimizer.learning_rate": {"type": "float", "low": 0.001, "high": 0.1}}
    tags = {names.STUDY: "s", names.SEARCH: json.dumps({"space": space})} if is_searched else {}
    runs = [
        known(cell, seed, 0.8, **{"optimizer.learning_rate": "0.02"})
        for cell in ("lstm", "gru")
        for seed in range(3)
    ]
    runs = [replace(one, tags={**one.tags, **tags}) for one in runs]
    rates = [
        baseline("mean embedding", **{"optimizer.name": name, "optimizer.learning_rate": "0.001"})
        for name in ("adam", "sgd")
    ]
    found = table(built(rates, runs), "test_accuracy")
    assert ("mean embedding (baseline)" in column(found, "arm")) is is_searched
    assert len(found.rows) == 2 + is_searched
    assert ("baselines have as it was configured" in found.note) is is_searched


def test_one_is_named_by_what_varies_between_the_arms_beside_it() -> None:
    runs = [
        measured_at(length, known(cell, seed, 0.8, **{"data.maxlen": length}))
        for cell in ("lstm", "gru")
        for length in ("100", "500")
        for seed in range(3)
    ]
    long = measured_at("500", baseline("mean embedding", **{"model.depth": "1"}))
    found = table(built([long], runs), "test_accuracy")
    assert "mean embedding (baseline, 500 time steps)" in column(found, "arm")


def measured_at(length: str, record: Record) -> Record:
    """The run on sequences of that length, whose arrays are others."""
    params = {**record.params, "data.maxlen": length}
    return replace(record, params=params, tags={**record.tags, names.DATA_DIGEST: length})


def test_baselines_come_by_name_and_in_the_table_of_order_by_accuracy() -> None:
    runs = [measured(record, 0.3) for record in CLEAR]
    given = [baseline(name, accuracy) for name, accuracy in (("c", 0.7), ("b", 0.6), ("a", 0.8))]
    document = built(given, runs)
    assert column(table(document, "_runs"), "arm")[2:] == [f"{n} (baseline)" for n in "abc"]
    assert column(table(document, "_order"), "arm")[2:] == [f"{n} (baseline)" for n in "acb"]


def test_a_baseline_has_its_command_and_its_id() -> None:
    known = baseline()
    document = built([known])
    commands = table(document, "commands")
    assert "python -m rnnbench baseline" in column(commands, "command")
    found = table(document, "_runs")
    assert column(found, "arm")[-1] == "bag of words (baseline)"
    assert column(found, "run ids")[-1] == known.run_id


def test_a_failed_baseline_is_left_out() -> None:
    failed = replace(baseline(), status="FAILED")
    assert column(table(built([failed]), "test_accuracy"), "arm") == ["LSTM", "GRU"]


class TestOrder:
    def test_shows_what_each_arm_loses_and_baselines_lose_nothing(self) -> None:
        runs = [measured(record, 0.3 + record.seed / 100) for record in CLEAR]
        found = table(built([baseline()], runs), "_order")
        assert column(found, "arm") == ["LSTM", "GRU", "bag of words (baseline)"]
        assert column(found, "drop")[0].startswith("0.3200 ± ")  # type: ignore[attr-defined]
        assert column(found, "drop")[2] == "0.0000"
        low, high = map(float, str(column(found, "drop 95 %")[0]).split(" to "))
        assert low < 0.32 < high
        assert column(found, "shuffled")[2] == column(found, "test accuracy")[2]
        assert column(found, "answers changed") == ["0.4000 ± 0.0000"] * 2 + ["0.0000"]

    def test_does_without_what_older_runs_were_not_asked(self) -> None:
        runs = [measured(record, 0.3) for record in CLEAR]
        for record in runs:
            del record.metrics["order_changed"]
        found = table(built([baseline()], runs), "_order")
        assert "answers changed" not in [column.name for column in found.columns]
        assert {len(row) for row in found.rows} == {len(found.columns)}

    def test_counts_only_the_seeds_that_were_measured(self) -> None:
        runs = [measured(record, 0.3) if record.seed < 2 else record for record in CLEAR]
        found = table(built([], runs), "_order")
        assert column(found, "seeds") == ["2", "2"]

    def test_is_left_out_where_it_was_not_measured(self) -> None:
        with pytest.raises(AssertionError, match="_order"):
            table(built([baseline()]), "_order")

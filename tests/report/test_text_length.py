"""Test accuracy by length of text, and whether length changes what arms differ by."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import recorded
from rnnbench.report.build import Tables, build
from rnnbench.report.document import DataTable, Document
from rnnbench.report.write import data_tables, pictures
from rnnbench.results.by_length import groups, quarters
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.training.tested_weights import Weights
from tests.conftest import Run
from tests.report.records import OPTIONS, record, tables

RNG = np.random.default_rng(3)
LENGTHS = RNG.integers(10, 400, 1_200).astype(np.int32)
# Of texts of more than 300 tokens, lstm answers 90 % rightly and gru 60 %; of others both 90 %.
SHARE = {"lstm": np.full(1_200, 0.9), "gru": np.where(LENGTHS > 300, 0.6, 0.9)}


def runs(**changes: str) -> list[Record]:
    return [record(cell, seed, 0.8, **changes) for cell in SHARE for seed in range(4)]


def right(records: list[Record]) -> dict[str, np.ndarray]:
    return {one.run_id: RNG.random(1_200) < SHARE[one.params["cell.name"]] for one in records}


def made(
    records: list[Record],
    lengths: Mapping[str, np.ndarray],
    answers: Mapping[Weights, Mapping[str, np.ndarray]] | None = None,
) -> Tables:
    correct = {"last": right(records)} if answers is None else answers
    return replace(tables(records), correct=correct, lengths=lengths)


def report(records: list[Record], lengths: Mapping[str, np.ndarray]) -> Document:
    return build(made(records, lengths), "x", OPTIONS)


def table(document: Document, key: str) -> DataTable:
    return next(table for table in data_tables(document) if table.key == key)


def keys(document: Document) -> set[str]:
    return {table.key for table in data_tables(document)}


def test_arms_are_tested_on_groups_of_equal_length() -> None:
    document = report(runs(), {"5e79": LENGTHS})
    rows = table(document, "imdb_by_length").rows
    assert len(rows) == 2 * 8
    assert sum(int(row[4].value or 0) for row in rows) == 2 * len(LENGTHS)
    assert {row[5].text for row in rows} == {"4"}
    for row in rows:
        shortest, longest = float(row[1].value or 0), dict(row[1].extra)["to"]
        if shortest > 300 or longest <= 300:
            wanted = 0.6 if row[0].text == "GRU" and shortest > 300 else 0.9
            assert row[2].value == pytest.approx(wanted, abs=0.08)
        (_, high), low = row[3].extra[0], row[3].value
        assert float(low or 0) < float(row[2].value or 0) < high
    (picture,) = (one for one in pictures(document) if one.key == "by_length_imdb")
    assert "with 95 % intervals" in picture.title


def test_what_length_changes_has_an_interval() -> None:
    document = report(runs(), {"5e79": LENGTHS})
    (row,) = table(document, "imdb_length_change").rows
    sign = 1 if row[0].text.startswith("LSTM") else -1
    short, long_, change, low = (float(cell.value or 0) for cell in row[1:5])
    assert sign * short == pytest.approx(0.0, abs=0.05)
    assert sign * long_ == pytest.approx(0.3, abs=0.05)
    assert change == pytest.approx(long_ - short)
    ends = sorted([sign * low, sign * dict(row[4].extra)["to"]])
    assert 0 < ends[0] < sign * change < ends[1]
    assert "outside of the family that decides" in table(document, "imdb_length_change").note


def test_cut_texts_are_the_same_texts() -> None:
    short = runs(**{"data.maxlen": "50"})
    cut = [replace(one, tags=one.tags | {names.DATA_DIGEST: "cut"}) for one in short]
    document = report([*runs(), *cut], {"5e79": LENGTHS, "cut": np.minimum(LENGTHS, 50)})
    rows = table(document, "imdb_by_length").rows
    assert len({row[0].text for row in rows}) == 4
    assert len({row[1].text for row in rows}) == 8
    section = next(section for section in document.sections if section.key == "length")
    (lead,) = section.blocks[0].paragraphs
    assert lead.endswith(
        "tokens of the whole text, of which a model sees at most the last 50 or 100."
    )


def test_answers_are_those_of_the_weights_that_were_asked_for() -> None:
    records = runs(**{"training.test": "best"})
    answers: dict[Weights, dict[str, np.ndarray]] = {
        "best": {one.run_id: np.ones(1_200, bool) for one in records},
        "last": {one.run_id: np.zeros(1_200, bool) for one in records},
    }
    document = build(made(records, {"5e79": LENGTHS}, answers), "x", OPTIONS)
    found = table(document, "imdb_by_length")
    assert {row[2].value for row in found.rows} == {1.0}
    assert "Answers of the weights of the best epoch." in found.note


@pytest.mark.parametrize(
    "lengths",
    [
        {},
        {"another": LENGTHS},
        {"5e79": LENGTHS[:-1]},
        {"5e79": np.full(1_200, 8, np.int32)},
    ],
)
def test_where_lengths_are_not_known_or_alike_nothing_is_said(
    lengths: Mapping[str, np.ndarray],
) -> None:
    document = report(runs(), lengths)
    assert not {"imdb_by_length", "imdb_length_change"} & keys(document)
    assert "length" not in {section.key for section in document.sections}


@pytest.mark.slow
def test_without_its_store_a_report_says_the_same_of_lengths(
    run: Run, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "_SAMPLES", 240)
    words = ("data=reviews", "data.limit=100", "data.test_limit=240", "+cell=gru,lstm", "seeds=3")
    recorded.fill(work_dir, words, epochs=2)
    folder = Path("reports", "mine")
    before = []
    for _ in range(2):
        assert run("report", "mine", "formats=csv").status == 0
        before.append({path: path.read_bytes() for path in folder.rglob("*") if path.is_file()})
        shutil.rmtree("runs", ignore_errors=True)
    assert before[0] == before[1]
    names_ = {str(path.relative_to(folder)) for path in before[0]}
    assert {"lengths.parquet", "figures/by_length_reviews.svg"} <= names_
    assert {"tables/reviews_by_length.csv", "tables/reviews_equal_cost.csv"} <= names_
    heads = (folder / "tables" / "reviews_by_length.csv").read_text("utf-8").splitlines()[0]
    assert heads == (
        "arm,tokens_lo,tokens_hi,accuracy_mean,accuracy_sd,accuracy_lo,accuracy_hi,samples,seeds,"
        "run_ids"
    )


class TestGroups:
    @pytest.mark.parametrize("count", [200, 900, 30_000])
    def test_hold_each_sample_once_and_about_as_many(self, count: int) -> None:
        lengths = RNG.integers(1, 5_000, count).astype(np.int32)
        found = groups(lengths)
        assert len(found) == min(8, count // 100)
        assert (np.sum([one.samples for one in found], axis=0) == 1).all()
        assert max(one.count for one in found) < 1.1 * min(one.count for one in found) + 3
        ends = [end for one in found for end in (one.shortest, one.longest)]
        assert ends == sorted(ends)

    def test_samples_of_one_length_stay_together(self) -> None:
        lengths = np.array([500] * 850 + [20] * 150, np.int32)
        assert [(one.shortest, one.longest, one.count) for one in groups(lengths)] == [
            (20, 20, 150),
            (500, 500, 850),
        ]

    def test_few_samples_are_not_divided(self) -> None:
        assert groups(np.arange(199, dtype=np.int32)) == []

    def test_quarters_are_apart(self) -> None:
        found = quarters(np.array([1, 2, 3, 4] * 50, np.int32))
        assert found is not None
        short, long_ = found
        assert not (short & long_).any()
        assert short.sum() >= 50 <= long_.sum()
        assert quarters(np.array([7] * 200, np.int32)) is None

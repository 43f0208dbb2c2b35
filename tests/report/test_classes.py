"""What is answered by class: stored labels, scores, confusions and what a report says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    precision_recall_curve,
    precision_recall_fscore_support,
)

from rnnbench.plots.confusion import Confusion, save_confusions
from rnnbench.report.build import Tables, build
from rnnbench.report.document import DataTable, Document
from rnnbench.report.snapshot import read_snapshot, write_snapshot
from rnnbench.report.write import data_tables, pictures
from rnnbench.results.by_class import RECALLS, ByClass, by_class, is_worth_telling
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.training.predictions import FILE, Labelled, labelled_in, save
from rnnbench.training.stored_arrays import StoredArrays
from tests.report.records import OPTIONS, record, tables

NAMES = ("ham", "news", "spam")
LABELS = np.repeat([0, 1, 2], [170, 20, 10]).astype(np.int32)


def outputs(labels: np.ndarray, classes: int, seed: int, *, ties: bool = False) -> np.ndarray:
    """Probabilities that are higher for the true class, in steps where there are ties."""
    rng = np.random.default_rng(seed)
    shown = rng.random((len(labels), classes)) + 0.5 * np.eye(classes)[labels]
    shown = shown.round(1) if ties else shown
    return (shown / shown.sum(axis=1, keepdims=True)).astype(np.float32)


def of_classes(classes: int, counts: Sequence[int], seed: int = 0) -> ByClass:
    labels = np.repeat(range(classes), counts).astype(np.int32)
    known = Labelled(tuple(f"class {one}" for one in range(classes)), labels, {})
    return by_class(known, outputs(labels, classes, seed))


class TestPredictions:
    def test_are_kept_with_labels_and_names(self, tmp_path: Path) -> None:
        last, best = outputs(LABELS, 3, 0), outputs(LABELS, 3, 1)
        save({"last": last, "best": best}, "best", LABELS, tmp_path, NAMES)
        found = labelled_in(StoredArrays(tmp_path / FILE), "best")
        assert found is not None
        assert found.names == NAMES
        np.testing.assert_array_equal(found.labels, LABELS)
        np.testing.assert_array_equal(found.outputs["last"], last)
        np.testing.assert_array_equal(found.outputs["best"], best)

    def test_of_two_classes_tell_their_labels_without_them(self, tmp_path: Path) -> None:
        labels, shown = LABELS[160:] % 2, outputs(LABELS[160:] % 2, 2, 0)[:, 1:]
        right = (shown[:, 0] > 0.5) == labels
        np.savez(tmp_path / FILE, allow_pickle=False, outputs=shown, correct=right)
        found = labelled_in(StoredArrays(tmp_path / FILE), "last")
        assert found is not None
        np.testing.assert_array_equal(found.labels, labels)
        assert found.names == ("0", "1")

    def test_of_more_classes_are_left_out_without_labels(self, tmp_path: Path) -> None:
        right = LABELS == 0
        np.savez(tmp_path / FILE, allow_pickle=False, outputs=outputs(LABELS, 3, 0), correct=right)
        assert labelled_in(StoredArrays(tmp_path / FILE), "last") is None
        assert labelled_in(StoredArrays(tmp_path / "none.npz"), "last") is None

    @pytest.mark.parametrize(
        "changed",
        [
            {"labels": LABELS[1:]},
            {"labels": LABELS + 1},
            {"labels": LABELS.astype(float)},
            {"outputs": np.full((200, 3), np.nan, np.float32)},
            {"outputs": np.zeros((200, 3), np.int32)},
            {"outputs_best": np.zeros((3, 3), np.float32)},
            {"classes": np.array(["a"])},
        ],
    )
    def test_that_are_something_else_are_left_out(
        self, changed: dict[str, np.ndarray], tmp_path: Path
    ) -> None:
        arrays = {"labels": LABELS, "outputs": outputs(LABELS, 3, 0), "classes": np.array(NAMES)}
        np.savez(tmp_path / FILE, allow_pickle=False, **(arrays | changed))
        assert labelled_in(StoredArrays(tmp_path / FILE), "last") is None


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("classes", [2, 3])
def test_scores_by_class_are_those_of_scikit_learn(classes: int, *, ties: bool) -> None:
    labels = LABELS % classes
    shown = outputs(labels, classes, 7, ties=ties)
    found = by_class(Labelled(NAMES[:classes], labels, {}), shown[:, 1:] if classes == 2 else shown)
    named = shown.argmax(axis=1) if classes > 2 else (shown[:, 1] > 0.5).astype(int)
    np.testing.assert_array_equal(found.confusion, confusion_matrix(labels, named))
    wanted = precision_recall_fscore_support(labels, named, zero_division=0.0)
    np.testing.assert_allclose(found.scores, np.stack(wanted[:3]))
    np.testing.assert_array_equal(found.samples, wanted[3])
    shown = np.stack([1 - shown[:, 1], shown[:, 1]], axis=1) if classes == 2 else shown
    for one in range(classes):
        average = average_precision_score(labels == one, shown[:, one])
        assert found.average_precision[one] == pytest.approx(average, abs=1e-6)
        precision, recall, _ = precision_recall_curve(labels == one, shown[:, one])
        highest = [precision[recall >= at - 1e-9].max() for at in RECALLS]
        np.testing.assert_allclose(found.precision[one], highest, atol=6e-5)


def test_a_class_without_samples_has_no_curve() -> None:
    found = of_classes(3, (30, 10, 0))
    assert np.isnan(found.precision[2]).all()
    assert np.isnan(found.average_precision[2])
    assert np.isnan(found.scores[1, 2])


def test_even_halves_and_very_many_classes_are_not_told() -> None:
    def worth(counts: Sequence[int]) -> bool:
        labels = np.repeat(range(len(counts)), counts).astype(np.int32)
        return is_worth_telling(Labelled(tuple(map(str, range(len(counts)))), labels, {}))

    assert not worth([50, 50])
    assert not worth([60, 40])
    assert worth([61, 39])
    assert worth([5, 5, 5])
    assert worth([1] * 50)
    assert not worth([1] * 51)


def runs(majority: str | None = None, **metrics: float) -> list[Record]:
    found = [record(cell, seed, 0.8) for cell in ("lstm", "gru") for seed in range(3)]
    tags = {} if majority is None else {names.MAJORITY: majority}
    return [replace(r, tags=r.tags | tags, metrics=dict(r.metrics) | metrics) for r in found]


def made(records: list[Record], classes: int = 3, counts: Sequence[int] = (170, 20, 10)) -> Tables:
    found = {r.run_id: of_classes(classes, counts, n) for n, r in enumerate(records)}
    return replace(tables(records), classes={"last": found})


def table(document: Document, key: str) -> DataTable:
    return next(table for table in data_tables(document) if table.key == key)


def test_a_report_tells_each_class_of_each_arm() -> None:
    records = runs(test_macro_f1=0.5, test_balanced_accuracy=0.6, test_auc=0.7)
    document = build(made(records), "x", OPTIONS)
    section = next(section for section in document.sections if section.key == "classes")
    (lead,) = section.blocks[0].paragraphs
    assert lead == (
        "The 200 test samples are of 3 classes: 85 % are of class 0, the most frequent one, and "
        "5 % of class 2, the rarest."
    )
    found = table(document, "imdb_by_class")
    assert [row[1].text for row in found.rows] == ["class 0", "class 1", "class 2"] * 2
    assert [row[2].value for row in found.rows[:3]] == [170.0, 20.0, 10.0]
    own = [n for n, r in enumerate(records) if r.params["cell.name"] == "gru"]
    first = [of_classes(3, (170, 20, 10), n) for n in own]
    row = next(row for row in found.rows if row[0].text == "GRU" and row[1].text == "class 2")
    for place in range(3):
        wanted = np.mean([one.scores[place, 2] for one in first])
        assert row[3 + place].value == pytest.approx(wanted)
    assert row[6].value == pytest.approx(np.mean([one.average_precision[2] for one in first]))
    assert [row[1].value for row in table(document, "imdb_class_scores").rows] == [0.5, 0.5]
    keys = {picture.key for picture in pictures(document)}
    assert {"confusion_imdb", "precision_recall_imdb"} <= keys


def test_many_classes_have_a_table_of_confusions_and_no_matrix() -> None:
    document = build(made(runs(), 25, [40] * 25), "x", OPTIONS)
    found = table(document, "imdb_confused")
    assert len(found.rows) == 2 * 10
    shares = [round(float(row[3].value or 0), 9) for row in found.rows[:10]]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0
    assert all(row[1].text != row[2].text for row in found.rows)
    assert "confusion_imdb" not in {picture.key for picture in pictures(document)}
    assert table(document, "imdb_by_class").title == "By class"


def test_where_nothing_is_known_by_class_nothing_is_said() -> None:
    document = build(tables(runs()), "x", OPTIONS)
    assert "classes" not in {section.key for section in document.sections}


def test_a_report_is_made_again_of_the_same_answers_by_class(tmp_path: Path) -> None:
    before = made(runs(), 3, (170, 20, 0))
    write_snapshot(before, tmp_path)
    after = read_snapshot(tmp_path)
    assert build(after, "x", OPTIONS).sections == build(before, "x", OPTIONS).sections
    for run_id, one in before.classes["last"].items():
        same = after.classes["last"][run_id]
        assert same.names == one.names
        np.testing.assert_array_equal(same.confusion, one.confusion)
        np.testing.assert_array_equal(same.precision, one.precision)
        np.testing.assert_array_equal(same.average_precision, one.average_precision)


class TestAnswer:
    def told(self, records: list[Record], metric: str = "auto") -> str:
        options = OPTIONS.model_copy(update={"metric": metric})
        section = build(tables(records), "x", options).sections[0]
        return " ".join(str(one) for block in section.blocks for one in block.statements)

    @pytest.mark.parametrize(("majority", "is_said"), [("170 of 200", True), ("160 of 200", False)])
    def test_says_where_accuracy_says_little(self, majority: str, *, is_said: bool) -> None:
        told = self.told(runs(majority, test_macro_f1=0.5, test_accuracy_last=0.9))
        sentence = (
            "Accuracy says little here: 85 % of the test samples are of one class; "
            "report.metric=test_macro_f1 compares by a score in which each class counts alike."
        )
        assert (sentence in told) == is_said
        assert ("Accuracy says little" in told) == is_said

    def test_names_no_metric_that_runs_lack(self) -> None:
        told = self.told(runs("170 of 200", test_accuracy_last=0.9))
        assert "Accuracy says little here: 85 % of the test samples are of one class." in told

    def test_does_not_doubt_what_was_asked_for(self) -> None:
        known = runs("170 of 200", test_macro_f1=0.5, test_accuracy_last=0.7)
        told = self.told(known, "test_macro_f1")
        assert "Accuracy says little" not in told
        # Less accurate than the most frequent class, but it finds the others.
        assert "earned" not in told
        assert "Learned nothing" in self.told(known)

    @pytest.mark.parametrize(("area", "is_nothing"), [(0.93, False), (0.57, False), (0.54, True)])
    def test_who_tells_rare_classes_apart_has_learned_something(
        self, area: float, *, is_nothing: bool
    ) -> None:
        many = runs("1700 of 2000", test_accuracy_last=0.85, test_auc_last=area)
        lead = "Learned nothing" if is_nothing else "No more accurate than guessing"
        told = self.told(many)
        assert (
            f"{lead}: LSTM and GRU. Always answering the most frequent class is as good (0.85)."
        ) in told
        assert ("neither learned anything" in told) == is_nothing
        assert told.count("is as good") == 1 + is_nothing

    def test_an_area_of_few_samples_shows_little(self) -> None:
        few = runs("17 of 20", test_accuracy_last=0.85, test_auc_last=0.6)
        assert "Learned nothing: LSTM and GRU." in self.told(few)


def test_a_matrix_says_what_each_cell_is(tmp_path: Path) -> None:
    document = build(made(runs()), "x", OPTIONS)
    found = {picture.key: picture for picture in pictures(document)}
    for key in ("confusion_imdb", "precision_recall_imdb"):
        found[key].save([tmp_path / f"{key}.svg"])
    matrix = (tmp_path / "confusion_imdb.svg").read_text("utf-8")
    assert 'data-name="GRU"' in matrix
    assert "of class 2 answered correctly" in matrix
    assert "of class 1 answered as class 0" in matrix
    curves = (tmp_path / "precision_recall_imdb.svg").read_text("utf-8")
    assert "recall 0.50: precision" in curves


def test_long_names_of_a_matrix_keep_both_ends(tmp_path: Path) -> None:
    long_ = ("reviews of the first year", "reviews of the second year")
    save_confusions([Confusion("LSTM", "lstm", np.eye(2))], long_, "x", [tmp_path / "x.svg"])
    drawn = (tmp_path / "x.svg").read_text("utf-8")
    assert ">reviews…t year<" in drawn
    assert ">reviews…d year<" in drawn
    assert "100.0 % of reviews of the first year answered correctly" in drawn

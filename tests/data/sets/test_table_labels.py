"""The labels of a table as classes: numbers, missing values, lists, and rows without a text."""

from __future__ import annotations

import pytest

from rnnbench.data import prepare
from rnnbench.data.sources import source_of
from rnnbench.errors import DataError


@pytest.fixture
def table(configure, tmp_path):
    """Prepare texts with these labels: how many rows each class has, and what was told."""

    def table(labels: list[str], name: str = "table", **keys):
        config = configure("csv", path=str(write(labels, name)), **{"test_fraction": 0.5, **keys})
        told: list[str] = []
        facts = prepare(config, tmp_path / "home", on_progress=told.append).facts
        counts = zip(facts["train_class_counts"], facts["test_class_counts"], strict=True)
        classes = {name: sum(n) for name, n in zip(facts["class_names"], counts, strict=True)}
        return classes, [
            line for line in told if not line.startswith(("preparing data=", "warning: "))
        ]

    def write(labels: list[str], name: str):
        path = tmp_path / f"{name}.csv"
        rows = [f"word {number},{label}" for number, label in enumerate(labels)]
        path.write_text("\n".join(["text,label", *rows]))
        return path

    table.write = write
    return table


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["1", "1.0", "0", "0.0"], {"0": 2, "1": 2}),
        (["2.0", "10.00", "10", "2"], {"2": 2, "10": 2}),
        (["-1", "1", "-1.0", "1.0", "0", "-0.0"], {"-1": 2, "0": 2, "1": 2}),
        (["1.0", "a", "1", "a"], {"1": 2, "a": 2}),
    ],
)
def test_a_whole_number_with_and_without_decimals_is_one_class(table, labels, classes) -> None:
    found, told = table(labels * 2)
    assert found == {name: 2 * count for name, count in classes.items()}
    assert list(found) == list(classes)
    assert "labels that are one number" in told[0]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["1.0", "0.0", "10.0", "2.0"], ["0.0", "1.0", "10.0", "2.0"]),
        (["01", "1", "10", "2"], ["01", "1", "2", "10"]),
        (["1.5", "1.50", "1e0", "1"], ["1", "1.5", "1.50", "1e0"]),
        (["b", "B", "1", "a"], ["1", "B", "a", "b"]),
    ],
)
def test_other_labels_keep_their_names_and_numbers(table, configure, labels, classes) -> None:
    found, told = table(labels * 2)
    assert list(found) == classes
    assert not any("one number" in line for line in told)
    config = configure("csv", path=str(table.write(labels * 2, "same")), test_fraction=0.5)
    assert "labels" not in source_of(config).fingerprint(config).identity


def test_files_that_had_one_number_as_two_classes_are_prepared_again(table, configure) -> None:
    config = configure("csv", path=str(table.write(["1", "1.0", "0"] * 2, "x")), test_fraction=0.5)
    assert source_of(config).fingerprint(config).identity["labels"] == "numbers joined"


def test_test_labels_are_the_same_numbers_as_in_training(table) -> None:
    for train, test in ((["0", "1"], ["0.0", "1.0"]), (["0.0", "1.0"], ["1", "0"])):
        other = str(table.write(test, "test"))
        found, _ = table(train * 2, test_path=other, test_fraction=None)
        assert list(found.values()) == [3, 3]
    other = str(table.write(["2.0", "3"], "test"))
    with pytest.raises(DataError, match=r"line 2: '2.0' and 1 more; the classes are: 0.0, 1.0"):
        table(["0.0", "1.0"] * 2, test_path=other, test_fraction=None)


def test_one_number_written_in_two_ways_is_one_class_only(table) -> None:
    with pytest.raises(DataError, match=r"at least two classes .* one: 1"):
        table(["1", "1.0"] * 3)


GAPS = ["a", "b", "", "nan", "a", "b", "NA", "nan", "a", " ", "b", "<NA>"]


def test_all_rows_without_a_label_are_named_at_once(table) -> None:
    for missing in (None, "error"):
        with pytest.raises(DataError) as caught:
            table(GAPS, missing=missing)
        assert caught.value.key == "data.path"
        for part in (
            "no label in 2 rows (lines 4, 11)",
            "label 'nan' in 2 rows (lines 5, 9)",
            "label 'NA' in line 8",
            "data.missing=drop to leave 6 rows out",
            "data.missing=keep if label 'nan' is meant",
        ):
            assert part in str(caught.value)
    found, told = table(GAPS, missing="drop")
    assert found == {"a": 3, "b": 3}
    assert "6 of 12 rows left out: no label in 2 rows (lines 4, 11)" in told[0]


def test_a_class_may_be_called_na(table) -> None:
    labels = ["NA", "EU", "None"] * 2
    assert table(labels, missing="keep") == ({"EU": 2, "NA": 2, "None": 2}, [])
    with pytest.raises(DataError, match=r"no label in line 2; .* leave this row out$"):
        table(["", *labels], missing="keep")


def test_only_the_first_lines_are_named(table) -> None:
    labels = ["a", "b", *[""] * 1000]
    with pytest.raises(DataError, match=r"1,000 rows \(lines 4, 5, 6, 7, 8 and 995 more\)"):
        table(labels)


def rows(*texts: str) -> str:
    return "text,label\n" + "".join(f"{text},{'ab'[i % 2]}\n" for i, text in enumerate(texts))


def test_rows_without_a_text_are_named_and_dropped(configure, tmp_path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(rows("one", "", "two", "three", " ", "four", "nan", "five"))

    def counts(**keys) -> tuple[int, list[str]]:
        told: list[str] = []
        config = configure("csv", path=str(path), test_path=str(path), **keys)
        facts = prepare(config, tmp_path, on_progress=told.append).facts
        others = ("preparing data=", "warning: ", "data.test_path: the test file holds what")
        return facts["n_train"], [line for line in told if not line.startswith(others)]

    for missing in (None, "error", "keep"):
        with pytest.raises(DataError, match=r"no text in 2 rows \(lines 3, 6\)"):
            counts(missing=missing)
    with pytest.raises(DataError, match="text 'nan' in line 8"):
        counts(missing="error")
    assert counts(missing="drop")[0] == 5
    # A text may be the word: that is told, and only then left out or kept.
    path.write_text(rows("one", "two", "nan", "four", "five", "six"))
    found, told = counts()
    assert found == 6
    assert "the text 'nan' in line 4: data.missing=drop leaves such rows out" in told[0]
    assert counts(missing="keep") == (6, [])
    assert counts(missing="drop")[0] == 5


def test_nothing_left_is_refused(table) -> None:
    with pytest.raises(DataError, match="rows under the header"):
        table(["", ""], missing="drop")


@pytest.mark.parametrize(
    ("label", "shown"),
    [("\"['pos', 'short']\"", "['pos', 'short']"), ("[]", "[]"), ("a|b", "a|b")],
)
def test_lists_of_labels_are_remarked(table, label: str, shown: str) -> None:
    found, told = table(["x", label, "x", label])
    assert found[shown] == 2
    assert "line 3: " in told[0]
    assert "1 of 2 different ones do" in told[0]
    assert "a class of its own" in told[0]


def test_names_with_brackets_are_no_lists(table) -> None:
    assert table(["(other)", "a", "x-y"] * 2)[1] == []


def test_measured_numbers_as_labels_are_told_to_be_classes(table) -> None:
    with pytest.raises(DataError, match="labels are classes here"):
        table([f"{number / 7:.3f}" for number in range(30)])
    _, told = table([f"{number / 7:.3f}" for number in range(1, 30)] * 2)
    assert "29 numbers as labels; labels are classes here" in told[0]
    assert table([f"{number / 2}" for number in range(1, 11)] * 2)[1] == []


def test_a_class_that_has_nearly_all_rows_is_told(table) -> None:
    _, told = table(["pos"] * 97 + ["neg"] * 3)
    assert "97 of 100 rows are of the class 'pos': an accuracy of 0.970 needs no model" in told[0]
    assert table(["pos"] * 80 + ["neg"] * 20, "even")[1] == []


@pytest.mark.parametrize(
    "alike",
    [
        ["True", "true"],
        ["caf\u00e9", "cafe\u0301"],
        ["pos", "pos\u200b"],
        ["very good", "very  good"],
        ["1", "01", "+1", "1e0"],
        ["1.5", "1.50"],
        ["'1'", "1"],
        ["\uff11", "1"],
    ],
)
def test_labels_that_only_look_different_are_told_and_stay_classes(table, alike) -> None:
    classes, told = table([*alike, "other"] * 2)
    assert len(classes) == len(alike) + 1
    assert f"the labels {alike[0]!r}, " in told[0]
    assert "look alike, and each is a class of its own" in told[0]


@pytest.mark.parametrize("labels", [["1.0", "0.0", "10.0", "2.0"], ["1", "-1"], ["a b", "ab"]])
def test_labels_that_are_different_are_not_remarked_upon(table, labels) -> None:
    assert table(labels * 2)[1] == []


def test_a_test_file_that_is_the_training_file_is_told(table) -> None:
    same = str(table.write(["pos", "neg"] * 3, "copy"))
    _, told = table(["pos", "neg"] * 3, test_path=same, test_fraction=None)
    assert "the test file holds what data.path holds" in told[0]
    other = str(table.write(["neg", "pos"] * 3, "other"))
    assert table(["pos", "neg"] * 3, test_path=other, test_fraction=None)[1] == []

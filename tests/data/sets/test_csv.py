"""The user's own table: any number of classes, a test file or a part set aside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnbench.data import input_spec, prepare
from rnnbench.errors import ConfigError, DataError


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def table(n: int = 30, classes: str = "abc", header: str = "text,label") -> str:
    return "\n".join([header, *(f"word{i},{classes[i % len(classes)]}" for i in range(n))])


def rows_of(prepared) -> list[tuple[tuple[str, ...], str]]:
    """Words and class of every training and test row."""
    words, names = prepared.vocabulary().words, prepared.facts["class_names"]
    arrays = prepared.arrays()
    return [
        [
            (tuple(words.get(t, f"<{t}>") for t in row if t > 1), names[y])
            for row, y in zip(x, labels, strict=True)
        ]
        for x, labels in ((arrays.x_train, arrays.y_train), (arrays.x_test, arrays.y_test))
    ]


def test_a_fraction_of_each_class_is_set_aside(configure, write, tmp_path):
    path = write(table(60, "aab"))
    prepared = prepare(configure("csv", path=str(path), test_fraction=0.25), tmp_path)
    assert prepared.facts["train_class_counts"] == [30, 15]
    assert prepared.facts["test_class_counts"] == [10, 5]
    train, test = rows_of(prepared)
    classes = {f"word{i}": "aab"[i % 3] for i in range(60)}
    assert all(classes[words[0]] == label for words, label in train)
    # Words of the test part were never counted.
    assert {words for words, _ in test} == {("<2>",)}
    again = prepare(configure("csv", path=str(path), test_fraction=0.25), tmp_path / "other")
    assert again.digest == prepared.digest


def test_training_rows_are_shuffled(configure, write, tmp_path):
    rows = ["text,label", *(f"x,{'a' if i < 50 else 'b'}" for i in range(100))]
    prepared = prepare(
        configure("csv", path=str(write("\n".join(rows))), test_fraction=0.2), tmp_path
    )
    tail = prepared.arrays().y_train[-20:]
    assert 0 < tail.sum() < 20


def test_a_second_file_is_the_test(configure, write, tmp_path):
    path = write(table(9))
    other = write("label,text\nc,word1 again\na,word2\n", "test.csv")
    prepared = prepare(configure("csv", path=str(path), test_path=str(other)), tmp_path)
    _, test = rows_of(prepared)
    assert sorted(test) == [(("word1", "<2>"), "c"), (("word2",), "a")]
    other.write_text("label,text\nc,word3 again\na,word2\n")
    changed = prepare(configure("csv", path=str(path), test_path=str(other)), tmp_path)
    assert changed.digest != prepared.digest


def test_quoted_texts_may_hold_delimiters_and_lines(configure, write, tmp_path):
    content = '\ufefftext;label\r\n"one; ""two""\nthree";x\r\n\r\nfour;y\r\nfive;y\r\n'
    config = configure("csv", path=str(write(content)), delimiter="semicolon", test_fraction=0.5)
    prepared = prepare(config, tmp_path)
    rows = [row for part in rows_of(prepared) for row in part]
    assert (("one", "two", "three"), "x") in rows


def test_whole_number_labels_are_sorted_as_numbers(configure, write, tmp_path):
    path = write(table(33, "012").replace(",0", ",10").replace(",1\n", ",9\n"))
    prepared = prepare(configure("csv", path=str(path), test_fraction=0.3), tmp_path)
    assert prepared.facts["class_names"] == ["2", "9", "10"]
    assert input_spec(configure("csv", path=str(path), test_fraction=0.3)).classes == 3


def test_columns_of_token_numbers_are_taken_as_they_stand(configure, write, tmp_path):
    rows = ["tokens,stars", *(f"{i} 7 {10**18 - 1},{i % 2}" for i in range(10))]
    config = configure(
        "csv",
        path=str(write("\n".join(rows))),
        text_column="tokens",
        label_column="stars",
        tokens="numbers",
        num_words=9,
        maxlen=4,
        test_fraction=0.2,
    )
    prepared = prepare(config, tmp_path)
    x, y = prepared.arrays().x_train, prepared.arrays().y_train
    assert prepared.vocabulary() is None
    assert {tuple(row[1:].tolist()) for row in x} <= {(i if i < 9 else 2, 7, 2) for i in range(10)}
    np.testing.assert_array_equal(y[x[:, 1] > 2], x[x[:, 1] > 2, 1] % 2)


@pytest.mark.parametrize(
    ("content", "key", "told"),
    [
        ("", "data.text_column", "not among: none"),
        ("text,label\n", "data.path", "rows under the header, received"),
        (
            "text,stars\nx,1\ny,2\n",
            "data.label_column",
            "not among: text, stars; set data.text_column=text data.label_column=stars",
        ),
        ("text,label,label\nx,1,2\n", "data.label_column", "of which it has 2"),
        ("text;label\nx;1\n", "data.text_column", "data.delimiter=semicolon"),
        ("text,label\nx,1\ny,1\nz,1\n", "data.path", "at least two classes"),
        ("text,label\nx,1\ny,2\nz,3\n", "data.path", "each of them in several rows"),
        ("text,label\nx,1\ny,\nz,2\n", "data.path", "no label in line 3"),
        ("text,label\nx,1\n ,1\nz,2\nz,2\n", "data.path", "no text in line 3"),
        ("text,label\nx,1\ny,2,3\n", "data.path", "3 in line 3"),
        ('text,label\nx,1\n"y,2\n', "data.path", "never closed, in the row that begins in line 3"),
        (b"text,label\nx,1\ncaf\xe9,2\n", "data.path", "byte 0xe9 in line 3"),
        (b"PK\x03\x04\x14\x00\x06\x00\xff\xfe", "data.path", "a zip archive, as Excel's"),
    ],
)
def test_tables_that_cannot_be_read(configure, write, tmp_path, content, key, told):
    config = configure("csv", path=str(write(content)), test_fraction=0.5)
    with pytest.raises(DataError) as caught:
        prepare(config, tmp_path / "home")
    assert caught.value.key == key
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"test_fraction": None}, "data.test_fraction"),
        ({"test_path": "x.csv"}, "data.test_fraction"),
        ({"test_fraction": None, "test_path": "/nowhere.csv"}, "data.test_path"),
        ({"path": "/nowhere.csv"}, "data.path"),
        ({"path": None}, "data.path"),
        ({"label_column": None}, "data.label_column"),
        ({"label_column": "text"}, "data.label_column"),
        ({"test_fraction": 0.001}, "data.test_fraction"),
        ({"tokens": "numbers"}, "data.tokens"),
        ({"classes": ["a", "b"]}, "data.classes"),
    ],
)
def test_keys_that_do_not_fit(configure, write, tmp_path, keys, key):
    keys = {"path": str(write(table())), "test_fraction": 0.2, **keys}
    with pytest.raises((ConfigError, DataError)) as caught:
        prepare(configure("csv", **keys), tmp_path / "home")
    assert caught.value.key == key


def test_test_labels_that_training_lacks(configure, write, tmp_path):
    other = write("text,label\nx,a\ny,d\n", "test.csv")
    config = configure("csv", path=str(write(table())), test_path=str(other))
    with pytest.raises(DataError, match=r"line 3: 'd'; the classes are: a, b, c"):
        prepare(config, tmp_path / "home")


def test_nothing_of_a_table_is_executed(configure, write, tmp_path):
    content = "text,label\n" + "\n".join(
        f"\"=cmd|' /C touch {tmp_path}/owned'!A0 __import__('os')\",{i % 2}" for i in range(8)
    )
    prepared = prepare(configure("csv", path=str(write(content)), test_fraction=0.5), tmp_path)
    assert "cmd" in prepared.vocabulary().rows
    assert not (tmp_path / "owned").exists()


def test_field_limit_of_the_csv_module_is_left_as_it_was(configure, write, tmp_path):
    import csv

    before = csv.field_size_limit()
    path = write("text,label\n" + "\n".join(f"{'w ' * 100_000},{i % 2}" for i in range(4)))
    prepare(configure("csv", path=str(path), test_fraction=0.5), tmp_path)
    assert csv.field_size_limit() == before

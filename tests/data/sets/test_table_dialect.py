"""Tables in other dialects: read under their keys, which the message names without them."""

from __future__ import annotations

import csv
import re

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnbench.data import prepare
from rnnbench.data.sets.table.dialect import Dialect
from rnnbench.errors import ConfigError, DataError, RnnbenchError

TEXTS = [f"{word} {number}" for number in range(6) for word in ("fine film", "dull film")]
LABELS = ["pos", "neg"] * 6


def lines(row: str, header: str, end: str = "\n") -> str:
    rows = [row.format(t=t, y=y) for t, y in zip(TEXTS, LABELS, strict=True)]
    return end.join([header, *rows] if header else rows) + end


@pytest.fixture
def read(configure, tmp_path):
    """Prepare a file: class names, counts, words, and what was told."""

    def read(content: str | bytes, **keys):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        told: list[str] = []
        config = configure("csv", path=str(path), **{"test_fraction": 0.5, **keys})
        prepared = prepare(config, tmp_path / "home", on_progress=told.append)
        facts = prepared.facts
        counts = [
            a + b
            for a, b in zip(facts["train_class_counts"], facts["test_class_counts"], strict=True)
        ]
        told = [line for line in told if not line.startswith(("preparing data=", "warning: "))]
        return dict(zip(facts["class_names"], counts, strict=True)), prepared, told

    return read


def keys_in(message: str) -> dict[str, object]:
    """Return the keys that a message says to set."""
    asked = re.split(r"; | or |, ", message.rpartition("set data.")[2])[0]
    words = re.findall(r"([a-z_]+)=([^ ]+)", "data." + asked)
    return {key: yaml.safe_load(value) for key, value in words}


# File, keys of the columns, the keys that read it.
COLUMNS = {"text_column": "text", "label_column": "label"}
DIALECTS = {
    "semicolon": (lines("{t};{y}", "text;label"), COLUMNS, {"delimiter": "semicolon"}),
    "tab": (lines("{t}\t{y}", "text\tlabel"), COLUMNS, {"delimiter": "tab"}),
    "pipe": (lines('"{t}"|{y}', "text|label"), COLUMNS, {"delimiter": "pipe"}),
    "sep line of Excel": (
        "sep=;\r\n" + lines('"{t}";{y}', "text;label", "\r\n"),
        COLUMNS,
        {"delimiter": "semicolon"},
    ),
    "backslash before quotation marks, as Kaggle writes": (
        lines('"1_8"\t{y}\t"{t} \\"The Sixth\\" <br />end"', "id\tlabel\ttext"),
        {**COLUMNS, "delimiter": "tab"},
        {"escape": "backslash"},
    ),
    "space before quotation marks": (
        lines('"{t}, indeed", "{y}"', "text, label").replace('"fine', ' "fine'),
        COLUMNS,
        {"skip_initial_space": True},
    ),
    "quotation mark that is never closed": (
        lines('{y},"{t}', "label,text"),
        COLUMNS,
        {"quoting": "none"},
    ),
    "other delimiter and other quotation marks": (
        lines("{y}|'{t}' \"x", "label|text").replace("|'fine", '|"fine'),
        COLUMNS,
        {"delimiter": "pipe", "quoting": "none"},
    ),
    "no header, as in AG News": (
        lines('"{y}","Title","{t} \\ reuters"', ""),
        COLUMNS,
        {"header": False, "text_column": 2, "label_column": 0},
    ),
    "no header and tabs, as in the SMS collection": (
        lines('{y}\t{t} "hi', ""),
        COLUMNS,
        {"delimiter": "tab", "header": False, "text_column": 1, "label_column": 0},
    ),
    "no header, columns by name": (
        lines("{y},{t}", ""),
        {**COLUMNS, "header": False},
        {"text_column": 1, "label_column": 0},
    ),
    "other names": (
        lines("{y},7,{t}", "sentiment,id,review"),
        COLUMNS,
        {"text_column": "review", "label_column": "sentiment"},
    ),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_message_names_the_keys_that_read_the_file(read, name: str) -> None:
    content, keys, missing = DIALECTS[name]
    with pytest.raises(RnnbenchError) as caught:
        read(content, **keys)
    assert "\n" not in str(caught.value)
    assert keys_in(str(caught.value)) == missing
    found, prepared, told = read(content, **{**keys, **missing})
    assert found == {"neg": 6, "pos": 6}
    assert told == []
    assert {"fine", "film"} <= set(prepared.vocabulary().rows)


SWALLOWED = (
    'label\ttext\nham\thello\nham\t"what a day\nspam\tbuy now\nspam\twin now\n'
    'ham\tgood night"\nham\tok\nspam\tfree\nham\tyes\nspam\tcash\n'
)


def test_rows_swallowed_by_a_quotation_mark_are_told_with_their_lines(read) -> None:
    for _ in range(2):  # prepared by the first, told again by the second
        found, _, told = read(SWALLOWED, delimiter="tab")
        assert found == {"ham": 4, "spam": 2}
        (remark,) = told
        assert "lines 3 to 6" in remark
        assert "9 lines gave 6 rows" in remark
        assert "data.quoting=none (reads 9 rows)" in remark
    found, _, told = read(SWALLOWED, delimiter="tab", quoting="none")
    assert (found, told) == ({"ham": 5, "spam": 4}, [])
    found, _, told = read(SWALLOWED, delimiter="tab", quoting="minimal")
    assert (found, told) == ({"ham": 4, "spam": 2}, [])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('a\t"x\nb\ty\na\tz\nb\tv"\n', "at least two classes"),
        ('a\t"x\nb\ty\na\tz\nb\tv"\nc\td\ne\tf\n', "each of them in several rows"),
        ('\t"x\nb\ty\na\tz\nb\tv"\nc\td\nc\tf\n', "a label in every row"),
    ],
)
def test_what_is_wrong_because_of_swallowed_rows_is_told_so(read, row: str, expected: str) -> None:
    with pytest.raises(DataError, match=r"lines 2 to 5: .* swallowed rows") as caught:
        read("label\ttext\n" + row, delimiter="tab")
    assert expected in str(caught.value)


def test_texts_of_several_lines_are_told_and_stay_whole(read) -> None:
    content = 'text,label\n"one,\ntwo",a\nthree,b\n"four,\n\nfive",a\nsix,b\n'
    found, _, told = read(content)
    assert found == {"a": 2, "b": 2}
    (remark,) = told
    assert "lines 2 to 3" in remark
    assert "and so in 1 more row" in remark
    assert "data.quoting=none" not in remark  # that would not read it
    assert read(content, quoting="minimal")[2] == []
    # Line breaks alone are no sign of a fault.
    assert read(content.replace(",\n", "\n"))[2] == []


@pytest.mark.parametrize(
    ("content", "keys", "told"),
    [
        ("label,text\na,x\\\nb,y\na,z\nb,w\n", {"escape": "backslash"}, "data.escape=null"),
        ('label,text\na,"x,y"\nb,y\na,z\n', {"quoting": "none"}, "data.quoting=auto"),
    ],
)
def test_a_key_that_spoils_the_reading_is_named(read, content, keys, told) -> None:
    with pytest.raises(DataError) as caught:
        read(content, **keys)
    assert told in str(caught.value)


def test_quotation_marks_after_a_space_are_told(read) -> None:
    content = lines('{t}, "{y}"', "text, label")
    found, _, told = read(content)
    assert found == {'"neg"': 6, '"pos"': 6}
    assert "line 2" in told[0]
    assert "data.skip_initial_space=true" in told[0]
    assert read(content, skip_initial_space=False)[2] == []
    assert read(content, skip_initial_space=True)[::2] == ({"neg": 6, "pos": 6}, [])


def test_a_header_that_is_read_as_data_is_told(read) -> None:
    content = lines("{t},{y}", "text,label")
    found, _, told = read(content, header=False, text_column=0, label_column=1)
    assert found == {"label": 1, "neg": 6, "pos": 6}
    assert "line 1: no other row has the label 'label'" in told[0]


def test_columns_with_numbers_for_names(read) -> None:
    content = lines("{y},{t}", "0,1")
    assert read(content, text_column=1, label_column=0)[0] == {"neg": 6, "pos": 6}
    with pytest.raises(DataError, match=r"columns have numbers with data.header=false"):
        read(lines("{y},{t}", ""), text_column=2, label_column=0)


def test_a_second_file_is_read_as_the_first(configure, tmp_path) -> None:
    for name in ("train", "test"):
        (tmp_path / name).write_text(lines("{y}|{t}", ""))
    keys = {"delimiter": "|", "header": False, "text_column": 1, "label_column": 0}
    files = {"path": str(tmp_path / "train"), "test_path": str(tmp_path / "test")}
    assert prepare(configure("csv", **keys, **files), tmp_path).facts["n_test"] == 12
    (tmp_path / "test").write_text("pos\n")
    with pytest.raises(DataError, match=r"number \(from 0\) of a column of .*test"):
        prepare(configure("csv", **keys, **files), tmp_path)


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"delimiter": "ab"}, "data.delimiter"),
        ({"delimiter": ""}, "data.delimiter"),
        ({"delimiter": '"'}, "data.delimiter"),
        ({"delimiter": "\n"}, "data.delimiter"),
        ({"escape": "none"}, "data.escape"),
        ({"escape": "comma"}, "data.escape"),
        ({"delimiter": " ", "skip_initial_space": True}, "data.skip_initial_space"),
        ({"text_column": 1, "label_column": "1", "header": False}, "data.label_column"),
        ({"text_column": 7}, "data.text_column"),
        ({"text_column": 7, "header": False}, "data.text_column"),
    ],
)
def test_dialects_that_are_refused(read, keys: dict[str, object], key: str) -> None:
    with pytest.raises((ConfigError, DataError)) as caught:
        read(lines("{t},{y}", "text,label"), **keys)
    assert caught.value.key == key


FIELDS = st.text(st.sampled_from(["a", "é", " ", ",", ";", '"', "\\", "\n", "\r", "\u2028"]))
ROWS = st.lists(st.tuples(FIELDS, FIELDS.map("x{}".format)), min_size=1, max_size=8)


@given(ROWS, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from([None, "\\"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_csv_module_writes_is_read_back(tmp_path, rows, delimiter, escape) -> None:
    path = tmp_path / "written"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(
            file, delimiter=delimiter, escapechar=escape, doublequote=escape is None, quoting=1
        )
        writer.writerows(rows)
    read = list(Dialect(delimiter, escape=escape).read(path, "data.path"))
    assert [tuple(row.fields) for row in read] == rows
    content = path.read_bytes()
    ends = len(re.findall(rb"\r\n|\r|\n", content))
    assert read[0].first == 1
    assert read[-1].last == ends
    assert [row.first for row in read[1:]] == [row.last + 1 for row in read[:-1]]


def test_lines_that_are_named_are_those_of_the_file(read) -> None:
    content = 'text,label\n\n"one\n\ntwo",a\n\nthree,b,c\n'
    with pytest.raises(DataError, match="3 in line 7"):
        read(content)


def test_idle_keys_are_no_part_of_a_configuration(configure) -> None:
    added = {"header", "quoting", "escape", "skip_initial_space", "encoding", "missing"}
    assert not added & set(configure("csv", path="x").model_dump())


def test_field_limit_is_left_as_it_was_after_trying_dialects(read, tmp_path) -> None:
    before = csv.field_size_limit()
    with pytest.raises(DataError):
        read(lines('{y},"{t}', "label,text"))
    path = tmp_path / "table.csv"
    rows = Dialect(",", quoting="none").read(path, "data.path")
    next(rows)
    assert csv.field_size_limit() == before
    rows.close()

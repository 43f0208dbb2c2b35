"""Texts to ask about, and files of answers: nothing hangs, nothing is lost, nothing is executed."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from rnnbench.errors import ConfigError, DataError
from rnnbench.formatting.spreadsheet import guarded
from rnnbench.stored import answers, asked
from rnnbench.stored.answers import answers_as, check_output, write_answers
from rnnbench.stored.asked import AskedTexts, read_texts, typed_text
from rnnbench.stored.predict import Prediction


def test_a_line_ends_with_a_new_line_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    inside = "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\rj"
    file.write_bytes(f"\ufeff{inside}\r\n \r\n\n\tlast \r".encode())
    found = read_texts(file)
    assert found == AskedTexts("line", (1, 2, 3, 4), (inside, " ", "", "\tlast "))
    file.write_bytes(b"one\ntwo\n\n")
    assert read_texts(file).texts == ("one", "two", "")


def test_files_of_a_folder_are_texts_by_name(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"two\r\nlines\r\n")
    (tmp_path / "a.txt").write_text("first")
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "other.md").write_text("no text")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    found = read_texts(tmp_path)
    assert found == AskedTexts(
        "file", ("a.txt", "b.txt", "empty.txt"), ("first", "two\r\nlines\r\n", " \n")
    )
    assert found.where([0, 2]) == "files a.txt, empty.txt"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "at least one text"),
        (b"\n \n", "at least one text"),
        (b"good\ncaf\xe9\n", "byte 0xe9 in line 2; set data.encoding="),
        ("good".encode("utf-16-le"), "set data.encoding=utf-16-le"),
    ],
)
def test_a_file_without_text_is_refused(tmp_path: Path, content: bytes, part: str) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(content)
    with pytest.raises(DataError, match=part) as caught:
        read_texts(file)
    assert caught.value.key == "file"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", [None, "utf-16", "cp1252"])
def test_a_file_is_read_in_its_encoding(tmp_path: Path, encoding: str | None) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes("café\n’s".encode(encoding or "utf-8-sig"))
    assert read_texts(file, encoding).texts == ("café", "’s")
    with pytest.raises(ConfigError, match=r"data\.encoding"):
        read_texts(file, "rot13")


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "/dev/tty", "no/such", "a\0b", "x" * 300])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError) as caught:
        read_texts(tmp_path / name)
    assert caught.value.key == "file"


def test_far_too_many_texts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("a good\nday\nand\nnight\n")
    monkeypatch.setattr(asked, "LARGEST_BYTES", 50)
    for path in (tmp_path, tmp_path / "a.txt"):
        with monkeypatch.context() as fewer:
            fewer.setattr(asked, "MOST_TEXTS", 2)
            with pytest.raises(DataError, match=r"and 2 texts.*split the file"):
                read_texts(path)
    with pytest.raises(DataError, match="at most 50 bytes"):
        read_texts(tmp_path)
    assert len(read_texts(tmp_path / "a.txt").texts) == 4
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(2**40)  # a hole: nothing is stored
    with pytest.raises(DataError, match="more than 50 bytes"):
        read_texts(tmp_path / "huge.txt")


PREDICTIONS = (
    Prediction("=1+1", "-good", 0.75, 2, 1),
    Prediction('a "b"; =1, c\r\n', "bad", 0.6, 3, 3),
    Prediction("", None, 0.5, 0, 0),
    Prediction("half \udcff \x1b[31m", "bad", 0.5, 1, 1),
)


def test_csv_and_json_hold_a_record_for_every_text() -> None:
    of_file = AskedTexts("line", (1, 2, 3, 4), tuple(one.text for one in PREDICTIONS))
    rows = list(csv.DictReader(io.StringIO(answers_as("csv", of_file, PREDICTIONS), newline="")))
    assert [row["line"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["class"] for row in rows] == ["'-good", "bad", "", "bad"]
    assert [row["text"] for row in rows][:3] == ["'=1+1", 'a "b";\' =1, c\r\n', ""]
    told = json.loads(answers_as("json", of_file, PREDICTIONS))
    assert [one["text"] for one in told] == list(of_file.texts)
    assert told[2] == {
        "line": 3,
        "text": "",
        "class": None,
        "probability": None,
        "words": 0,
        "known_words": 0,
    }
    assert "line" not in json.loads(answers_as("json", typed_text("a"), PREDICTIONS[:1]))[0]
    answers.encodable(answers_as("json", of_file, PREDICTIONS)).encode()


@pytest.mark.parametrize(
    "text",
    ["=1", "+1+1", "-1+1", "@a", "\t=1", " =1", "\u200b=1", "\ufeff\xa0=1", "＝1", "x;=1", "x; +1",
     "x\n-1", "x\t@a"],
)  # fmt: skip
def test_no_part_of_a_text_is_a_formula_to_a_spreadsheet(text: str) -> None:
    safe = guarded(text)
    for part in safe.replace("\t", ";").replace("\n", ";").split(";"):
        assert part.strip(" \u200b\ufeff\xa0")[:1] not in ("=", "+", "-", "@", "＝")
    assert safe.replace("'", "") == text
    assert guarded(safe) == safe


def test_other_text_is_left_alone() -> None:
    for text in ("a-b", "1+1=2", "mail@home", "a; b", "'=1", "two\nlines", ""):
        assert guarded(text) == text


def test_a_file_of_answers_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, link = tmp_path / "a.csv", tmp_path / "link.csv"
    place.write_text("before")
    link.symlink_to(place)
    assert write_answers("after \udcff", str(link)) == place
    assert link.is_symlink()
    assert place.read_text() == "after \\udcff"

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail)
        with pytest.raises(ConfigError, match="No space left"):
            write_answers("never", str(place))
    assert place.read_text() == "after \\udcff"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "link.csv"]


def test_answers_never_replace_their_texts(tmp_path: Path) -> None:
    texts = tmp_path / "texts.csv"
    texts.write_text("good\n")
    (tmp_path / "link.csv").symlink_to(texts)
    for name in ("texts.csv", "link.csv"):
        with pytest.raises(ConfigError, match="another file than the texts"):
            check_output(str(tmp_path / name), None, texts)
    assert check_output(str(tmp_path / "other.JSON"), None, texts) == "json"
    assert check_output(None, None, texts) == "table"

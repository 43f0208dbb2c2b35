"""Texts of several files are several data sets."""

from __future__ import annotations

from typing import Any

from rnnbench.report.compared_sections import KnownSections, compared_sections
from rnnbench.report.titles import section_titles
from rnnbench.results.frame import frame
from rnnbench.results.rows import rows_of
from tests.report.records import OPTIONS, record


def row(path: str | None, digest: str, data: str = "csv", **params: str) -> dict[str, Any]:
    named = {f"data.{key}": value for key, value in params.items()}
    return {"data": data, "data_digest": digest, "data.path": path, **named}


def test_files_of_other_contents_are_not_compared() -> None:
    rows = [row("mails.csv", "1", tokens="keras"), row("/my/films.csv", "2", tokens="characters")]
    assert section_titles(rows) == ["csv, mails.csv", "csv, films.csv"]


def test_one_file_that_is_read_in_two_ways_is_one_data_set() -> None:
    rows = [row("mails.csv", "1", tokens="keras"), row("mails.csv", "2", tokens="characters")]
    assert section_titles(rows) == ["csv", "csv"]


def test_a_renamed_file_stays_one() -> None:
    rows = [row("mails.csv", "1"), row("old.csv", "1")]
    assert section_titles(rows) == ["csv", "csv"]


def test_where_a_known_data_set_lies_does_not_matter() -> None:
    assert section_titles([row("imdb.npz", "1", "imdb"), row(None, "2", "imdb")]) == ["imdb"] * 2


def test_files_of_one_name_in_two_folders_are_told_apart_without_their_folders() -> None:
    rows = [row("b/mails.csv", "2"), row("a/mails.csv", "1"), row("films.csv", "3")]
    assert section_titles(rows) == ["csv, mails.csv (2)", "csv, mails.csv (1)", "csv, films.csv"]
    known = [row("b/sales.csv", "2", "series"), row("a/sales.csv", "1", "series")]
    assert section_titles(known) == ["sales (2)", "sales (1)"]
    forms = [row("sales.csv", "2", "series"), row("sales.parquet", "1", "series")]
    assert section_titles(forms) == ["sales, sales.csv", "sales, sales.parquet"]


def test_a_moved_file_and_a_relative_path_are_one_file() -> None:
    moved = [row("b/mails.csv", "1"), row("a/mails.csv", "1"), row("a/mails.csv", "2")]
    assert section_titles(moved) == ["csv"] * 3
    typed = [row("mails.csv", "1"), row("/home/me/mails.csv", "2", tokens="characters")]
    assert section_titles(typed) == ["csv"] * 2


def test_numbers_in_titles_sort_by_size() -> None:
    runs = [
        record(cell, seed, 0.8, **{"data.name": "mackey_glass", "data.horizon": horizon})
        for horizon in ("1", "20", "3")
        for cell in ("lstm", "gru")
        for seed in range(3)
    ]
    found = compared_sections(rows_of(frame(runs)), OPTIONS, KnownSections())
    assert [dataset.title.partition(", maxlen")[0] for dataset in found] == [
        f"mackey_glass, horizon {horizon}" for horizon in (1, 3, 20)
    ]

"""Texts of several files are several data sets."""

from __future__ import annotations

from typing import Any

from rnnbench.report.titles import section_titles


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

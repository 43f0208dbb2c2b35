"""The number of training samples as a factor that is compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnnbench.report.build import build
from rnnbench.report.document import Document
from rnnbench.report.write import data_tables, pictures
from rnnbench.results.frame import frame
from rnnbench.results.protocols import divide
from rnnbench.results.rows import rows_of
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS, record, tables

SIZES = ("500", "1000", "2000")


def run(cell: str, seed: int, size: str, *, tested: bool = True, **changes: str) -> Record:
    """More samples are better; with few of them gru is, with many lstm."""
    samples = 4_000 if size == "null" else int(size)
    accuracy = 0.6 + samples / 10_000 * (2 if cell == "lstm" else 1) - (cell == "lstm") * 0.1
    made = record(cell, seed, accuracy + seed / 1000, **{"data.limit": size, **changes})
    metrics = made.metrics | ({"test_accuracy": accuracy + seed / 1000} if tested else {})
    tags = made.tags | {names.DATA_DIGEST: f"of {size} samples"}
    return replace(made, metrics=metrics, tags=tags, training_samples=samples)


def sweep(*sizes: str, tested: bool = True) -> list[Record]:
    cells, seeds = ("lstm", "gru"), range(4)
    return [run(c, seed, n, tested=tested) for c in cells for seed in seeds for n in sizes]


def report(records: list[Record]) -> Document:
    return build(tables(records), "x", OPTIONS)


def compared(document: Document) -> set[str]:
    (table,) = (t for t in data_tables(document) if t.key == "imdb_comparisons")
    return {str(row[0].value) for row in table.rows}


def test_cells_are_compared_within_a_size_and_sizes_within_a_cell() -> None:
    document = report(sweep("500", "2000"))
    found = {frozenset(name.replace(", both ", " − ").split(" − ")) for name in compared(document)}
    limits = {"500": "data.limit=500", "2000": "data.limit=2000"}
    assert found == {
        frozenset({"lstm", "gru", limits["500"]}),
        frozenset({"lstm", "gru", limits["2000"]}),
        frozenset({*limits.values(), "lstm"}),
        frozenset({*limits.values(), "gru"}),
    }
    assert document.title == "500 or 2000 training samples for LSTM or GRU on imdb, 100 time steps?"


def test_each_cell_has_a_curve_of_sizes() -> None:
    document = report(sweep(*SIZES))
    (table,) = (t for t in data_tables(document) if t.key == "imdb_sizes")
    rows = [(row[0].text, row[1].text, row[2].text, row[3].text[:6]) for row in table.rows]
    assert rows == [
        *(("LSTM", n, "4", value) for n, value in (("500", "0.6015"), ("1,000", "0.7015"))),
        ("LSTM", "2,000", "4", "0.9015"),
        *(("GRU", n, "4", value) for n, value in (("500", "0.6515"), ("1,000", "0.7015"))),
        ("GRU", "2,000", "4", "0.8015"),
    ]
    (picture,) = (one for one in pictures(document) if one.key == "sizes_imdb")
    assert "LSTM 0.6015 with 500, 0.9015 with 2,000" in picture.alt


def test_all_samples_stand_at_their_number() -> None:
    (table,) = (t for t in data_tables(report(sweep("500", "null"))) if t.key == "imdb_sizes")
    assert [row[1].text for row in table.rows] == ["500", "4,000"] * 2


def test_where_all_arms_have_as_many_the_title_says_how_many() -> None:
    document = report(sweep("500"))
    assert document.title.endswith("on imdb, first 500 training samples, 100 time steps?")
    assert not any(table.key == "imdb_sizes" for table in data_tables(document))


def test_other_test_samples_are_other_data() -> None:
    several = [*sweep("500"), *(run("gru", s, "900", **{"data.test_limit": "7"}) for s in range(3))]
    found = {block.title for s in report(several).sections for block in s.blocks if block.title}
    assert found == {
        "imdb, first 500 training samples, 100 time steps",
        "imdb, first 900 training samples, first 7 test samples, 100 time steps",
    }


def test_sizes_that_were_validated_on_other_samples_alone_are_not_compared() -> None:
    records = sweep("500", "2000", tested=False)
    assert {name.rpartition(" ")[2] for name in compared(report(records))} == {
        "data.limit=500",
        "data.limit=2000",
    }
    ((_, arms),) = divide(rows_of(frame(records)), {})
    assert len(arms) == 4


@pytest.mark.parametrize("path", ["mine.npz", None])
def test_a_users_file_is_one_data_set_whatever_is_left_of_it(path: str | None) -> None:
    changes = {"data.name": "arrays"} | ({} if path is None else {"data.path": path})
    records = [run("gru", s, n, **changes) for s in range(3) for n in ("500", "900")]
    titles = {block.title for s in report(records).sections for block in s.blocks}
    if path is None:
        assert any("of 500 s" in title for title in titles)
    else:
        keys = [table.key for table in data_tables(report(records))]
        assert "arrays_sizes" in keys


def test_two_files_of_one_name_are_two_data_sets() -> None:
    changes = {"data.name": "arrays", "data.path": "mine.npz"}
    records = [run("gru", s, n, **changes) for s in range(3) for n in ("500", "900")]
    other = replace(
        (made := run("lstm", 0, "500", **changes)), tags=made.tags | {names.DATA_DIGEST: "another"}
    )
    titles = {b.title for s in report([*records, other]).sections for b in s.blocks if b.title}
    assert any("another" in title for title in titles)

"""What a page leaves out of very many rows and pairs, and says that it does."""

from __future__ import annotations

import pytest

from rnnbench.report.answer import refused
from rnnbench.report.comparisons import comparisons_block
from rnnbench.report.document import MOST_ROWS, DataTable, TableColumn, number, text
from rnnbench.report.files import csv_text
from rnnbench.report.pairs import MOST_REFUSED
from tests.report.records import dataset, record


def table(rows: int) -> DataTable:
    columns = (TableColumn("arm", numeric=False), TableColumn("value"))
    cells = tuple((text(f"arm {n}"), number(n, 0)) for n in range(rows))
    ids = tuple((f"run {n}",) for n in range(rows))
    return DataTable("many", "Many", columns, cells, "A note.", ids)


def test_a_table_of_many_rows_is_cut_on_a_page_and_whole_as_csv() -> None:
    whole = table(MOST_ROWS + 50)
    shown = whole.shown
    assert (shown.rows, shown.runs) == (whole.rows[:MOST_ROWS], whole.runs[:MOST_ROWS])
    assert shown.note == (
        "A note. The first 250 of 300 rows; all are in tables/many.csv, which formats=csv writes."
    )
    assert len(csv_text(whole).splitlines()) == MOST_ROWS + 51
    assert table(MOST_ROWS).shown == table(MOST_ROWS)


@pytest.mark.parametrize(("arms", "told"), [(9, "36 pairs of arms"), (10, "More than 40 pairs")])
def test_of_many_pairs_that_cannot_be_compared_some_are_named(arms: int, told: str) -> None:
    # Each differs from each other in three things.
    runs = [
        record("lstm", 0, 0.8, **{"model.units": str(n), "model.depth": str(n), "data.maxlen": "9"})
        for n in range(1, arms + 1)
    ]
    found = dataset(runs)
    (statement,) = refused(found)
    assert statement.lead.startswith(told)
    block = comparisons_block(found)
    assert block is not None
    pairs = arms * (arms - 1) // 2
    assert len(block.bullets) == min(pairs, MOST_REFUSED) + (pairs > MOST_REFUSED)
    assert (block.bullets[-1] == "and others") == (pairs > MOST_REFUSED)

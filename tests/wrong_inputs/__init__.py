"""The catalogue of wrong inputs: rows by subject, each of them one line of a list.

``tests/cli/test_wrong_input.py`` runs them; a new row needs nothing else.
"""

from __future__ import annotations

from tests.wrong_inputs import (
    command,
    config,
    data,
    numbers,
    paths,
    report,
    search,
    series,
    store,
    stored,
    tables,
    until,
)

ROWS = [
    *(*command.ROWS, *config.ROWS, *data.ROWS, *tables.ROWS, *series.ROWS, *search.ROWS),
    *(*paths.ROWS, *store.ROWS, *report.ROWS, *stored.ROWS, *until.ROWS, *numbers.ROWS),
]

"""Output: results on standard output, progress on standard error."""

from __future__ import annotations

import os
import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from rnnbench.tables import Table

_PLAIN_WIDTH = 160
_MOST_DRAWN_ROWS = 200


def stdout() -> Console:
    """Return the console for results; output that is no terminal is never wrapped at 80."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PLAIN_WIDTH
    return Console(width=width, highlight=False)


def stderr() -> Console:
    """Return the console for progress and remarks."""
    width = None if sys.stderr.isatty() or "COLUMNS" in os.environ else _PLAIN_WIDTH
    return Console(stderr=True, width=width, highlight=False, soft_wrap=not sys.stderr.isatty())


def show(table: Table, console: Console | None = None) -> None:
    """Print a table with its title and note; a very long one as plain columns."""
    console = console or stdout()
    if len(table.rows) > _MOST_DRAWN_ROWS:
        print(table.text(), file=console.file)
        return
    rich = RichTable(title=escape(table.title), title_justify="left", caption=None)
    for number, column in enumerate(table.columns):
        rich.add_column(escape(column), justify="right" if number else "left", overflow="fold")
    for row in table.rows:
        rich.add_row(*(escape(cell) for cell in row))
    console.print(rich)
    if table.note:
        console.print(table.note, markup=False)

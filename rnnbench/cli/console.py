"""Output: results on standard output, progress on standard error."""

from __future__ import annotations

import os
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable
from rich.text import Text

from rnnbench.printable import printable
from rnnbench.tables import Table

_PLAIN_WIDTH = 160
_MOST_DRAWN_ROWS = 200


class _Console(Console):
    """A console on which control characters in names, reasons and paths are shown, not obeyed."""

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(printable(text), **how)


def stdout() -> Console:
    """Return the console for results; output that is no terminal is never wrapped at 80."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PLAIN_WIDTH
    return _Console(width=width, highlight=False)


def stderr() -> Console:
    """Return the console for progress and remarks."""
    width = None if sys.stderr.isatty() or "COLUMNS" in os.environ else _PLAIN_WIDTH
    return _Console(stderr=True, width=width, highlight=False, soft_wrap=not sys.stderr.isatty())


def show(table: Table, console: Console | None = None) -> None:
    """Print a table with its title and note; a very long one as plain columns."""
    console = console or stdout()
    if len(table.rows) > _MOST_DRAWN_ROWS:
        print(printable(table.text()), file=console.file)
        return
    rich = RichTable(title=escape(table.title), title_justify="left", caption=None)
    for number, column in enumerate(table.columns):
        rich.add_column(escape(column), justify="right" if number else "left", overflow="fold")
    for row in table.rows:
        rich.add_row(*(escape(cell) for cell in row))
    console.print(rich)
    if table.note:
        console.print(table.note, markup=False)

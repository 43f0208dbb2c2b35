"""Output: results on standard output, remarks on standard error, all of it plain text."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TextIO

from rnnbench.formatting.printable import printable
from rnnbench.formatting.tables import Table
from rnnbench.formatting.wrapping import filled

_USUAL_WIDTH = 80  # columns of a terminal that doesn't say how many it has


@dataclass
class Output:
    """Shows control characters in names and paths, and breaks no word, path or number.

    Attributes:
        file: what is printed to; ``None`` where it is closed.
    """

    file: TextIO | None

    def print(self, text: str, /, *, markup: bool = False, soft_wrap: bool = False) -> None:
        """Print a text whose lines end between words on a screen, and nowhere else.

        Args:
            text: lines.
            markup: as of Rich's consoles, which can stand in the place of this one; there is none.
            soft_wrap: whether lines stay whole on a screen, too.
        """
        assert not markup
        self.write(filled(printable(text), None if soft_wrap else self.width))

    def write(self, text: str, end: str = "\n") -> None:
        """Write a text as it is, at once: both outputs may lead to one screen or file."""
        if self.file is not None:
            print(text, file=self.file, end=end, flush=True)

    @property
    def width(self) -> int | None:
        """Columns that lines have to fit: a terminal's, or as COLUMNS says; ``None`` for any."""
        said = os.environ.get("COLUMNS", "")
        if said.isdecimal() and int(said):
            return int(said)
        if self.file is None or not self.file.isatty():
            return None
        return os.get_terminal_size(self.file.fileno()).columns or _USUAL_WIDTH


def stdout() -> Output:
    """Return the output for results."""
    return Output(sys.stdout)


def stderr() -> Output:
    """Return the output for remarks."""
    return Output(sys.stderr)


def tell(text: str, *, soft_wrap: bool = False) -> None:
    """Print a remark, whose lines stay whole with ``soft_wrap``."""
    stderr().print(text, soft_wrap=soft_wrap)


def show(table: Table, output: Output | None = None) -> None:
    """Print a table that fits the terminal, whole where the output is none, and a blank line."""
    output = output or stdout()
    output.write(table.text(output.width), end="\n\n")


def paste(command: str, output: Output) -> None:
    """Print a command to be copied: on a line of its own, however long."""
    output.print(f"  {command}", soft_wrap=True)

"""Output: results on standard output, progress on standard error."""

from __future__ import annotations

import itertools
import os
from typing import Any

from rich.console import Console
from rich.text import Text

from rnnbench.printable import printable
from rnnbench.tables import Table, wrapped


class _Console(Console):
    """Shows control characters in names and paths, and breaks no word, path or number."""

    def print(self, *objects: Any, **how: Any) -> None:
        """Print; lines of text end between words on a screen, and nowhere else."""
        if self.is_screen and not how.get("soft_wrap"):
            objects = tuple(self._filled(o) if isinstance(o, str) else o for o in objects)
        is_text = all(isinstance(o, str) for o in objects)
        super().print(*objects, **({"soft_wrap": True} if is_text else {}) | how)

    @property
    def is_screen(self) -> bool:
        """Whether lines have to fit: on a terminal, or where COLUMNS says how wide they may be."""
        return self.is_terminal or "COLUMNS" in os.environ

    def _filled(self, text: str) -> str:
        lines = (wrapped(line, self.width, hang="", joints=False) for line in text.split("\n"))
        return "\n".join(itertools.chain.from_iterable(lines))

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(printable(text), **how)


def stdout() -> _Console:
    """Return the console for results."""
    return _Console(highlight=False, emoji=False)


def stderr() -> _Console:
    """Return the console for progress and remarks."""
    return _Console(stderr=True, highlight=False, emoji=False)


def show(table: Table, console: _Console | None = None) -> None:
    """Print a table that fits the terminal, whole where the output is none, and a blank line."""
    console = console or stdout()
    print(table.text(console.width if console.is_screen else None), file=console.file, end="\n\n")


def paste(command: str, console: Console) -> None:
    """Print a command to be copied: on a line of its own, however long."""
    console.print(f"  {command}", markup=False, soft_wrap=True)

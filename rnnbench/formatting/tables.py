"""Tables of text for the terminal, of any width: columns give way, words and numbers do not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnnbench.formatting.printable import printable
from rnnbench.formatting.wrapping import HANG, longest, width_of, wrapped

MISSING = "–"

_EASY = 16  # columns for names, or a quarter of the screen
_GAP = 2  # blanks between columns
_WIDER = "A wider terminal, or a pipe such as | cat, shows all columns."


@dataclass(frozen=True)
class Table:
    """A title, column heads, and rows of text.

    Attributes:
        title: a line above it.
        columns: heads; all columns but the first and those of ``words`` hold numbers.
        rows: as many cells each as there are columns.
        note: a line or more below it.
        optional: heads of the columns that a narrow terminal leaves out, least important first;
            ``None`` for all but the first column, from the right.
        words: heads of the columns of words: on the left, and wrapped as the first column is.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    optional: tuple[str, ...] | None = None
    words: tuple[str, ...] = ()

    def text(self, width: int | None = None) -> str:
        """Return the table as aligned columns of plain text.

        Lines have at most ``width`` columns of a terminal where every single word is shorter;
        ``None`` for lines of any length. What has no room is left out by columns, and named below.
        """
        made = _Layout(self, width)
        lines = [*wrapped(printable(self.title), width), *made.lines()]
        notes = [printable(self.note)] if self.note else []
        if made.left_out:
            notes.append(f"Not shown: {', '.join(made.left_out)}. {_WIDER}")
        for note in notes:
            for line in note.split("\n"):
                lines += wrapped(line, width, hang="")
        return "\n".join(lines)


class _Layout:
    """Which columns of a table are shown, and how wide each is."""

    def __init__(self, table: Table, width: int | None) -> None:
        self._heads = [printable(head) for head in table.columns]
        self._rows = [[re.sub(r"[\n\t]", " ", printable(c)) for c in row] for row in table.rows]
        self._wraps = [n == 0 or head in table.words for n, head in enumerate(table.columns)]
        cells = list(zip(*self._rows, strict=True)) if self._rows else [()] * len(self._heads)
        most = [max(map(width_of, column), default=0) for column in cells]
        self._most = [max(n, width_of(h)) for n, h in zip(most, self._heads, strict=True)]
        self._shown = list(range(len(self._heads)))
        self._widths = list(self._most)
        self.left_out: list[str] = []
        if width is None or self._total() <= width:
            return
        least = [
            max(longest(head), *map(longest, column), 0) if wraps else max(longest(head), n)
            for head, column, n, wraps in zip(self._heads, cells, most, self._wraps, strict=True)
        ]
        # A name that is narrower has too many lines to be read.
        easy = [
            max(few, min(n, max(_EASY, width // 4))) if wraps else few
            for few, n, wraps in zip(least, most, self._wraps, strict=True)
        ]
        self._widths = list(easy)
        for n in _order(table, cells):
            if self._total() <= width:
                break
            self._shown.remove(n)
        self.left_out = [h for n, h in enumerate(self._heads) if n not in self._shown]
        if self._total() > width:
            self._widths = list(least)
        if self._total() > width:
            # A word that is longer than any room for it, such as a digest: the terminal wraps it.
            self._widths = list(easy)
            widest = max((n for n in self._shown if self._wraps[n]), key=lambda n: easy[n])
            room = width - self._total() + easy[widest]
            self._widths[widest] = max(room, width_of(self._heads[widest]), len(HANG) + 1)
        self._widen(width)

    def lines(self) -> Iterator[str]:
        """Give the heads, a rule and the rows."""
        heads = [wrapped(self._heads[n], self._widths[n], hang="") for n in self._shown]
        lowest = max(map(len, heads))
        # Heads of several lines end just above the rule.
        yield from self._row([[""] * (lowest - len(head)) + head for head in heads])
        yield (" " * _GAP).join("─" * self._widths[n] for n in self._shown)
        for row in self._rows:
            cells = (
                wrapped(row[n], self._widths[n]) if self._wraps[n] else [row[n]]
                for n in self._shown
            )
            yield from self._row(list(cells))

    def _row(self, cells: Sequence[Sequence[str]]) -> Iterator[str]:
        for number in range(max(map(len, cells))):
            parts = []
            for n, lines in zip(self._shown, cells, strict=True):
                part = lines[number] if number < len(lines) else ""
                blank = " " * (self._widths[n] - width_of(part))
                parts.append(part + blank if self._wraps[n] else blank + part)
            yield (" " * _GAP).join(parts).rstrip()

    def _total(self) -> int:
        return sum(self._widths[n] for n in self._shown) + _GAP * (len(self._shown) - 1)

    def _widen(self, width: int) -> None:
        """Share out what is left: to names and words, then to heads that it keeps on one line."""
        while self._total() < width:
            narrow = [n for n in self._shown if self._wraps[n] and self._widths[n] < self._most[n]]
            if not narrow:
                break
            self._widths[min(narrow, key=lambda n: self._widths[n])] += 1
        for n in self._shown:
            if self._total() + self._most[n] - self._widths[n] <= width:
                self._widths[n] = self._most[n]


def span(low: int, high: int) -> str:
    """Return ``12 to 30``, or the one number."""
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _order(table: Table, cells: Sequence[Sequence[str]]) -> list[int]:
    """Return which columns may be left out, the first one first: those without a value lead."""
    named = table.columns[:0:-1] if table.optional is None else table.optional
    order = [table.columns.index(head) for head in named if head in table.columns]
    return sorted(order, key=lambda n: any(cell != MISSING for cell in cells[n]))


def whole(value: float) -> str:
    """Return a whole number with thousands separated."""
    return MISSING if math.isnan(value) else f"{round(value):,}"

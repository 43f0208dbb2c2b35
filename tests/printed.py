"""Tables that commands have printed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from rich.cells import cell_len

from rnnbench.formatting.printable import printable
from rnnbench.formatting.tables import Table

# Where a name or a text may go on in the next line.
_PIECES = re.compile(r"[^\s=_/.]*(?:(?<=\d)[=_/.](?=\d)[^\s=_/.]*)*[=_/.]?")


def printed_rows(text: str, title: str = "") -> list[list[str]]:
    """Return the cells of a printed table's rows, the first one after ``title``.

    The text must be of a terminal where no cell is wrapped, and without empty cells at the end.
    """
    lines = text[text.index(title) :].splitlines()
    rule = next(number for number, line in enumerate(lines) if line.startswith("─"))
    spans = [match.span() for match in re.finditer("─+", lines[rule])]
    rows = []
    for line in lines[rule + 1 :]:
        gaps = [line[a:b] for (_, a), (b, _) in itertools.pairwise(spans)]
        if not line or any(gap.strip() for gap in gaps) or len(line) > spans[-1][1]:
            break  # what stands below the table
        rows.append([line[first:last].strip() for first, last in spans])
    return rows


def assert_fits(
    table: Table, width: int, text_of: Callable[[Table, int], str] = Table.text
) -> None:
    """Fail where a line is too long, a word or number is broken, or a column missing unsaid.

    A line may be too long by its last word, which has no joint and no room anywhere.
    """
    text = text_of(table, width)
    body, told = text, ""
    if "Not shown: " in text:
        body, told = text.rsplit("Not shown: ", 1)
        told = " ".join(told.split())
    heads = [printable(head) for head in table.columns]
    shown = [head for head in heads if f"{head}," not in told and f"{head}." not in told]
    assert shown[0] == heads[0]
    for number, head in enumerate(heads):
        if head not in shown:
            assert table.optional is None or table.columns[number] in table.optional
            continue
        wraps = number == 0 or table.columns[number] in table.words
        cells = [printable(row[number]) for row in table.rows]
        for part in [head, *cells] if wraps else cells:
            for piece in _pieces(part) if wraps else [part]:
                assert piece in body, (piece, width)
    for line in text.splitlines():
        if cell_len(line) > width:
            fitting, _, last = line.rpartition(" ")
            assert cell_len(fitting) <= width, (line, width)
            assert cell_len(last) > width // 3, (line, width)


def _pieces(text: str) -> list[str]:
    return [piece for word in text.split() for piece in _PIECES.findall(word) if piece]

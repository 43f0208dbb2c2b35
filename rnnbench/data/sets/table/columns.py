"""Which columns of a table hold the texts and the labels: by name, or by number from 0."""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN = 20


def find_columns(first: Sequence[str], wanted: str | int, *, header: bool) -> list[int]:
    """Return the columns of that name in the header or, without one, of that number from 0."""
    if header:
        return [place for place, name in enumerate(first) if name.strip() == str(wanted)]
    return [place for place in range(len(first)) if str(place) == str(wanted)]


def shown(cell: str) -> str:
    """Return a cell for a message: on one line, of printable characters, not too long."""
    return "".join(filter(str.isprintable, " ".join(cell.split())))[:40]


def shown_columns(first: Sequence[str], *, header: bool) -> str:
    """Return the names of the columns, or their numbers with what the first row has there."""
    cells = [shown(cell) for cell in first[:_SHOWN]]
    if not header:
        cells = [f"{place}: {cell!r}" for place, cell in enumerate(cells)]
    return ", ".join(cells) or "none"


def guess_columns(
    rows: Sequence[Sequence[str]], text: int | None = None, label: int | None = None
) -> tuple[int, int] | None:
    """Return which columns look like texts and labels: the longest, and that of fewest values.

    ``text`` and ``label`` are known already, where they are given; ``rows`` are equally wide.
    """
    columns = [[row[place].strip() for row in rows] for place in range(len(rows[0]) if rows else 0)]
    if len(columns) < 2:
        return None
    if text is None:
        others = [place for place in range(len(columns)) if place != label]
        text = max(others, key=lambda place: sum(map(len, columns[place])))
    if label is None:
        values = {p: len(set(columns[p])) for p in range(len(columns)) if p != text}
        label = min(values, key=lambda place: (values[place] < 2, values[place]))
    return text, label


def starts_with_data(rows: Sequence[Sequence[str]], label: int) -> bool:
    """Return whether the first row looks like data: its label is that of other rows, too."""
    return bool(rows) and rows[0][label].strip() in {row[label].strip() for row in rows[1:]}

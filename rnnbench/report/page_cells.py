"""What a page's script needs beside what a table shows, and run ids that are written once.

An entry of a table carries a value of its own only where the script would read another one in its
text. A run stands behind rows of most tables: its id is whole where it comes first, and its first
characters, which commands take as well, from there on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import count

from rnnbench.report.document import DataTable, Document, TableCell

# As the script reads it, up to a space.
_READ = re.compile(r"[+-]?\d+(?:\.(\d+))?(e[+-]\d+)?(?=\s|$)")
_ID = re.compile(r"[0-9a-f]{32}")
_SHORT = 8  # characters of a run's id


def is_missing(cell: TableCell) -> bool:
    """Return whether nothing was measured: such an entry sorts last."""
    value = cell.value
    return value is None or (not isinstance(value, str) and math.isnan(value))


def sort_value(cell: TableCell) -> str | None:
    """Return what the script sorts by, as JavaScript reads numbers; ``None`` where text tells.

    To 12 digits: the last bits depend on the processor and on libraries.
    """
    if cell.value is None or isinstance(cell.value, str):
        return cell.value if cell.value != cell.text else None
    value = float(cell.value)
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return None if math.isnan(value) or _is_told(value, cell.text) else f"{value:.12g}"


def _is_told(value: float, text: str) -> bool:
    """Return whether a text begins with a number, rounded."""
    found = _READ.match(text)
    if found is None:
        return False
    form = f".{len(found[1] or '')}{'e' if found[2] else 'f'}"
    return f"{value:{form}}" == found[0].removeprefix("+")


def short_ids(document: Document) -> Callable[[DataTable], tuple[list[str], bool]]:
    """Return what writes the runs behind the rows of tables, in the order of a page.

    For a table it returns the ids of each row as a text, and whether some of them are cut.
    """
    tables = (table for part in document.sections for one in part.blocks for table in one.tables)
    ids = {one for table in tables for row in table.runs for one in row}
    length = next(n for n in count(_SHORT) if len({one[:n] for one in ids}) == len(ids))
    told: set[str] = set()

    def written(row: Sequence[str]) -> str:
        shown = [one[:length] if one in told and _ID.fullmatch(one) else one for one in row]
        told.update(row)
        return " ".join(shown)

    def behind(table: DataTable) -> tuple[list[str], bool]:
        rows = [written(row) for row in table.runs]
        return rows, rows != [" ".join(row) for row in table.runs]

    return behind

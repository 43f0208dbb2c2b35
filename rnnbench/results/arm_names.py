"""What arms are called: their cell, then every parameter that varies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rnnbench.config.arm_names import OPTION, shown_text, telling_name, told_apart
from rnnbench.results.facts import drawn_keys
from rnnbench.results.rows import Row, is_parameter


def arm_names(rows: Sequence[Row]) -> list[str]:
    """Return the name of each run's arm: the cell, then every parameter that varies.

    Parameters that a cell's name implies do not name an arm, nor do those that a search has drawn
    for it where the others tell it from all arms. Arms that differ in nothing that is a parameter
    (another file of the same data set) carry the first digits of their content key.
    """
    full, short = [], []
    cells = [str(row["cell"]) for row in rows]
    apart = told_apart(list(zip(cells, map(parameters, rows), strict=True)))
    for row, cell, told in zip(rows, cells, apart, strict=True):
        parts = {k: f"{telling_name(k).removeprefix(OPTION)}={v}" for k, v in told.items()}
        drawn = drawn_keys(row.get("search"))
        full.append(" ".join([cell, *parts.values()]))
        short.append(" ".join([cell, *(part for key, part in parts.items() if key not in drawn)]))
    named = [
        long if is_shared else name
        for long, name, is_shared in zip(full, short, _shared(short, rows), strict=True)
    ]
    return [
        f"{name} [{str(row['arm_key'])[:6]}]" if is_shared else name
        for name, row, is_shared in zip(named, rows, _shared(named, rows), strict=True)
    ]


def parameters(row: Row) -> dict[str, str]:
    """Return the parameters of a run by dotted key, without those that it doesn't have."""
    return {key: str(row[key]) for key in _parameters(tuple(row)) if row[key] is not None}


@lru_cache(maxsize=64)
def _parameters(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return which columns are parameters: thousands of rows have the same ones."""
    return tuple(filter(is_parameter, columns))


def own_words(a: str, b: str) -> tuple[str, str, str]:
    """Return what is each arm's own in a name, and what both have: ``lstm``, ``gru``, ``depth=2``.

    Both names in full, and nothing shared, where one says nothing of its own.
    """
    first, second = a.split(), b.split()
    own = " ".join(word for word in first if word not in second)
    other = " ".join(word for word in second if word not in first)
    if not own or not other:
        return a, b, ""
    return own, other, " ".join(word for word in first if word in second)


def shown_value(value: object) -> str:
    """Return a parameter as a name has it: drawn numbers with four digits."""
    return "none" if value is None else shown_text(str(value))


def _shared(named: Sequence[str], rows: Sequence[Row]) -> list[bool]:
    """Return for each run whether another arm has the name of its arm."""
    keys: dict[str, set[object]] = {}
    for name, row in zip(named, rows, strict=True):
        keys.setdefault(name, set()).add(row["arm_key"])
    return [len(keys[name] - {None}) > 1 for name in named]

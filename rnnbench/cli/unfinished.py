"""Runs without a result: which they are, why, and what trains them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rnnbench.cli.console import paste, show, stdout
from rnnbench.cli.endings import RETRY
from rnnbench.formatting.tables import Table
from rnnbench.sweep.result import Swept

Row = tuple[str, str, str]


def unfinished(swept: Swept) -> list[Row]:
    """Return name, status and reason of the declared runs that have no result."""
    return [
        (spec.name, record.status, record.reason)
        if (record := swept.records.get(spec.key))
        else (spec.name, "PENDING", "not started")
        for spec in swept.specs
        if not swept.is_finished(spec)
    ]


def show_unfinished(rows: Sequence[Row], declared: int, again: Callable[..., str]) -> None:
    """Show runs without a result and the command that trains them again; nothing without any.

    Args:
        rows: name, status and reason of each.
        declared: how many there are with those that have one.
        again: returns the command, with further words.
    """
    if not rows:
        return
    columns = ("run", "status", "reason")
    title = f"Runs without a result: {len(rows)} of {declared}"
    show(Table(title, columns, tuple(rows), optional=(), words=columns[1:]))
    has_failed = any(row[1] == "FAILED" for row in rows)
    stdout().print("To train them again:")
    paste(again(*((RETRY,) if has_failed else ())), stdout())

"""Runs without a result: which they are, why, and what trains them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rnnbench.cli.console import paste, show, stdout
from rnnbench.cli.endings import RETRY
from rnnbench.formatting.tables import Table
from rnnbench.sweep.result import Swept

Row = tuple[str, str, str]


def show_unfinished(swept: Swept, again: Callable[..., str], more: Sequence[Row] = ()) -> None:
    """Show what has no result and the command that trains it again; nothing where all have one.

    Args:
        swept: with its declared runs.
        again: returns the command, with further words.
        more: name, status and reason of what else has no result.
    """
    rows = [
        (spec.name, record.status, record.reason)
        if (record := swept.records.get(spec.key))
        else (spec.name, "PENDING", "not started")
        for spec in swept.specs
        if not swept.is_finished(spec)
    ]
    rows += more
    if not rows:
        return
    columns = ("run", "status", "reason")
    title = f"Runs without a result: {len(rows)} of {len(swept.specs) + len(more)}"
    show(Table(title, columns, tuple(rows), optional=(), words=columns[1:]))
    has_failed = any(row[1] == "FAILED" for row in rows)
    stdout().print("To train them again:")
    paste(again(*((RETRY,) if has_failed else ())), stdout())

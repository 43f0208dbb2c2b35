"""``report``, with figures drawn in parallel by processes that start before all else."""

from __future__ import annotations

from rnnbench.cli.words import Words
from rnnbench.plots.painters import painters
from rnnbench.report.formats import chosen_formats, drawn


def report(words: Words) -> int:
    """Write a report; matplotlib is loaded elsewhere while this process loads what it needs."""
    with painters(drawn(chosen_formats(words.options.get("formats")))) as run:
        from rnnbench.cli.report import report as write

        return write(words, run)

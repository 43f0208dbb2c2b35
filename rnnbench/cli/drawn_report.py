"""``report``, with figures drawn in parallel by processes that start before all else."""

from __future__ import annotations

from rnnbench.cli.words import Words
from rnnbench.plots.painters import painters


def report(words: Words) -> int:
    """Write a report; matplotlib is loaded elsewhere while this process loads what it needs."""
    formats = words.option("formats") or ""
    others = [name for name in ("png", "pdf") if formats == "all" or name in formats.split(",")]
    with painters([".svg", *(f".{name}" for name in others)]) as draw:
        from rnnbench.cli.report import report as write

        return write(words, draw)

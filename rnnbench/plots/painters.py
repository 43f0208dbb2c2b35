"""Processes that load matplotlib while runs are read and compared, and then draw in parallel.

Drawing takes most of a report's time, and matplotlib half a second to load.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module

from rnnbench.system.helpers import JobRunner, helpers, run_here

# Figures of most reports; with the first one comes pandas.
USUAL = ("learning", "courses", "differences", "slope", "tradeoff")


@contextmanager
def painters(formats: Sequence[str] = ("svg",)) -> Iterator[JobRunner]:
    """Give what draws figures: in processes of their own where that is faster.

    Args:
        formats: of the files that will be drawn, ``svg``, ``png`` or ``pdf``, the usual first: what
            they need is loaded before the figures are known.
    """
    if "matplotlib" in sys.modules:
        yield run_here
        return
    with helpers(partial(_load, formats)) as run:
        yield run


def _load(formats: Sequence[str]) -> None:
    for name in USUAL:
        import_module(f"rnnbench.plots.{name}")
    from rnnbench.plots.style import rehearse

    for name in formats:
        rehearse(name)

"""What the usual plans show, tabulated: computing it takes longer than all else that a plan does.

Of differences whose spread is assumed, confidence 0.95 and power 0.8, in standard deviations of a
paired difference. :mod:`rnnbench.stats.power` computes all else, and the table itself:

    python -m rnnbench.stats.tabulate

writes ``power_table.json`` anew.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

CONFIDENCE, POWER = 0.95, 0.8
FILE = Path(__file__).with_name("power_table.json")
FIRST = 3  # seeds; fewer decide nothing
MOST_SHOWN, MOST_NEEDED = 30, 60  # seeds
# Arms that are all compared with each other, and comparisons of families that are not whole.
WHOLE, PARTIAL = range(2, 9), range(2, 25)
DIGITS = 7


class PowerCurve(NamedTuple):
    """By number of seeds from :data:`FIRST` on, in standard deviations of a paired difference.

    Attributes:
        shown: the true difference that is shown with the power.
        needed: the smallest margin within which equal arms are found equivalent with it.
    """

    shown: Sequence[float]
    needed: Sequence[float]

    def detectable(self, n: int) -> float | None:
        """Return the difference that ``n`` seeds show; ``None`` where the table ends before."""
        place = n - FIRST
        return self.shown[place] if 0 <= place < len(self.shown) else None

    def seeds_for(self, margin: float) -> int | None:
        """Return how many seeds decide at a margin; ``None`` where the table ends before."""
        place = bisect_left(self.needed, -margin, key=lambda least: -least)
        return FIRST + place if place < len(self.needed) else None


def name(arms: int, comparisons: int) -> str:
    """Return what a family is called in the table; ``arms`` is 2 where not all are compared."""
    return f"{comparisons} comparisons, as of {arms} arms"


def curve(arms: int, comparisons: int) -> PowerCurve | None:
    """Return what is tabulated of a family, if it is."""
    found = _table().get(name(arms, comparisons))
    return None if found is None else PowerCurve(**found)


@cache
def _table() -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def families() -> list[tuple[int, int]]:
    """Return arms and comparisons of every family of the table; see :func:`name`."""
    return [(m, m * (m - 1) // 2) for m in WHOLE] + [(2, count) for count in PARTIAL]

"""After how many seeds a growing sweep is looked at, and with which level each time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rnnbench.stats.arm_values import FEWEST
from rnnbench.stats.boundaries import constant_level, spending_levels

FIRST_LOOK = 5  # seeds; fewer tell so little of the spread that only huge differences show


def looks(most_seeds: int) -> tuple[int, ...]:
    """Return after how many seeds a sweep until ``most_seeds`` is looked at.

    Of 30 seeds: 5, 6, 7, 8, 9, 10, 12, 14, 16, 19, 22, 26, 30. The last two steps of larger
    sweeps are joined where one would be short.

    Raises:
        ValueError: fewer than 3 seeds, which cannot decide anything.
    """
    if most_seeds < FEWEST:
        raise ValueError(f"expected {FEWEST} seeds or more, received {most_seeds}")
    found = [n := FIRST_LOOK]
    while n < most_seeds:
        found.append(n := n + n // 5)
    early = [n for n in found if n < most_seeds - most_seeds // 15]
    return (*early, most_seeds)


@dataclass(frozen=True)
class Design:
    """What is declared before the first run.

    Attributes:
        most_seeds: seeds of an arm at most.
        margin: a difference that does not matter, in the unit of the values.
        confidence: of the whole sweep, all looks and comparisons together.
        lower_is_better: of losses.
        overlap: see :func:`rnnbench.stats.family.family`.
        first_seed: seeds are consecutive from here.
    """

    most_seeds: int
    margin: float
    confidence: float = 0.95
    lower_is_better: bool = False
    overlap: float = 0.0
    first_seed: int = 0

    @cached_property
    def looks(self) -> tuple[int, ...]:
        """Numbers of seeds at which the sweep is looked at."""
        return looks(self.most_seeds)

    def seeds(self, look: int) -> range:
        """Return the seeds of an arm that takes part in a look (1, 2, ...; 0: none yet)."""
        return range(self.first_seed, self.first_seed + (self.looks[look - 1] if look else 0))

    def alpha(self, look: int, comparisons: int) -> float:
        """Return the level of the family at a look (1, 2, ...)."""
        return _levels(self.looks, 1 - self.confidence, comparisons)[look - 1]


def widened(confidence: float, seeds: int, earlier: Iterable[int]) -> float:
    """Return the level (alpha) for a report of runs that were looked at by hand before.

    Intervals of this report, and of those made earlier had they been made at this level, would all
    hold their true differences together with probability ``confidence`` (repeated confidence
    intervals of Jennison and Turnbull 1989, with the constant level of Pocock 1977). Earlier
    reports were not made so: who looks after every seed from 3 to 16, and stops as soon as a report
    names a difference between equal arms, names one in 7 % (three arms) or 10 % (two) of cases
    with such reports, and in 20 or 21 % without widening. Only ``until=decided`` keeps 5 %.

    Args:
        confidence: of a report that is looked at once, for example 0.95.
        seeds: of this report.
        earlier: numbers of seeds of earlier reports of the same runs, in any order; those of fewer
            than three (which cannot decide anything), or of as many as this one and more, do not
            count.

    Returns:
        What :func:`rnnbench.stats.family.family` takes as ``alpha``.
    """
    before = sorted({n for n in earlier if FEWEST <= n < seeds})
    return constant_level((*before, seeds), 1 - confidence)


@lru_cache(maxsize=64)
def _levels(looks: tuple[int, ...], alpha: float, comparisons: int) -> tuple[float, ...]:
    """Return the level of the whole family at each look."""
    each = spending_levels(looks, [alpha / comparisons * n / looks[-1] for n in looks])
    return tuple(comparisons * level for level in each)

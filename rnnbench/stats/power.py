"""What a number of seeds can show, and how many seeds and runs it takes.

All differences are paired: of two arms trained with the same seeds, in the unit of the measure.
Their mean over ``n`` seeds has the variance ``sd² (1/n + overlap)``, which is estimated, and
besides that over test samples (``sampling``), which no number of seeds reduces. The interval is
that of :mod:`rnnbench.stats.simultaneous`: its half width is ``sqrt(t² variance + z² sampling)``
with Bonferroni's critical values, so never less than ``z sqrt(sampling)``. Moderated variances of
three arms or more are as good as some more degrees of freedom. Powers are integrated over the
estimated variance (:mod:`rnnbench.stats.power_integral`); for ``sampling`` 0 that is the
non-central t distribution.

Against simulated reports of 2, 3 and 6 arms and 3 to 20 seeds, the true power at the difference
that should be shown with 80 % is 77 to 83 % (tests/stats/test_power.py).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rnnbench.stats import power_table
from rnnbench.stats.arm_values import FEWEST
from rnnbench.stats.power_table import CONFIDENCE, POWER

if TYPE_CHECKING:
    from rnnbench.stats.power_integral import Widths

MOST_SEEDS = 10_000


class Range(NamedTuple):
    """Between the ends of the 80 % interval of the standard deviation; alike where it is known."""

    low: float
    high: float


def spread_range(sd: float, seeds: int | None) -> Range:
    """Return the 80 % interval of a standard deviation that so many seeds have shown.

    Args:
        sd: of the paired difference.
        seeds: differences that it comes from; ``None``: assumed, so taken as it is.
    """
    if seeds is None:
        return Range(sd, sd)
    if seeds < 2:
        return Range(math.nan, math.nan)
    from rnnbench.stats.distributions import variance_ratio

    high, low = (float(ratio) for ratio in variance_ratio(seeds - 1, [0.9, 0.1]))
    return Range(sd / math.sqrt(high), sd / math.sqrt(low))


@dataclass(frozen=True)
class PlannedFamily:
    """What a report will compare.

    Attributes:
        arms: that are compared.
        comparisons: of the family, where not each arm is compared with each.
        confidence: of the family.
        power: per comparison.
        sampling: variance of a difference over test samples.
        overlap: see :func:`rnnbench.stats.contrast.contrast`.
    """

    arms: int
    comparisons: int | None = None
    confidence: float = CONFIDENCE
    power: float = POWER
    sampling: float = 0.0
    overlap: float = 0.0

    def detectable(self, sd: float, n: int, seen: int | None = None) -> Range:
        """Return which true difference ``n`` seeds show with the power: its interval excludes zero.

        Args:
            sd: standard deviation of the paired difference.
            n: seeds of each arm.
            seen: seeds that ``sd`` comes from; see :func:`spread_range`.

        Returns:
            Infinite with fewer than three seeds, which decide nothing.
        """

        def of(spread: float) -> float:
            if n < FEWEST or math.isnan(spread):
                return math.inf
            curve = self._tabulated()
            known = None if curve is None else curve.detectable(n)
            return self.widths(spread, n).shown(self.power) if known is None else known * spread

        return Range(*map(of, spread_range(sd, seen)))

    def seeds_for(self, margin: float, sd: float, seen: int | None = None) -> Range:
        """Return how many seeds decide at the margin.

        With so many, equal arms are found equivalent with the power; those that differ by the
        margin are told apart with a higher one.

        Args:
            margin: a difference that does not matter, above 0.
            sd, seen: see :meth:`detectable`.

        Returns:
            Whole numbers; infinite where :data:`MOST_SEEDS` would not do.
        """

        def is_enough(spread: float, n: int) -> bool:
            return self.widths(spread, n).within(margin) >= self.power

        def of(spread: float) -> float:
            if math.isnan(spread) or not margin > 0:
                return math.inf
            curve, units = self._tabulated(), margin / spread if spread else math.inf
            known = None if curve is None else curve.seeds_for(units)
            if known is not None:
                return known
            if not is_enough(spread, MOST_SEEDS):
                return math.inf
            seeds = range(FEWEST, MOST_SEEDS)
            return FEWEST + bisect_left(seeds, True, key=lambda n: is_enough(spread, n))

        return Range(*map(of, spread_range(sd, seen)))

    @property
    def _counted(self) -> tuple[int, int]:
        """Arms whose variances moderate each other, 2 where not all are compared; comparisons."""
        pairs = self.arms * (self.arms - 1) // 2
        is_whole = self.comparisons in (None, pairs)
        return (self.arms, pairs) if is_whole else (2, self.comparisons or 1)

    def _tabulated(self) -> power_table.PowerCurve | None:
        """Return what is tabulated of it, if it is."""
        is_usual = (self.confidence, self.power) == (CONFIDENCE, POWER)
        if not is_usual or self.sampling or self.overlap:
            return None
        return power_table.curve(*self._counted)

    def widths(self, sd: float, n: int) -> Widths:
        """Return what is not tabulated is computed from."""
        from rnnbench.stats.power_integral import widths  # with NumPy, which the table does without

        arms, comparisons = self._counted
        tail = (1 - self.confidence) / (2 * comparisons)
        return widths(sd, n, arms, tail, sampling=self.sampling, overlap=self.overlap)


def in_deviations(n: int, arms: int, comparisons: int) -> tuple[float, float]:
    """Return what ``n`` seeds show, and within which margin, in standard deviations.

    See :class:`rnnbench.stats.power_table.PowerCurve`, whose table is made of it.
    """
    found = PlannedFamily(arms, comparisons).widths(1.0, n)
    return found.shown(POWER), found.decided(POWER)

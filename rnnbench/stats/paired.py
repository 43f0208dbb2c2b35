"""Two arms compared seed by seed: difference, interval, exact test, verdict."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.bootstrap import Interval, bootstrap
from rnnbench.stats.summary import Statistic, half_width, statistic

Verdict = Literal["A better", "B better", "equivalent", "undecided"]
_EXACT_UP_TO = 16  # pairs; beyond, the permutations are sampled
_SAMPLED = 20_000
_MOST_SEEDS = 1_000
FEWEST = 3  # values, or pairs of them, that can decide anything: two tell too little of the spread
# Of the meetings of a training of A and one of B, how many the better arm must win: the threshold
# that Bouthillier et al. 2021 ("Accounting for variance in machine learning benchmarks") recommend,
# and more where the pairs are too few for the exact test to refuse.
MEETINGS = 0.75
_MEETINGS_OF_FEW = 0.8


@dataclass(frozen=True)
class Comparison:
    """A minus B over the seeds that both have.

    Attributes:
        n: pairs.
        difference: mean of A minus B with its interval, from which the verdict follows.
        p: two-sided exact paired permutation test.
        superiority: P(A > B), equal values counting half, over all pairs of an A and a B.
        verdict: see :func:`compare`.
        seeds_needed: about how many seeds would decide; ``None`` where it is decided, where one
            seed tells nothing, or where not even a thousand would do.
        smallest_p: what ``p`` could be at best with this many pairs.
    """

    n: int
    difference: Interval
    p: float
    superiority: float
    verdict: Verdict
    seeds_needed: int | None
    smallest_p: float


def compare(
    a: Mapping[int, float], b: Mapping[int, float], margin: float, confidence: float
) -> Comparison:
    """Compare two arms by seed; larger is better.

    The verdict follows from the interval of the mean difference:

    - ``equivalent``: the interval lies within plus and minus the margin;
    - ``A better`` or ``B better``: it lies on one side of zero and not within the margin, the
      exact test agrees, and the better arm wins three of four meetings
      (:attr:`Comparison.superiority`; Bouthillier et al. 2021). With too few pairs for the exact
      test to agree (fewer than six at 95 %), its ``p`` must be as low as it can be and the better
      arm win four of five meetings;
    - ``undecided``: anything else, and always with fewer than three pairs (:data:`FEWEST`).

    Of two equal arms, at most ``1 - confidence`` of the verdicts so name a better one.

    Args:
        a: seed -> value.
        b: seed -> value.
        margin: a difference that does not matter, in the unit of the values.
        confidence: of the interval, for example 0.95.
    """
    seeds = sorted(seed for seed in a if seed in b and not math.isnan(a[seed] + b[seed]))
    first = [a[seed] for seed in seeds]
    second = [b[seed] for seed in seeds]
    differences = [x - y for x, y in zip(first, second, strict=True)]
    summary = statistic(differences)
    interval = difference_interval(differences, confidence)
    p, wins = permutation_p(differences), superiority(first, second)
    smallest_p = 2.0 ** (1 - len(seeds)) if seeds else 1.0
    verdict = _verdict(interval, margin) if summary.n >= FEWEST else "undecided"
    agrees = p <= max(smallest_p, 1 - confidence)
    won = wins if interval.estimate > 0 else 1 - wins
    rare = won < _meetings_wanted(len(seeds), confidence)
    if verdict in ("A better", "B better") and (rare or not agrees):
        verdict = "undecided"
    needed = _seeds_needed(summary, won, margin, confidence) if verdict == "undecided" else None
    return Comparison(len(seeds), interval, p, wins, verdict, needed, smallest_p)


def difference_interval(differences: Sequence[float], confidence: float) -> Interval:
    """Return the mean difference with an interval that holds its level from two pairs on.

    The wider, at either end, of the percentile bootstrap (robust against skew) and Student's t
    (right for few pairs, where the bootstrap cannot leave the range of what it has seen).
    """
    summary = statistic(differences)
    drawn = bootstrap(differences, lambda values: values.mean(axis=-1), confidence)
    width = half_width(summary, confidence)
    if math.isnan(width):
        return drawn
    return Interval(
        drawn.estimate,
        min(drawn.low, summary.mean - width),
        max(drawn.high, summary.mean + width),
    )


def permutation_p(differences: Sequence[float]) -> float:
    """Return the two-sided p of the paired permutation test on the mean difference.

    If the arms are equal, the sign of each difference is a coin toss: p is the share of all
    sign patterns whose mean is at least as far from zero. Exact up to 16 pairs; beyond, 20,000
    patterns are drawn, the observed one counted among them.
    """
    values = np.asarray(differences, dtype=np.float64)
    if not len(values):
        return 1.0
    if len(values) <= _EXACT_UP_TO:
        signs = _signs(len(values))
    else:
        rng = np.random.default_rng(len(values))
        signs = rng.choice((1.0, -1.0), size=(_SAMPLED, len(values)))
        signs[0] = 1.0
    means = np.abs(signs @ values)
    observed = abs(values.sum())
    # Sums of the same numbers in another order differ in their last bits.
    slack = 1e-12 * max(1.0, float(np.abs(values).sum()))
    return float((means >= observed - slack).mean())


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted for their number (Holm 1979), in the order given."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = running
    return adjusted


def superiority(a: Sequence[float], b: Sequence[float]) -> float:
    """Return P(A > B) over all pairs, equal values counting half; NaN without any."""
    if not a or not b:
        return math.nan
    first, second = np.asarray(a)[:, None], np.asarray(b)[None, :]
    return float(((first > second) + 0.5 * (first == second)).mean())


def decisive_pairs(confidence: float) -> int:
    """Return from how many pairs on the exact test can refuse: 6 at 95 %, 8 at 99 %."""
    return next(n for n in itertools.count(1) if 2.0 ** (1 - n) <= 1 - confidence)


@lru_cache(maxsize=8)
def _signs(n: int) -> NDArray[np.float64]:
    """Return the sign patterns of ``n`` values that leave the first as it is, ``(2^(n-1), n)``.

    The others are their mirror images, as far from zero.
    """
    bits = np.arange(2 ** (n - 1))[:, None] >> np.arange(n - 1, -1, -1) & 1
    signs: NDArray[np.float64] = (1.0 - 2.0 * bits).astype(np.float64)
    signs.flags.writeable = False
    return signs


def _verdict(interval: Interval, margin: float) -> Verdict:
    if math.isnan(interval.low):
        return "undecided"
    if -margin <= interval.low and interval.high <= margin:
        return "equivalent"
    if interval.low > 0:
        return "A better"
    if interval.high < 0:
        return "B better"
    return "undecided"


def _meetings_wanted(n: int, confidence: float) -> float:
    """Return the share of meetings that the better arm must win, given ``n`` pairs."""
    return _MEETINGS_OF_FEW if n < decisive_pairs(confidence) else MEETINGS


def _seeds_needed(summary: Statistic, won: float, margin: float, confidence: float) -> int | None:
    """Return how many pairs like these would decide: of this mean, spread and share of meetings.

    Where the arm with the higher mean wins too few meetings (``won``), more pairs could only show
    that the arms are equivalent.
    """
    if summary.n < 2:
        return None
    equivalent = margin - abs(summary.mean)

    def decides(n: int) -> bool:
        width = half_width(Statistic(summary.mean, summary.sd, n), confidence)
        is_better = width < abs(summary.mean) and won >= _meetings_wanted(n, confidence)
        return is_better or width < equivalent

    candidates = range(summary.n + 1, _MOST_SEEDS + 1)
    place = bisect_left(candidates, True, key=decides)
    return candidates[place] if place < len(candidates) else None

"""All comparisons of one data set as one family: simultaneous intervals, and verdicts from them.

Intervals are those of paired t-tests with two changes. The variance of a pair is moderated
(:func:`rnnbench.stats.critical.moderated`): three seeds tell little of it, and the other pairs
tell some more. The critical value is that of the largest of all pairs' ``|t|``, taken under the
spreads of arms that ask for the largest (:func:`rnnbench.stats.critical.critical_values`), where
Holm's and Bonferroni's hold for any dependence. Two arms are compared by the paired t-test.

Chosen by simulation among some fifty variants of moderation, each with the critical value that
its worst case asks for: not the most powerful for alike arms, but one that loses less where one
arm varies more. Percent of reports of three equal arms that name a difference (normal values,
spreads 1:1:1, 1:2:3 and 1:1:5; the most of them), and of those that find a difference of one
standard deviation of the paired differences in a pair of alike arms:

=======================  ==========  =================================
method                   false, at   found, at 3, 5, 10 and 20 seeds
=======================  ==========  =================================
Holm on paired t         5           7, 21, 65, 97
Tukey, blocked by seed   9           15, 34, 73, 98
this family              5           8, 25, 66, 96
=======================  ==========  =================================

With six arms it finds 1, 11, 41 and 88 %; Holm 1, 5 and 33 % up to ten seeds. The price is paid
by an alike pair beside an arm of five times their spread: 2, 7, 49 and 95 % with three arms, where
Holm keeps 6, 20, 61 and 96. Variances moderated both ways (Smyth 2004) with the critical value of
alike arms are wrong there in 6 to 8 % of reports with three seeds, and how much to moderate cannot
be told from three pairs.

The amounts were chosen on the shapes that are tabulated. On spreads that took no part in it, six
arms are called different in 5.3 % of reports at most (1:1:1:5:5:5, five seeds).

The level is not held, by this or any of the candidates, for strongly skewed values of unequal
spread that no seed correlates: 9 % for lognormal values with spreads 1:2:3 and ten seeds, 7 % for
bimodal ones (tests/stats/test_family_simulation.py has all figures).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.arm_values import FEWEST, ArmValues
from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.contrast import Contrast, contrasts
from rnnbench.stats.distributions import normal_cdf, normal_critical, student_cdf
from rnnbench.stats.needed import seeds_needed
from rnnbench.stats.simultaneous import FamilyDesign, blocks

Verdict = Literal[
    "better by more than the margin",
    "better, size unclear",
    "better but it hardly matters",
    "equivalent",
    "undecided",
]
Values = NDArray[np.float64]
LEAST = math.nextafter(0.0, 1.0)  # an interval that begins here excludes zero

__all__ = [
    "FEWEST",
    "LEAST",
    "ArmValues",
    "Comparison",
    "Verdict",
    "family",
    "verdict_of",
    "worst_case",
]


@dataclass(frozen=True)
class Comparison:
    """Arm ``a`` against arm ``b``.

    Attributes:
        a, b: names of the arms.
        n: seeds that both have.
        n_a, n_b: seeds of each.
        difference: A minus B in the unit of the measure; simultaneous over the family.
        p: two-sided, adjusted for the family; at most ``alpha`` where the interval excludes zero.
        verdict: see :func:`family`.
        better: the better arm, where the verdict names one.
        won: seeds in common in which A is better, ties counting half.
        equal: how many ties there are.
        wins: P(A is better than B with the same seed), with an interval; for information.
        probabilities: that A is better by more than the margin, that they differ by at most the
            margin, and that B is better by more than the margin (Benavoli et al. 2017).
        seeds_needed: between how many and how many seeds would decide; ``None`` where it is
            decided, where too few seeds tell nothing, or where a thousand would not do.
        samples: test samples whose variance the interval holds; ``None``: it speaks of this test
            set only.
    """

    a: str
    b: str
    n: int
    n_a: int
    n_b: int
    difference: Interval
    p: float
    verdict: Verdict
    better: Literal["a", "b"] | None
    won: float
    equal: int
    wins: Interval
    probabilities: tuple[float, float, float]
    seeds_needed: tuple[int, int] | None
    samples: int | None


def family(
    arms: Mapping[str, ArmValues],
    pairs: Sequence[tuple[str, str]],
    *,
    margin: float,
    confidence: float = 0.95,
    lower_is_better: bool = False,
    overlap: float = 0.0,
    alpha: float | None = None,
) -> list[Comparison]:
    """Compare arms, all comparisons together.

    With probability ``confidence``, every interval holds its true difference. Verdicts follow
    from interval and margin alone: an arm is *better* where the interval excludes zero; *by more
    than the margin* where it excludes all that lies within the margin, *but it hardly matters*
    where it lies within the margin, *size unclear* otherwise. Arms are *equivalent* where the
    interval holds zero and lies within the margin. All else is *undecided*, and always so with
    fewer than three seeds (:data:`FEWEST`).

    Args:
        arms: name -> what was measured.
        pairs: names of the arms to compare; the whole family.
        margin: a difference that does not matter, in the unit of the values.
        confidence: of the family, for example 0.95.
        lower_is_better: of losses.
        overlap: held-out samples per training sample where each seed draws its own split (Nadeau
            and Bengio 2003), otherwise 0.
        alpha: level of this family where it is not ``1 - confidence``, for example what one of
            several looks may spend.
    """
    level = 1 - confidence if alpha is None else alpha
    found = contrasts(arms, pairs, overlap)
    whole, seeds, samples = measured(pairs, found)
    widths = whole.half_widths(seeds, samples, level)
    estimates = np.array([c.estimate for c in found])
    p = whole.p_values(estimates, seeds, samples, level)
    sign = -1 if lower_is_better else 1
    shares = _probabilities(sign * estimates, seeds, samples, whole.df, margin)
    comparisons = []
    for (a, b), c, half, v, adjusted, probabilities in zip(
        pairs, found, widths, seeds, p, shares, strict=True
    ):
        difference = Interval(c.estimate, c.estimate - float(half), c.estimate + float(half))
        verdict = verdict_of(difference, margin)
        better: Literal["a", "b"] | None = None
        if verdict.startswith("better"):
            better = "a" if sign * c.estimate > 0 else "b"
        equal = int((c.paired == 0).sum())
        won = float((sign * c.paired > 0).sum() + 0.5 * equal)
        needed = None
        if verdict == "undecided":
            n = len(c.paired) if c.factor is not None else min(c.n_a, c.n_b)
            needed = seeds_needed(
                c.estimate,
                float(v) / (c.factor or 1 / n) if n else math.nan,
                df=c.df,
                n=n,
                sampling=c.sampling,
                margin=margin,
                pairs=len(pairs),
                alpha=level,
                overlap=overlap if c.factor is not None else 0.0,
            )
        comparisons.append(
            Comparison(
                a=a,
                b=b,
                n=len(c.paired),
                n_a=c.n_a,
                n_b=c.n_b,
                difference=difference,
                p=float(adjusted),
                verdict=verdict,
                better=better,
                won=won,
                equal=equal,
                wins=wilson(won, len(c.paired), confidence),
                probabilities=probabilities,
                seeds_needed=needed,
                samples=c.samples,
            )
        )
    return comparisons


def measured(
    pairs: Sequence[tuple[str, str]], found: Sequence[Contrast]
) -> tuple[FamilyDesign, Values, Values]:
    """Return contrasts as a family, with their variances over seeds, moderated, and samples."""
    df = np.array([c.df for c in found])
    whole = FamilyDesign(tuple(blocks(pairs, [c.factor is not None for c in found])), df)
    factors = np.array([c.factor or 1.0 for c in found])
    seeds = factors * whole.moderated(np.array([c.variance for c in found]) / factors)
    return whole, seeds, np.array([c.sampling for c in found])


def verdict_of(interval: Interval, margin: float) -> Verdict:
    """Return what an interval says; ``undecided`` where its ends are not known."""
    low, high = interval.low, interval.high
    if not (math.isfinite(low) and math.isfinite(high)):
        return "undecided"
    within = -margin <= low and high <= margin
    if low <= 0 <= high:
        return "equivalent" if within else "undecided"
    if within:
        return "better but it hardly matters"
    beyond = low > margin or high < -margin
    return "better by more than the margin" if beyond else "better, size unclear"


def worst_case(
    arms: Mapping[str, ArmValues],
    failed: Mapping[str, Collection[int]],
    worst: float,
) -> dict[str, ArmValues]:
    """Return the arms as if every failed seed had ended with the worst value.

    A family of these says what failures could make of a verdict. Their test samples are not
    known, so they count among seeds alone.

    Args:
        arms: name -> what was measured.
        failed: name -> seeds without a value.
        worst: for example what guessing reaches, or the lowest value seen.
    """
    return {
        name: replace(arm, values={**arm.values, **dict.fromkeys(failed.get(name, ()), worst)})
        for name, arm in arms.items()
    }


def _probabilities(
    estimates: Values, seeds: Values, samples: Values, df: Values, margin: float
) -> list[tuple[float, float, float]]:
    """Return the posterior probabilities of more than the margin, within it, and less, by pair.

    Student's t around the estimate with its standard error: the correlated Bayesian t-test
    (Benavoli et al. 2017, equation 7), with Satterthwaite's degrees of freedom for both variances.

    Args:
        estimates: A minus B, ``(pairs,)``, positive where A is better.
        seeds, samples: their variances over seeds and over test samples, ``(pairs,)``.
        df: degrees of freedom of ``seeds``, ``(pairs,)``.
        margin: a difference that does not matter.
    """
    total = seeds + samples
    total = np.where(total > 0, total, np.nan)
    with np.errstate(divide="ignore"):
        free = np.where(seeds > 0, df * (total / seeds) ** 2, np.inf)
    is_normal = free >= 1e8
    above, below = (
        np.where(is_normal, normal_cdf(t), student_cdf(np.where(is_normal, 1e8, free), t))
        for t in ((estimates - margin) / np.sqrt(total), (-margin - estimates) / np.sqrt(total))
    )
    within = np.maximum(0.0, 1 - above - below)
    return list(zip(above.tolist(), within.tolist(), below.tolist(), strict=True))


def wilson(won: float, n: int, confidence: float) -> Interval:
    """Return the share of wins with Wilson's interval (1927); NaN without any."""
    if not n:
        return Interval(math.nan, math.nan, math.nan)
    z = _normal((1 - confidence) / 2)
    share = won / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # All wins reach 1 and none 0, which sums of rounded numbers miss by a last bit.
    low = 0.0 if won == 0 else max(0.0, centre - half)
    high = 1.0 if won == n else min(1.0, centre + half)
    return Interval(share, low, high)


@lru_cache(maxsize=64)
def _normal(tail: float) -> float:
    return float(normal_critical(tail))

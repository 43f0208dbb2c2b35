"""Comparing arms while seeds are added, with an error rate that counts every look.

A group-sequential design (Jennison and Turnbull 2000). The looks are declared beforehand
(:func:`rnnbench.stats.design.looks`); the level is spent in proportion to the seeds (Lan and DeMets
1983), exactly for Student's t (:mod:`rnnbench.stats.boundaries`). At each look all comparisons are
one family with simultaneous intervals (:mod:`rnnbench.stats.family`), wide enough to hold together
over all pairs and looks: repeated confidence intervals, right wherever a sweep stops.

A comparison is decided where its interval excludes zero or lies within the margin; it stays so. The
family then shrinks by closed testing: a difference is tested among the largest set of comparisons
that can still all be of equal arms (Shaffer 1986, in groups of looks as Ye, Li, Liu and Yao 2013
have it for Holm), equivalence among the comparisons not yet found equivalent (Holm 1979). What that
decides beyond the wide interval cuts the interval at zero, or at the margin. Arms with an open
comparison get further seeds, others none.

Measured, 30 seeds at most (``python -m tests.stats.until_decided false|runs|adastop``):

- Of 5,000 sweeps of equal arms, 0.8 to 4.5 % ever name a difference (3 and 6 arms; normal, t3,
  lognormal, bimodal, tied values, spreads 1:2:3; correlations 0, .5, .9). Where skewed arms vary
  1:2:3, it is 2.0 to 14.3 % (lognormal) and 3.2 to 8.7 % (bimodal), most without correlation; where
  one of three arms collapses in 20 % of its trainings and makes up for it in the others, 20 to
  34 %.
- With a margin of one sd of the paired difference and differences of 0, .5, 1 and 2 sd, 69 % (two
  arms) and 68 % (three) of the runs of a fixed number of seeds that decides as often. The sd need
  not be known for that: a fixed number that is right for 1 sd is wrong for 2.
- On the same 100 draws, two arms take 25.7 runs on average over these differences with that
  margin and 36.5 without one, AdaStop 33.9 (38.7 where arms correlate by .5; then 25.8 and 35.7
  here); three arms 55.0, 78.8 and 77.3. AdaStop names a difference of two equal arms in 12 % of
  700 sweeps then; with half its alpha it takes 36.5 runs.

Stopping at a decision favours large differences: the estimate of a comparison that was decided
early is too large on average. Its interval is right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Literal

from rnnbench.stats.arm_values import ArmValues
from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.contrast import Contrast, contrasts
from rnnbench.stats.design import Design
from rnnbench.stats.equalities import largest_equal
from rnnbench.stats.family import LEAST, Comparison, family, measured, verdict_of

Pair = tuple[str, str]


@dataclass(frozen=True)
class Look:
    """What one look found.

    Attributes:
        number: 1, 2, ...
        seeds: of the arms that take part in it.
        alpha: level of the family at this look, two-sided.
        comparisons: all of them in the order of the pairs; those decided earlier as they were.
        decided: for each comparison, the look that decided it; ``None`` where it is open.
    """

    number: int
    seeds: int
    alpha: float
    comparisons: tuple[Comparison, ...]
    decided: tuple[int | None, ...]

    @property
    def open_arms(self) -> tuple[str, ...]:
        """Arms with an open comparison, in the order in which pairs name them: they need seeds.

        One that has failed with every seed so far is not waited for, nor what is compared with it.
        """
        left = zip(self.comparisons, self.decided, strict=True)
        open_ = [c for c, look in left if look is None and c.n_a and c.n_b]
        return tuple(dict.fromkeys(arm for c in open_ for arm in (c.a, c.b)))

    def as_record(self) -> dict[str, Any]:
        """Return what is kept of the look: numbers, strings, lists and dictionaries only."""
        return {
            "look": self.number,
            "seeds": self.seeds,
            "alpha": self.alpha,
            "comparisons": [
                {
                    "a": c.a,
                    "b": c.b,
                    "n": c.n,
                    "difference": [
                        value if math.isfinite(value) else None
                        for value in asdict(c.difference).values()
                    ],
                    "verdict": c.verdict,
                    "better": c.better,
                    "decided": look,
                }
                for c, look in zip(self.comparisons, self.decided, strict=True)
            ],
        }


def follow(
    arms: Mapping[str, ArmValues],
    pairs: Sequence[Pair],
    design: Design,
    look: int,
    before: Sequence[Look] = (),
) -> tuple[Look, ...]:
    """Return the looks from the first to ``look``, as far as there are open comparisons.

    A comparison that was decided at a look stays as it was there.

    Nothing but the values of the seeds declared for a look enters it, so that the outcome depends
    on what was measured alone: not on interruptions, nor on further seeds that a store holds.

    Args:
        arms: name -> what was measured, of the seeds trained so far.
        pairs: names of the arms to compare; the whole family.
        design: as declared before the first run.
        look: 1, 2, ..., at most the number of looks of the design.
        before: the first looks where they are known, which saves to take them again.
    """
    found: list[Look] = []
    decided: dict[Pair, tuple[int, Comparison]] = {}
    trained = dict.fromkeys(arms, design.seeds(0))
    active = tuple({arm for pair in pairs for arm in pair})
    for known in before[:look]:
        trained |= dict.fromkeys(active, design.seeds(known.number))
        active = known.open_arms
        decided |= {
            pair: (number, comparison)
            for pair, comparison, number in zip(
                pairs, known.comparisons, known.decided, strict=True
            )
            if number is not None
        }
        found.append(known)
    for number in range(len(found) + 1, look + 1):
        if not active:
            break
        trained |= dict.fromkeys(active, design.seeds(number))
        data = _Data({a: _only(arms[a], trained[a]) for a in arms}, tuple(pairs), design, number)
        wide = data.comparisons()
        for pair, comparison in _decisions(data, wide, {p: c for p, (_, c) in decided.items()}):
            decided[pair] = (number, comparison)
        found.append(
            Look(
                number,
                design.looks[number - 1],
                design.alpha(number, len(pairs)),
                tuple(decided[pair][1] if pair in decided else wide[pair] for pair in pairs),
                tuple(decided[pair][0] if pair in decided else None for pair in pairs),
            )
        )
        active = found[-1].open_arms
    return tuple(found)


@dataclass(frozen=True)
class _Data:
    """What is known at a look."""

    arms: Mapping[str, ArmValues]
    pairs: tuple[Pair, ...]
    design: Design
    look: int

    def comparisons(self) -> dict[Pair, Comparison]:
        """Return every pair, with intervals that hold together over all pairs and looks.

        ``p`` is scaled so that, as without looks, ``1 - confidence`` decides.
        """
        alpha = self.design.alpha(self.look, len(self.pairs))
        found = family(
            self.arms,
            self.pairs,
            margin=self.design.margin,
            confidence=self.design.confidence,
            lower_is_better=self.design.lower_is_better,
            overlap=self.design.overlap,
            alpha=alpha,
        )
        scale = (1 - self.design.confidence) / alpha
        scaled = (replace(c, p=min(1.0, c.p * scale)) for c in found)
        return dict(zip(self.pairs, scaled, strict=True))

    def intervals(self, pairs: Sequence[Pair]) -> dict[Pair, Interval]:
        """Return intervals that hold together over some of the pairs and all looks."""
        found = [self._contrasts[pair] for pair in pairs]
        whole, seeds, samples = measured(pairs, found)
        widths = whole.half_widths(seeds, samples, self.design.alpha(self.look, len(pairs)))
        return {
            pair: Interval(c.estimate, c.estimate - float(width), c.estimate + float(width))
            for pair, c, width in zip(pairs, found, widths, strict=True)
        }

    @cached_property
    def _contrasts(self) -> dict[Pair, Contrast]:
        found = contrasts(self.arms, self.pairs, self.design.overlap)
        return dict(zip(self.pairs, found, strict=True))


def _decisions(
    data: _Data, wide: Mapping[Pair, Comparison], before: Mapping[Pair, Comparison]
) -> Iterator[tuple[Pair, Comparison]]:
    """Yield the comparisons that a look decides, with their intervals.

    Args:
        data: what is known.
        wide: see :meth:`_Data.comparisons`.
        before: pairs decided at earlier looks.
    """
    margin = data.design.margin
    different = {pair for pair, c in before.items() if c.verdict != "equivalent"}
    equivalent = set(before) - different
    still = [pair for pair in data.pairs if pair not in before]
    more = True
    while more:
        more = False
        for pair in list(still):
            equal = largest_equal(data.pairs, different, pair)
            if any(map(_excludes_zero, (wide[pair].difference, data.intervals(equal)[pair]))):
                more = True
                different.add(pair)
                still.remove(pair)
                yield pair, _named(wide[pair], data.design)
    more = True
    while more and still:
        more = False
        left = [pair for pair in data.pairs if pair not in equivalent]
        for pair, interval in data.intervals(left).items():
            within = (verdict_of(i, margin) for i in (wide[pair].difference, interval))
            if pair in still and "equivalent" in within:
                more = True
                equivalent.add(pair)
                still.remove(pair)
                yield pair, _cut(wide[pair], -margin, margin, margin)


def _excludes_zero(interval: Interval) -> bool:
    return interval.low > 0 or interval.high < 0


def _named(wide: Comparison, design: Design) -> Comparison:
    above = wide.difference.estimate > 0
    ends = (LEAST, math.inf) if above else (-math.inf, -LEAST)
    better: Literal["a", "b"] = "a" if above != design.lower_is_better else "b"
    level = 1 - design.confidence
    return replace(_cut(wide, *ends, design.margin), better=better, p=min(wide.p, level))


def _cut(wide: Comparison, lowest: float, highest: float, margin: float) -> Comparison:
    """Return a comparison with its wide interval, less what a smaller family has ruled out.

    What is left holds together with the intervals of all pairs and looks (Strassburger and Bretz
    2008; Guilbaud 2008).
    """
    was = wide.difference
    interval = Interval(was.estimate, max(was.low, lowest), min(was.high, highest))
    verdict = verdict_of(interval, margin)
    return replace(wide, difference=interval, verdict=verdict, seeds_needed=None)


def _only(arm: ArmValues, seeds: range) -> ArmValues:
    """Return an arm with what was measured at these seeds."""
    samples = arm.samples
    return ArmValues(
        {seed: arm.values[seed] for seed in seeds if seed in arm.values},
        None if samples is None else {s: samples[s] for s in seeds if s in samples},
    )

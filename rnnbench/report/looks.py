"""What earlier looks at the same runs mean for a report.

Looks that a sweep with ``until`` has declared and taken are accounted for: its decisions count. For
those that somebody took by hand, with growing numbers of seeds, the report's intervals are wider.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rnnbench.config.schema import ReportConfig
from rnnbench.report.wording import either
from rnnbench.results.measure import Measure
from rnnbench.stats.design import Design, widened
from rnnbench.stats.design import looks as declared_looks
from rnnbench.stats.family import FEWEST, ArmValues, Comparison, family
from rnnbench.stats.sequential import Pair, follow
from rnnbench.tracking.looks import Looked, short_keys


@dataclass(frozen=True)
class Account:
    """Which looks at the arms of a family count.

    Attributes:
        declared: those of a sweep until decided, of these arms and by these options.
        earlier: numbers of seeds of other looks, below those of the report, that can decide
            anything.
        seeds: of the report.
    """

    declared: Looked | None
    earlier: tuple[int, ...]
    seeds: int

    @property
    def words(self) -> str:
        """What the looks mean, in a sentence; empty where there were none."""
        if self.declared is not None:
            seeds = either(map(str, self.declared.seeds), "and")
            return (
                f" A sweep until decided looked at these arms after {seeds} seeds, of at most "
                f"{self.declared.most_seeds}: the intervals hold over all looks, and a comparison "
                "is as the look left it that decided it."
            )
        if not self.earlier:
            return ""
        seeds = either(map(str, self.earlier), "and")
        return (
            f" These arms were looked at with {seeds} seeds before: the intervals are so wide that "
            "those of all looks hold together."
        )


def account(
    looks: Sequence[Looked],
    arm_keys: Collection[str],
    seeds: int,
    options: ReportConfig,
    shared: Collection[int] | None = None,
) -> Account:
    """Return which looks count for a family.

    Args:
        looks: all that the store has recorded, oldest first.
        arm_keys: content keys of its arms.
        seeds: of the arm that has most.
        options: margin and confidence of the report.
        shared: seeds that all arms have, or that failed; without those of the first look, the
            looks of a sweep cannot be followed. ``None``: every seed.
    """
    own = [one for one in looks if one.is_about(arm_keys)]
    wanted = (short_keys(arm_keys), options.margin, options.confidence)
    declared = [
        one
        for one in own
        if (one.arms, one.margin, one.confidence) == wanted
        and one.most_seeds is not None
        and one.seeds[-1] <= seeds
        and one.seeds == declared_looks(one.most_seeds)[: len(one.seeds)]
        and (shared is None or _first(one) <= set(shared))
    ]
    earlier = {n for one in own for n in one.seeds if FEWEST <= n < seeds}
    return Account(declared[-1] if declared else None, tuple(sorted(earlier)), seeds)


def compared(
    arms: Mapping[str, ArmValues],
    pairs: Sequence[Pair],
    options: ReportConfig,
    measure: Measure,
    overlap: float,
    counted: Account,
) -> list[Comparison]:
    """Return the comparisons of a family; see :func:`rnnbench.stats.family.family`."""
    if counted.declared is not None and counted.declared.most_seeds is not None:
        design = Design(
            counted.declared.most_seeds,
            options.margin,
            options.confidence,
            measure.is_lower_better,
            overlap,
            counted.declared.first_seed,
        )
        taken = follow(arms, pairs, design, len(counted.declared.seeds))
        return list(taken[-1].comparisons)
    return family(
        arms,
        pairs,
        margin=options.margin,
        confidence=options.confidence,
        lower_is_better=measure.is_lower_better,
        overlap=overlap,
        alpha=widened(options.confidence, counted.seeds, counted.earlier)
        if counted.earlier
        else 1 - options.confidence,
    )


def _first(looked: Looked) -> set[int]:
    """Return the seeds of the first look."""
    return set(range(looked.first_seed, looked.first_seed + looked.seeds[0]))

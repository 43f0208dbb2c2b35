"""How far a sweep with ``until=decided`` has come: looks taken, and what the next one waits for.

Everything follows from the runs in the store, so that a sweep that was killed takes the same looks
with the same decisions when it is started again, and so does one that others have helped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rnnbench.config.schema import Config
from rnnbench.results.answers import Answers, overlap
from rnnbench.results.measure import Measure
from rnnbench.stats.design import Design
from rnnbench.stats.sequential import Look, follow
from rnnbench.training.spec import RunSpec
from rnnbench.until.arms import DeclaredArm, Family
from rnnbench.until.measured import margin_for, measure_of, measured


@dataclass(frozen=True)
class Course:
    """Where the comparisons of one data set stand.

    Attributes:
        family: its arms with their runs so far.
        design: what was declared.
        metric: what arms are compared by.
        looks: those taken, in order.
        needed: runs without which the next look cannot be taken.
    """

    family: Family
    design: Design
    metric: str
    looks: tuple[Look, ...] = ()
    needed: tuple[RunSpec, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether all comparisons are decided, or the limit is reached."""
        return not self.needed

    @property
    def open_pairs(self) -> int:
        """Comparisons that are not decided yet."""
        return self.looks[-1].decided.count(None) if self.looks else len(self.family.pairs)

    @property
    def active(self) -> tuple[str, ...]:
        """Arms that take part in the next look."""
        arms = (arm.name for arm in self.family.arms)
        return self.looks[-1].open_arms if self.looks else tuple(arms)

    @property
    def rested_on(self) -> list[RunSpec]:
        """Runs that the looks taken rest on, with those that failed."""
        seeds: dict[str, range] = {}
        active: Sequence[str] = tuple(arm.name for arm in self.family.arms)
        for look in self.looks:
            seeds |= dict.fromkeys(active, self.design.seeds(look.number))
            active = look.open_arms
        return [
            spec
            for arm in self.family.arms
            for spec in arm.specs
            if spec.config.seed in seeds.get(arm.name, ())
        ]

    @property
    def used(self) -> int:
        """How many runs the looks taken rest on."""
        return len(self.rested_on)

    @property
    def most(self) -> int:
        """Runs of a sweep of as many fixed seeds as the limit."""
        return len(self.family.arms) * self.design.most_seeds


def design_of(config: Config, arms: Sequence[DeclaredArm], metric: str) -> Design:
    """Return what is declared before the first run.

    Args:
        config: with ``until``; limit, margin and level.
        arms: those that are compared.
        metric: by what.
    """
    return Design(
        config.seeds,
        margin_for(arms, metric, config.report.margin),
        config.report.confidence,
        Measure(metric).is_lower_better,
        max(overlap(arm) for arm in arms),
        config.seed,
    )


def course(family: Family, config: Config, settled: Collection[str], answers: Answers) -> Course:
    """Return where the comparisons of a data set stand.

    Args:
        family: its arms with their runs so far.
        config: with ``until``; limit, margin and level.
        settled: content keys of runs that are finished, or have failed for good.
        answers: by weights and run.
    """
    metric = measure_of(family.arms, config.report.metric)
    design = design_of(config, family.arms, metric)
    now = Course(family, design, metric)
    arms = measured(family, metric, answers)
    for number in range(1, len(design.looks) + 1):
        seeds = design.seeds(number)
        needed = [
            spec
            for arm in family.arms
            if arm.name in now.active
            for spec in arm.specs
            if spec.config.seed in seeds and spec.key not in settled
        ]
        if needed:
            return Course(family, design, metric, now.looks, tuple(needed))
        now = Course(family, design, metric, follow(arms, family.pairs, design, number, now.looks))
        if not now.open_pairs:
            break
    return now

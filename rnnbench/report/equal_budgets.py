"""Which arms can be followed along what they cost, and at what cost all of them are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rnnbench.config.keys import with_role
from rnnbench.config.roles import HeldOut
from rnnbench.report.dataset_section import DatasetSection, is_one_machine, order
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.courses import COSTS, Cost, RunCourse, courses, epochs_by_run, whole_cost


@dataclass(frozen=True)
class Followed:
    """Arms that were validated on the same samples.

    Attributes:
        arms: two or more, the best first.
        runs: by arm and seed, the courses of their runs.
        budgets: what all of them have spent when they are compared, by cost.
    """

    arms: tuple[ArmRuns, ...]
    runs: Mapping[str, Mapping[int, RunCourse]]
    budgets: Mapping[Cost, float]

    def has_reached(self, arm: str, cost: Cost) -> bool:
        """Return whether all runs of an arm had finished an epoch when they are compared."""
        budget = self.budgets[cost]
        return all(run.epochs_within(cost, budget) for run in self.runs[arm].values())

    def most_epochs(self, arm: ArmRuns) -> int:
        """Return how many epochs the longest run of an arm had."""
        return max(len(course.best) for course in self.runs[arm.name].values())


def followed(dataset: DatasetSection) -> list[Followed]:
    """Return the arms that can be followed, the group with the best arm first."""
    epochs = epochs_by_run(dataset.history)
    together: dict[tuple[str, ...], list[ArmRuns]] = {}
    runs = {}
    for arm in order(dataset):
        runs[arm.name] = courses(arm, epochs)
        if runs[arm.name]:
            together.setdefault(validated_on(arm), []).append(arm)
    made = (_group(arms, runs) for arms in together.values() if len(arms) > 1)
    return [group for group in made if group.budgets]


def validated_on(arm: ArmRuns) -> tuple[str, ...]:
    """Return what decides on which samples an arm was validated."""
    if arm.params.get("training.validation") != "split":
        return ("test",)
    return tuple(arm.params.get(key, "null") for key in with_role(HeldOut))


def _group(arms: Sequence[ArmRuns], runs: Mapping[str, Mapping[int, RunCourse]]) -> Followed:
    budgets: dict[Cost, float] = {}
    for cost in COSTS:
        every = [course for arm in arms for course in runs[arm.name].values()]
        is_apart = cost == "seconds" and not is_one_machine(arms)
        if not is_apart and all(cost in course.spent for course in every):
            budgets[cost] = min(whole_cost(runs[arm.name], cost) for arm in arms)
    return Followed(tuple(arms), {arm.name: runs[arm.name] for arm in arms}, budgets)

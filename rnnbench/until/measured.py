"""What the arms of a sweep have measured so far, as comparisons take it."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.data.contract import TARGET_SD
from rnnbench.results.answers import (
    Answers,
    is_by_sample,
    measured_arm,
    of_same_samples,
    read_answers,
)
from rnnbench.results.margins import margin_of
from rnnbench.results.measure import Measure, choose, usual_for, weights_of
from rnnbench.stats.arm_values import ArmValues
from rnnbench.tracking.store import Store
from rnnbench.until.arms import DeclaredArm, Family


def measured(family: Family, metric: str, answers: Answers) -> dict[str, ArmValues]:
    """Return what was measured of each arm, with the answers behind it where they are known."""
    arms = {arm.name: measured_arm(arm, metric, answers) for arm in family.arms}
    return of_same_samples(arms, family.pairs)


def answers_of(
    store: Store | None, arms: Sequence[DeclaredArm], metric: str, known: Answers | None = None
) -> Answers:
    """Return which test samples each run answered rightly; files elsewhere are fetched.

    Args:
        store: where the runs are; ``None`` where there is none.
        arms: with their runs.
        metric: an accuracy on the test set; of other measures nothing is known by sample.
        known: what was read already, which is returned, too.
    """
    before = known or {}
    if store is None or not is_by_sample(metric):
        return before
    read = {run_id for own in before.values() for run_id in own}
    asked = {run_id: weights_of(arm, None) for arm in arms for run_id in arm.run_by_seed.values()}
    found = read_answers(store, {i: which for i, which in asked.items() if i not in read})
    return {which: {**before.get(which, {}), **own} for which, own in found.items()}


def measure_of(arms: Sequence[DeclaredArm], wanted: str) -> str:
    """Return what arms are compared by, as their report does; see :mod:`rnnbench.results.measure`.

    Args:
        arms: of one data set, with the runs that are finished.
        wanted: ``report.metric``.
    """
    begun = [arm for arm in arms if arm.finished]
    usual = usual_for(arms[0].specs[0].data.spec)
    has_best = all(len(arm.by_seed(usual.best)) == len(arm.finished) for arm in begun)
    found = choose(begun, wanted, has_best=has_best)
    if found is not None:
        return found.metric
    return usual.best if all(arm.judged_by == usual.best for arm in arms) else usual.last


def margin_for(arms: Sequence[DeclaredArm], metric: str, margin: float) -> float:
    """Return ``report.margin`` in the unit of a metric of arms of one data set."""
    sd = float(arms[0].specs[0].data.facts.get(TARGET_SD, 0.0))
    return margin_of(margin, Measure(metric), sd)

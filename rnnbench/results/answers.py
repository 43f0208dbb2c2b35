"""What arms have measured, as comparisons take it: values by seed, and the answers behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from rnnbench.results.facts import Facts
from rnnbench.results.measure import ASKED, BEST, LAST, weights_of
from rnnbench.stats.arm_values import ArmValues
from rnnbench.tracking.store import Store
from rnnbench.training.tested_weights import WEIGHTS, Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Which test samples were answered rightly, ``(n_test,)`` of bool; by weights and run id.
Right: TypeAlias = "NDArray[Any]"
Answers: TypeAlias = Mapping[Weights, Mapping[str, Right]]
_SAME = 1e-4  # how far the mean of answers may lie from a logged accuracy, which is a float32


def read_answers(store: Store, asked: Mapping[str, Weights]) -> dict[Weights, dict[str, Right]]:
    """Return which test samples each run answered rightly; files elsewhere are fetched.

    Args:
        store: where the runs are.
        asked: by run id, the weights that ``training.test`` asked for.
    """
    found: dict[Weights, dict[str, Right]] = {which: {} for which in WEIGHTS}
    if not asked:
        return found
    from rnnbench.tracking.files import run_files
    from rnnbench.training.predictions import FILE, load_right

    with run_files(store, asked, [FILE]) as folders:
        for run_id, folder in folders.items():
            for which, right in load_right(folder / FILE, asked[run_id]).items():
                found[which][run_id] = right
    return found


def is_by_sample(metric: str) -> bool:
    """Return whether a metric is the mean of right answers to test samples."""
    return metric in (ASKED, BEST, LAST)


def measured_arm(arm: Facts, metric: str, answers: Answers) -> ArmValues:
    """Return the values of an arm by seed, with its answers where all agree with them."""
    values = arm.by_seed(metric)
    return ArmValues(values, _samples(arm, metric, values, answers))


def _samples(
    arm: Facts, metric: str, values: Mapping[int, float], answers: Answers
) -> dict[int, NDArray[Any]] | None:
    if not is_by_sample(metric):
        return None
    known = answers.get(weights_of(arm, metric), {})
    found = {}
    for seed, value in values.items():
        right = known.get(arm.run_by_seed[seed])
        if right is None or not right.size or abs(float(right.mean()) - value) > _SAME:
            return None
        found[seed] = right
    return found if len({right.shape for right in found.values()}) == 1 else None


def of_same_samples(
    arms: Mapping[str, ArmValues], pairs: Sequence[tuple[str, str]]
) -> dict[str, ArmValues]:
    """Return arms without the answers of those that answered more samples than their partner.

    Arms that are compared have one test set, so that answers in another number are not theirs.
    """
    sizes = {
        name: len(right)
        for name, arm in arms.items()
        for right in list((arm.samples or {}).values())[:1]
    }
    odd = {
        name
        for pair in pairs
        if len({sizes[arm] for arm in pair if arm in sizes}) > 1
        for name in pair
    }
    return {name: replace(arm, samples=None) if name in odd else arm for name, arm in arms.items()}


def overlap(arm: Facts) -> float:
    """Return held-out samples per training sample where every seed draws its own split, else 0.

    A fraction that is none counts as not known.
    """
    if arm.params.get("training.split_seed", "null") in ("null", "None"):
        return 0.0
    try:
        held = float(arm.params.get("training.validation_fraction", ""))
    except ValueError:
        return 0.0
    return held / (1 - held) if 0 < held < 1 else 0.0

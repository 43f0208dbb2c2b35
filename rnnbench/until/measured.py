"""What the arms of a sweep have measured so far, as comparisons take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from rnnbench.results.measure import ASKED, BEST, LAST, choose
from rnnbench.stats.family import Arm
from rnnbench.tracking.address import local_path
from rnnbench.tracking.store import Store
from rnnbench.training.predictions import FILE
from rnnbench.training.stored_arrays import load_arrays
from rnnbench.until.arms import DeclaredArm

Samples = Mapping[str, NDArray[Any]]  # by run: which test samples were answered rightly
_SAME = 1e-4  # how far the mean of answers may lie from a logged accuracy, which is a float32
_ARRAYS = {ASKED: "correct", LAST: "correct_last", BEST: "correct_best"}


def measured(arms: Sequence[DeclaredArm], metric: str, samples: Samples) -> dict[str, Arm]:
    """Return what was measured of each arm, with the answers behind it where they are known."""
    return {arm.name: Arm(arm.by_seed(metric), _samples(arm, metric, samples)) for arm in arms}


def answers(
    store: Store, arms: Sequence[DeclaredArm], metric: str, known: Samples
) -> dict[str, NDArray[Any]]:
    """Return which test samples each run answered rightly; files elsewhere are not fetched.

    Args:
        store: where the runs are.
        arms: with their runs.
        metric: an accuracy on the test set; of other measures nothing is known by sample.
        metric: an accuracy on the test set; of other measures nothing is known by sample.
        known: what was read already.
    """
    if metric not in _ARRAYS:
        return {}
    ids = {record.run_id for arm in arms for record in arm.finished.values()}
    found = {run_id: known[run_id] for run_id in ids & known.keys()}
    for run_id, address in store.artifact_folders(ids - known.keys()).items():
        folder = local_path(address)
        arrays = None if folder is None else load_arrays(folder / FILE, _ARRAYS[metric])
        if arrays is not None and arrays[0].ndim == 1 and arrays[0].dtype == bool:
            found[run_id] = arrays[0]
    return found


def measure_of(arms: Sequence[DeclaredArm], wanted: str) -> str:
    """Return what arms are compared by, as their report does; see :mod:`rnnbench.results.measure`.

    Args:
        arms: of one data set, with the runs that are finished.
        wanted: ``report.metric``.
    """
    begun = [arm for arm in arms if arm.finished]
    has_best = all(len(arm.by_seed(BEST)) == len(arm.finished) for arm in begun)
    found = choose(begun, wanted, has_best=has_best)
    if found is not None:
        return found.metric
    return BEST if all(arm.judged_by == BEST for arm in arms) else LAST


def overlap(arm: DeclaredArm) -> float:
    """Return held-out samples per training sample where every seed draws its own split, else 0."""
    if arm.params.get("training.split_seed", "null") in ("null", "None"):
        return 0.0
    held = float(arm.params["training.validation_fraction"])
    return held / (1 - held)


def _samples(arm: DeclaredArm, metric: str, samples: Samples) -> dict[int, NDArray[Any]] | None:
    """Return the answers by seed, where all are known and agree with the values."""
    found = {}
    for seed, value in arm.by_seed(metric).items():
        right = samples.get(arm.finished[seed].run_id)
        if right is None or abs(float(right.mean()) - value) > _SAME:
            return None
        found[seed] = right
    return found

"""Whether an arm learned anything: what always giving the same answer would reach."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from rnnbench.config.class_metrics import OF_CLASSES
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.measure import ERRORS, Measure, score_of

_ALIKE = frozenset(metric.name for metric in OF_CLASSES)
OF_MEAN = "test_rmse_mean"
_HARDLY = 0.01  # of an RMSE: less than 2 % of the variance is explained
_DEVIATIONS = 3.0  # standard errors above chance that may be luck, over many arms and epochs
_AREA = 0.05  # above 1/2: less may come of anything that differs between classes
_NEAR = 0.02  # nats and accuracy: how near to those of even guessing, where no class was counted


def chance_level(arm: ArmRuns) -> float | None:
    """Return what the same answer to all test samples reaches; ``None`` where unknown.

    It is the accuracy of the most frequent class, or the RMSE of the mean of the training targets.
    """
    if errors := arm.by_seed(OF_MEAN):
        return max(errors.values())
    counts = _counts(arm)
    return None if counts is None else counts[0] / counts[1]


def learned_nothing(arm: ArmRuns, measure: Measure) -> float | None:
    """Return what guessing gives, where an arm is no better and ranks no better; or ``None``.

    With unequal classes an arm that is no more accurate than the most frequent class may still tell
    samples of another class from the rest. The area under the ROC curve, where it is known, shows
    that: it is 1/2 for one answer to all.
    """
    metric = _score(arm, measure)
    return None if metric is None or _ranks(arm, metric) else guessing(arm, measure)


def guessing(arm: ArmRuns, measure: Measure) -> float | None:
    """Return what guessing gives, where the mean of an arm's accuracies is no higher; or ``None``.

    The accuracy, or the RMSE of numbers, is the measure, or where that is none, the first that the
    arm has. By a score in which each class counts alike that of guessing isn't asked: an arm that
    finds rare classes is often less accurate than the most frequent class.

    Runs of earlier versions don't say how frequent the classes are: they learned nothing where
    accuracy and lowest validation loss are those of guessing among equally frequent classes.
    """
    metric = _score(arm, measure)
    if metric is None:
        return None
    reached = arm.one(metric)
    if Measure(metric).is_error:
        level = chance_level(arm)
        is_rmse = metric in (ERRORS.best, ERRORS.last, ERRORS.asked)
        is_near = level is not None and reached >= (1 - _HARDLY) * level
        return level if is_rmse and is_near else None
    counts = _counts(arm)
    if counts is None:
        classes = round(1 / reached) if reached > 0 else 0
        is_even = classes > 1 and abs(arm.one("best_val_loss") - math.log(classes)) < _NEAR
        return 1 / classes if is_even and reached < 1 / classes + _NEAR else None
    level = counts[0] / counts[1]
    error = math.sqrt(level * (1 - level) / counts[1])
    return level if reached <= level + _DEVIATIONS * error else None


def _score(arm: ArmRuns, measure: Measure) -> str | None:
    """Return the score by which an arm may be no better than guessing; ``None`` without one."""
    metric = None if measure.metric in _ALIKE else score_of([arm], measure)
    return metric if metric is not None and arm.by_seed(metric) else None


def _ranks(arm: ArmRuns, metric: str) -> bool:
    """Return whether an arm is known to tell classes apart, however accurate it is."""
    areas = arm.by_seed(metric.replace("accuracy", "auc")) if "accuracy" in metric else {}
    counts = _counts(arm)
    if not areas or counts is None:
        return False
    most, count = counts
    # Of ranks by chance (Hanley & McNeil 1982), for one class against all others.
    error = math.sqrt((count + 1) / (12 * most * max(count - most, 1)))
    return sum(areas.values()) / len(areas) > 0.5 + max(_AREA, _DEVIATIONS * error)


def _counts(arm: ArmRuns) -> tuple[int, int] | None:
    """Return how many test samples are of the most frequent class, and how many there are."""
    return next(filter(None, (_read(str(row.get("majority"))) for row in arm.rows)), None)


@lru_cache(maxsize=1024)
def _read(majority: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d{1,12}) of (\d{1,12})", majority, re.ASCII)
    if found is None or not 0 < int(found[1]) <= int(found[2]):
        return None
    return int(found[1]), int(found[2])

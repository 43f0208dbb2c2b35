"""What runs answered by class: their confusions, and precision at every recall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnbench.formatting.printable import printable
from rnnbench.results.answers import Right
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.measure import weights_of
from rnnbench.stats.confusion import confusion_matrix, scores_by_class
from rnnbench.training.predictions import (
    FILE,
    Labelled,
    answers,
    labelled_in,
    outputs_by_class,
    right_in,
)
from rnnbench.training.stored_arrays import StoredArrays
from rnnbench.training.tested_weights import WEIGHTS, Weights

RECALLS = np.linspace(0.0, 1.0, 101)
MOST = 50  # classes
_EVEN = 0.6  # share of the larger of two classes, up to which accuracy says all


@dataclass(frozen=True, eq=False)
class ByClass:
    """What a run answered on the test set with some weights.

    Attributes:
        names: of the classes, by label.
        confusion: samples by true class and by answer ``(k, k)``.
        precision: of each class at :data:`RECALLS` ``(k, 101)``, interpolated: the highest
            precision at this recall or a higher one. NaN for a class without samples.
        average_precision: of each class ``(k,)``, as scikit-learn's ``average_precision_score``.
    """

    names: tuple[str, ...]
    confusion: NDArray[np.int32]
    precision: NDArray[np.float32]
    average_precision: NDArray[np.float64]

    @property
    def samples(self) -> NDArray[np.int64]:
        """Test samples of each class ``(k,)``."""
        counts: NDArray[np.int64] = self.confusion.sum(axis=1, dtype=np.int64)
        return counts

    @property
    def scores(self) -> NDArray[np.float64]:
        """Precision, recall and F1 of each class ``(3, k)``, 0 where there is nothing to divide.

        The recall of a class without samples is NaN.
        """
        return scores_by_class(self.confusion)


Classes = Mapping[Weights, Mapping[str, ByClass]]  # by weights and run id


def read_predictions(
    folders: Mapping[str, Path], asked: Mapping[str, Weights]
) -> tuple[dict[Weights, dict[str, Right]], dict[Weights, dict[str, ByClass]]]:
    """Return which test samples runs answered rightly; and their answers by class.

    These only where they are worth telling (:func:`is_worth_telling`).

    Args:
        folders: by run id, where its files are.
        asked: by run id, the weights that ``training.test`` asked for.
    """
    right: dict[Weights, dict[str, Right]] = {which: {} for which in WEIGHTS}
    classes: dict[Weights, dict[str, ByClass]] = {which: {} for which in WEIGHTS}
    for run_id, folder in folders.items():
        stored = StoredArrays(folder / FILE)
        for which, found in right_in(stored, asked[run_id]).items():
            right[which][run_id] = found
        first = labelled_in(stored, asked[run_id], [asked[run_id]])
        if first is None or not is_worth_telling(first):
            continue  # other outputs need not be read
        known = labelled_in(stored, asked[run_id])
        if known is not None:
            for which, outputs in known.outputs.items():
                classes[which][run_id] = by_class(known, outputs)
    return right, classes


def is_worth_telling(known: Labelled) -> bool:
    """Return whether accuracy doesn't say all: three to fifty classes, or two unequal ones."""
    counts = np.bincount(known.labels, minlength=len(known.names))
    is_even = len(counts) == 2 and counts.max() <= _EVEN * counts.sum()
    return len(counts) <= MOST and not is_even


def by_class(known: Labelled, outputs: np.ndarray) -> ByClass:
    """Return the answers of some outputs by class.

    Args:
        known: the labels.
        outputs: ``(n, 1)`` or ``(n, classes)``.
    """
    classes = len(known.names)
    shown = outputs_by_class(outputs)
    curves = [_precision(known.labels == one, shown[:, one]) for one in range(classes)]
    return ByClass(
        known.names,
        confusion_matrix(known.labels, answers(outputs)[0], classes),
        # To four digits, which take a fraction of the bytes in a file.
        np.round([curve for curve, _ in curves], 4).astype(np.float32),
        np.array([average for _, average in curves], np.float64),
    )


def _precision(is_class: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the interpolated precision at :data:`RECALLS` ``(101,)`` and the average precision.

    scikit-learn's curve: its import takes as long as the rest of a small report.
    """
    total = int(is_class.sum())
    if not total:
        return np.full(len(RECALLS), np.nan), float("nan")
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)  # one a threshold
    right = np.cumsum(is_class[order])[ends]
    precision, recall = right / (ends + 1), right / total
    average = float(np.diff(recall, prepend=0.0) @ precision)
    highest = np.maximum.accumulate(precision[::-1])[::-1]
    # A recall that is met to the last bit: 7 of 10 is not above 0.7.
    places = np.searchsorted(recall, RECALLS - 1e-9)
    return highest[places], average


@dataclass(frozen=True)
class AnsweredClasses:
    """What arms answered to the same test samples, by class.

    Attributes:
        names: of the classes, by label.
        samples: test samples of each class ``(k,)``.
        runs: by name of the arm and by seed.
    """

    names: tuple[str, ...]
    samples: NDArray[np.int64]
    runs: Mapping[str, Mapping[int, ByClass]]


def answered_classes(
    arms: Sequence[ArmRuns], classes: Classes, metric: str | None
) -> AnsweredClasses | None:
    """Return the answers of arms by class, or ``None`` where they are known of none.

    Runs that answered other samples than most are left out.

    Args:
        arms: of one data set.
        classes: by weights and run id.
        metric: what the arms are judged by.
    """
    found: dict[str, dict[int, ByClass]] = {}
    for arm in arms:
        known = classes.get(weights_of(arm, metric), {})
        own = {seed: known[i] for seed, i in sorted(arm.run_by_seed.items()) if i in known}
        if own:
            found[arm.name] = own
    counts = Counter(_about(one) for own in found.values() for one in own.values())
    if not counts:
        return None
    (names, samples), _ = counts.most_common(1)[0]
    same = {
        name: {seed: one for seed, one in own.items() if _about(one) == (names, samples)}
        for name, own in found.items()
    }
    runs = {name: own for name, own in same.items() if own}
    return AnsweredClasses(tuple(map(printable, names)), np.array(samples, np.int64), runs)


def _about(one: ByClass) -> tuple[tuple[str, ...], tuple[int, ...]]:
    return one.names, tuple(map(int, one.samples))

"""What a finished model answers on the test set, kept for calibration, and with a report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnbench.stats.calibration import calibration_error
from rnnbench.training.stored_arrays import StoredArrays
from rnnbench.training.tested_weights import WEIGHTS, Weights

FILE = "predictions.npz"


@dataclass(frozen=True, eq=False)
class Labelled:
    """The labels of a test set, and what a model made of its samples.

    Attributes:
        names: of the classes, by label.
        labels: ``(n,)``.
        outputs: by weights, ``(n, 1)``, the probability of the second of two classes, or
            ``(n, classes)``.
    """

    names: tuple[str, ...]
    labels: np.ndarray
    outputs: Mapping[Weights, np.ndarray]


def answers(outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the class ``(n,)`` that each output names, and its probability ``(n,)``.

    Args:
        outputs: ``(n, 1)``, the probability of the second of two classes, or ``(n, classes)``.
    """
    if outputs.shape[1] == 1:
        second = outputs[:, 0]
        return (second > 0.5).astype(np.int32), np.maximum(second, 1 - second)
    return outputs.argmax(axis=1).astype(np.int32), outputs.max(axis=1)


def outputs_by_class(outputs: np.ndarray) -> np.ndarray:
    """Return the output for each class ``(n, classes)``: of two, where there is one, ``(n, 2)``."""
    return outputs if outputs.shape[1] > 1 else np.hstack([1 - outputs, outputs])


def calibration(outputs: np.ndarray, labels: np.ndarray) -> float:
    """Return the expected calibration error of outputs against labels ``(n,)``, a fraction."""
    named, confidence = answers(outputs)
    return calibration_error(confidence.astype(np.float64), named == labels)


def save(
    outputs: Mapping[Weights, np.ndarray],
    asked: Weights,
    labels: np.ndarray,
    folder: Path,
    names: Sequence[str] = (),
) -> None:
    """Write outputs, labels, and which answers were right with each weights, to a folder.

    The outputs of the weights asked for are ``outputs``; those of others have their name behind it.

    Args:
        outputs: by weights, ``(n, 1)`` or ``(n, classes)``.
        asked: the weights of ``training.test``.
        labels: ``(n,)``.
        folder: where the file goes.
        names: of the classes, by label; without them they have their numbers.
    """
    right = {which: answers(found)[0] == labels for which, found in outputs.items()}
    arrays = {f"correct_{which}": found for which, found in right.items()}
    arrays |= {f"outputs_{which}": found for which, found in outputs.items() if which != asked}
    if names:
        arrays["classes"] = np.array(names, dtype=np.str_)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / FILE,
        allow_pickle=False,
        outputs=outputs[asked],
        labels=labels.astype(np.int32),
        correct=right[asked],
        **arrays,
    )


def load_right(path: Path, asked: Weights) -> dict[Weights, np.ndarray]:
    """Return :func:`right_in` a file."""
    return right_in(StoredArrays(path), asked)


def right_in(stored: StoredArrays, asked: Weights) -> dict[Weights, np.ndarray]:
    """Return which test samples were answered rightly ``(n,)``, by the weights that answered.

    Args:
        stored: a file; without it, or where it holds anything else, there are none.
        asked: the weights of ``training.test``, the only ones of which older files tell.
    """
    right = {}
    for which in WEIGHTS:
        found = _correct(stored, f"correct_{which}")
        if found is None and which == asked:
            found = _correct(stored)
        if found is not None:
            right[which] = found
    return right


def labelled_in(
    stored: StoredArrays, asked: Weights, wanted: Collection[Weights] = WEIGHTS
) -> Labelled | None:
    """Return the labels of the test samples with the outputs for them, or ``None`` without them.

    Older files have no labels: those of two classes follow from which answers were right.

    Args:
        stored: a file.
        asked: the weights of ``training.test``.
        wanted: the weights whose outputs are read, those asked for among them.
    """
    outputs = {}
    for which in wanted:
        found = stored.get("outputs" if which == asked else f"outputs_{which}")
        if found is not None:
            outputs[which] = found
    if asked not in outputs or any(one.ndim != 2 or not one.shape[1] for one in outputs.values()):
        return None
    classes = max(2, outputs[asked].shape[1])
    kept, named = stored.get("labels"), stored.get("classes")
    labels = _followed(stored, outputs[asked]) if kept is None else kept
    names = np.arange(classes) if named is None else named
    shapes = {one.shape for one in outputs.values()}
    if labels is None or labels.ndim != 1 or labels.dtype.kind != "i" or names.ndim != 1:
        return None
    if shapes != {(len(labels), outputs[asked].shape[1])} or len(names) != classes:
        return None
    is_sound = all(one.dtype.kind == "f" and np.isfinite(one).all() for one in outputs.values())
    if not len(labels) or not 0 <= labels.min() <= labels.max() < classes or not is_sound:
        return None
    return Labelled(tuple(map(str, names)), labels, outputs)


def _followed(stored: StoredArrays, outputs: np.ndarray) -> np.ndarray | None:
    """Return the labels ``(n,)`` of two classes by which answers were right; else ``None``."""
    correct = _correct(stored)
    if correct is None or outputs.shape[1] > 2 or len(correct) != len(outputs):
        return None
    return np.where(correct, answers(outputs)[0], 1 - answers(outputs)[0])


def _correct(stored: StoredArrays, name: str = "correct") -> np.ndarray | None:
    found = stored.get(name)
    return found if found is not None and found.ndim == 1 and found.dtype == np.bool_ else None


def load_answers(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return of each test sample the class answered, its probability, and whether it was right.

    Arrays ``(n,)`` each; ``None`` without such a file.
    """
    stored = StoredArrays(path)
    outputs, correct = stored.get("outputs"), _correct(stored)
    if outputs is None or correct is None or outputs.ndim != 2:
        return None
    if outputs.dtype.kind != "f" or len(outputs) != len(correct) or not outputs.shape[1]:
        return None
    return *answers(outputs), correct

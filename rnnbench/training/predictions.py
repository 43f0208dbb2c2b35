"""What a finished model answers on the test set, kept for calibration, and with a report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rnnbench.stats.calibration import calibration_error
from rnnbench.training.stored_arrays import load_arrays
from rnnbench.training.tested import WEIGHTS, Weights

FILE = "predictions.npz"


def answers(outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the class ``(n,)`` that each output names, and its probability ``(n,)``.

    Args:
        outputs: ``(n, 1)``, the probability of the second of two classes, or ``(n, classes)``.
    """
    if outputs.shape[1] == 1:
        second = outputs[:, 0]
        return (second > 0.5).astype(np.int32), np.maximum(second, 1 - second)
    return outputs.argmax(axis=1).astype(np.int32), outputs.max(axis=1)


def calibration(outputs: np.ndarray, labels: np.ndarray) -> float:
    """Return the expected calibration error of outputs against labels ``(n,)``, a fraction."""
    named, confidence = answers(outputs)
    return calibration_error(confidence.astype(np.float64), named == labels)


def save(
    outputs: Mapping[Weights, np.ndarray], asked: Weights, labels: np.ndarray, folder: Path
) -> None:
    """Write the outputs asked for, and which answers were right with each weights, to a folder."""
    right = {which: answers(found)[0] == labels for which, found in outputs.items()}
    arrays = {f"correct_{which}": found for which, found in right.items()}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / FILE, allow_pickle=False, outputs=outputs[asked], correct=right[asked], **arrays
    )


def load_right(path: Path, asked: Weights) -> dict[Weights, np.ndarray]:
    """Return which test samples were answered rightly ``(n,)``, by the weights that answered.

    Args:
        path: the file; without it, or where it holds anything else, there are none.
        asked: the weights of ``training.test``, the only ones of which older files tell.
    """
    right = {asked: load_correct(path)}
    for which in WEIGHTS:
        found = load_correct(path, f"correct_{which}")
        right[which] = right.get(which) if found is None else found
    return {which: found for which, found in right.items() if found is not None}


def load_correct(path: Path, name: str = "correct") -> np.ndarray | None:
    """Return which test samples were answered rightly ``(n,)``, or ``None`` without such a file."""
    found = load_arrays(path, name)
    if found is None or found[0].ndim != 1 or found[0].dtype != np.bool_:
        return None
    return found[0]


def load_answers(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return of each test sample the class answered, its probability, and whether it was right.

    Arrays ``(n,)`` each; ``None`` without such a file.
    """
    outputs, correct = load_arrays(path, "outputs"), load_correct(path)
    if outputs is None or correct is None or outputs[0].ndim != 2:
        return None
    if outputs[0].dtype.kind != "f" or len(outputs[0]) != len(correct) or not outputs[0].shape[1]:
        return None
    return *answers(outputs[0]), correct

"""What a finished model answers on the test set, kept for calibration, and with a report."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnnbench.stats.calibration import calibration_error
from rnnbench.training.stored_arrays import load_arrays

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


def save(outputs: np.ndarray, labels: np.ndarray, folder: Path) -> None:
    """Write outputs and whether each was right to a folder."""
    named, _ = answers(outputs)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / FILE, outputs=outputs, correct=named == labels)


def load_correct(path: Path) -> np.ndarray | None:
    """Return which test samples were answered rightly ``(n,)``, or ``None`` without such a file."""
    found = load_arrays(path, "correct")
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

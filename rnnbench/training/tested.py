"""The test set, measured with the weights of the last epoch and with those of the best one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnnbench.errors import Divergence
from rnnbench.training.history import Epoch

if TYPE_CHECKING:
    from rnnbench.training.batches import Samples
    from rnnbench.training.program import Program

Weights = Literal["last", "best"]
WEIGHTS: tuple[Weights, ...] = ("last", "best")


def asked_for(test: str | None) -> Weights:
    """Return the weights that ``training.test`` asks for: the last ones where it is not known."""
    return "best" if test == "best" else "last"


@dataclass(frozen=True)
class Tested:
    """What weights reach on the test set.

    ``accuracy`` is a fraction, ``loss`` in nats, ``outputs`` are ``(n, 1)`` or ``(n, classes)``.
    """

    accuracy: float
    loss: float
    outputs: np.ndarray


def measure(
    program: Program,
    test: Samples,
    last: Epoch,
    best: tuple[Epoch, list[np.ndarray]] | None,
) -> dict[Weights, Tested]:
    """Measure the test set with the weights that the program has, and with the best ones.

    What is the same is not evaluated twice: the best epoch may be the last.

    Args:
        program: with the weights of the last epoch; it may be left with those of the best.
        test: the test set.
        last: the last epoch.
        best: the epoch with the best validation accuracy, and its weights; ``None`` where nothing
            was validated.

    Raises:
        Divergence: where a loss is no number.
    """
    tested: dict[Weights, Tested] = {"last": _evaluate(program, test)}
    if best is not None:
        epoch, weights = best
        if epoch.epoch == last.epoch:
            tested["best"] = tested["last"]
        else:
            program.set_weights(weights)
            tested["best"] = _evaluate(program, test)
    return tested


def validated(epoch: Epoch, outputs: list[np.ndarray]) -> Tested:
    """Return what was measured after an epoch where the test set served for validation."""
    assert epoch.val_accuracy is not None
    assert epoch.val_loss is not None
    return Tested(epoch.val_accuracy, epoch.val_loss, np.concatenate(outputs))


def test_metrics(tested: Mapping[Weights, Tested], asked: Weights) -> dict[str, float]:
    """Return ``test_accuracy`` and ``test_loss`` as asked for, and both for each weights."""
    metrics = {"test_accuracy": tested[asked].accuracy, "test_loss": tested[asked].loss}
    for which, one in tested.items():
        metrics |= {f"test_accuracy_{which}": one.accuracy, f"test_loss_{which}": one.loss}
    return metrics


def _evaluate(program: Program, test: Samples) -> Tested:
    outputs: list[np.ndarray] = []
    sums = program.evaluate(test, outputs)
    if not math.isfinite(sums.loss):
        raise Divergence(f"test loss is {sums.mean_loss} after the last epoch")
    return Tested(sums.accuracy, sums.mean_loss, np.concatenate(outputs))

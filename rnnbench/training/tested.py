"""The test set, measured with the weights of the last epoch and with those of the best one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.errors import Divergence
from rnnbench.training.history import VALIDATED, Epoch
from rnnbench.training.tested_weights import Weights

if TYPE_CHECKING:
    import numpy as np

    from rnnbench.training.batches import Samples
    from rnnbench.training.program import Program

SCORES = ("accuracy", "rmse", "mae")


@dataclass(frozen=True)
class Tested:
    """What weights reach on the test set.

    ``scores`` tell by Keras's names how good the answers are: ``accuracy``, a fraction, or
    ``rmse`` and ``mae`` in the targets' own unit. ``outputs`` are ``(n, 1)`` or ``(n, classes)``,
    or ``(n, targets)``, scaled as the targets are.
    """

    scores: Mapping[str, float]
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
        best: the epoch that was best in validation, and its weights; ``None`` where nothing was
            validated.

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
    import numpy as np

    values = epoch.metrics()
    scores = {
        name: values[f"{VALIDATED}{name}"]
        for name in SCORES
        if values.get(f"{VALIDATED}{name}") is not None
    }
    return Tested(scores, values["val_loss"], np.concatenate(outputs))


def test_metrics(tested: Mapping[Weights, Tested], asked: Weights) -> dict[str, float]:
    """Return what the weights asked for reach on the test set, and the same for each weights."""
    scores = {which: {**one.scores, "loss": one.loss} for which, one in tested.items()}
    return named_scores(scores, asked)


def named_scores(scores: Mapping[Weights, Mapping[str, float]], asked: Weights) -> dict[str, float]:
    """Return scores by weights under the names of the catalogue, those asked for first."""
    metrics = {f"test_{name}": value for name, value in scores[asked].items()}
    for which, found in scores.items():
        metrics |= {f"test_{name}_{which}": value for name, value in found.items()}
    return metrics


def _evaluate(program: Program, test: Samples) -> Tested:
    import numpy as np

    outputs: list[np.ndarray] = []
    sums = program.evaluate(test, outputs)
    if not math.isfinite(sums.loss):
        raise Divergence(f"test loss is {sums.mean_loss} after the last epoch")
    return Tested(sums.scores, sums.mean_loss, np.concatenate(outputs))

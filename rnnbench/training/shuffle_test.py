"""The shuffle test: how good answers are once the steps of every test sample are shuffled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.seeds import derive
from rnnbench.training.batches import Samples, release
from rnnbench.training.history import RMSE
from rnnbench.training.predictions import answers

if TYPE_CHECKING:
    from rnnbench.training.program import Program
    from rnnbench.training.tested import Tested

SCOPE = "diagnostics/order"
_ROWS = 1000


def shuffle_test(program: Program, test: Samples, seed: int, tested: Tested) -> dict[str, float]:
    """Return how good answers for shuffled samples are, what is lost, and how many change.

    A model that only weighs which tokens occur loses nothing and changes none. All are fractions;
    of targets that are numbers, whose answers all change a little, errors in their own unit.

    Args:
        program: the model with the weights that ``tested`` was measured with.
        test: the test set.
        seed: of the run; all cells of a seed meet the same shuffled samples.
        tested: what they reach on the samples as they are.
    """
    found: list[np.ndarray] = []
    scores = program.evaluate(shuffle_steps(test, seed), found).scores
    if RMSE.name in scores:
        rmse = scores[RMSE.name]
        return {"test_rmse_shuffled": rmse, "order_rise": rmse - tested.scores[RMSE.name]}
    changed = answers(tested.outputs)[0] != answers(np.concatenate(found))[0]
    accuracy = scores["accuracy"]
    return {
        "test_accuracy_shuffled": accuracy,
        "order_drop": tested.scores["accuracy"] - accuracy,
        "order_changed": float(np.mean(changed)),
    }


def shuffle_steps(samples: Samples, seed: int) -> Samples:
    """Return samples whose steps are in random order; padding stays where it is.

    Args:
        samples: inputs ``(n, time)``, where 0 is padding, or ``(n, time, features)``, where a step
            of zeros is.
        seed: of the run.
    """
    rng = np.random.default_rng(derive(seed, SCOPE))
    shuffled = np.empty(samples.x.shape, samples.x.dtype)
    for start in range(0, len(samples), _ROWS):
        x = np.asarray(samples.x[start : start + _ROWS])
        real = x != 0 if x.ndim == 2 else x.any(axis=2)
        # Padding sorts behind the steps, which are in the order of random keys.
        order = np.argsort(np.where(real, rng.random(real.shape), 2.0), axis=1)
        filled = np.arange(real.shape[1]) < real.sum(axis=1)[:, None]
        moved = np.take_along_axis(x, order if x.ndim == 2 else order[:, :, None], axis=1)
        block = np.zeros_like(x)
        # Both sides run row by row and left to right, so one boolean assignment fits them.
        block[real] = moved[filled]
        shuffled[start : start + len(x)] = block
    release(samples.x)
    return replace(samples, x=shuffled)

"""What a run trains on, validates on and is tested on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data import Arrays
from rnnbench.data.targets import TargetScale
from rnnbench.seeds import derive
from rnnbench.training.batches import Samples, release
from rnnbench.training.held_out import validation_start

SPLIT = "split"


@dataclass(frozen=True)
class Parts:
    """The samples that a run trains on, validates on (if it does) and is tested on."""

    training: Samples
    validation: Samples | None
    test: Samples


def parts(arrays: Arrays, config: Config) -> Parts:
    """Divide a data set as ``training.validation`` says.

    Raises:
        ConfigError: as :func:`rnnbench.training.held_out.validation_start` does.
    """
    training, test = training_samples(arrays), test_samples(arrays)
    if config.training.validation == "none":
        return Parts(training, None, test)
    if config.training.validation == "test":
        return Parts(training, test, test)
    start = validation_start(len(training), config, arrays.held_out)
    if config.training.split_seed is not None:
        training = drawn(training, config.seed)
    return Parts(training.take(slice(start)), training.take(slice(start, None)), test)


def training_samples(arrays: Arrays) -> Samples:
    """Return all training samples, before any are held out."""
    return _samples(arrays.x_train, arrays.y_train, arrays.scale_train)


def test_samples(arrays: Arrays) -> Samples:
    """Return the test samples."""
    return _samples(arrays.x_test, arrays.y_test, arrays.scale_test)


def _samples(x: np.ndarray, y: np.ndarray, scale: TargetScale | None) -> Samples:
    if y.ndim == 1:
        return Samples(x, y)
    return Samples(x, y, scale or TargetScale.identity(y.shape[1]))


def drawn(samples: Samples, seed: int) -> Samples:
    """Return samples in an order that only the seed of a run decides, the same for all cells."""
    chosen = samples.take(drawn_order(len(samples), seed))
    release(samples.x)
    return chosen


def drawn_order(count: int, seed: int) -> np.ndarray:
    """Return that order of so many samples, ``(count,)``."""
    return np.random.default_rng(derive(seed, SPLIT)).permutation(count)

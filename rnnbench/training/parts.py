"""What a run trains on, validates on and is tested on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data import Arrays
from rnnbench.data.targets import TargetScale
from rnnbench.errors import ConfigError
from rnnbench.seeds import derive
from rnnbench.training.batches import Samples, release, split

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
        ConfigError: where the split leaves one of the parts empty.
    """
    training, test = training_samples(arrays), test_samples(arrays)
    if config.training.validation == "none":
        return Parts(training, None, test)
    if config.training.validation == "test":
        return Parts(training, test, test)
    if arrays.held_out is not None:
        return Parts(*_apart(training, arrays.held_out, config), test)
    fraction = config.training.validation_fraction
    if config.training.split_seed is not None:
        training = drawn(training, config.seed)
    rest, held_out = split(training, fraction)
    if not len(rest) or not len(held_out):
        raise ConfigError(
            "training.validation_fraction",
            f"a fraction that leaves samples on both sides of {len(training)}",
            fraction,
            "raise data.limit or choose a fraction nearer to 0.5",
        )
    return Parts(rest, held_out, test)


def _apart(training: Samples, held_out: int, config: Config) -> tuple[Samples, Samples]:
    """Return what a data set with a validation part of its own trains on, and that part."""
    if config.training.split_seed is not None:
        raise ConfigError(
            "training.split_seed",
            f"null for data={config.data.name}, whose validation part lies between training and "
            "test",
            config.training.split_seed,
            "leave it out",
        )
    if not held_out:
        raise ConfigError(
            "data.validation",
            "a part to validate on with training.validation=split",
            config.data.validation,
            "set data.validation=0.1, for example, or training.validation=none",
        )
    at = len(training) - held_out
    return training.take(slice(at)), training.take(slice(at, None))


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
    order = np.random.default_rng(derive(seed, SPLIT)).permutation(len(samples))
    chosen = samples.take(order)
    release(samples.x)
    return chosen

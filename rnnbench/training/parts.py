"""What a run trains on, validates on and is tested on, and whether every class is among it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data import Arrays, Prepared
from rnnbench.data.targets import TargetScale
from rnnbench.errors import ConfigError
from rnnbench.seeds import derive
from rnnbench.training.batches import Samples, release, split

SPLIT = "split"
_SHOWN = 5
_CHANCE = 1e-3  # of shuffled samples, below which their order is no accident
_SORTED = "shuffle the samples of the data set if they are sorted by class"


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


def check_division(data: Prepared, config: Config) -> list[str]:
    """Refuse a division that nothing can be learned from, or measured on; return remarks on it.

    Raises:
        ConfigError: naming the key, and what to do.
    """
    if data.spec.task == "regression":
        check_targets(data, config)
        return []
    return _check_classes(data, config)


def check_targets(data: Prepared, config: Config) -> None:
    """Refuse training targets that are all the same, which leave nothing to learn.

    Raises:
        ConfigError: naming the key, and what to do.
    """
    arrays, limit = data.arrays(), config.data.limit
    y = parts(arrays, config).training.y
    if len(y) and (y == y[0]).all():
        raise ConfigError(
            "data.path" if limit is None else "data.limit",
            "training targets that differ",
            f"{len(y):,} that are all the same",
            "give other data" if limit is None else "raise data.limit",
        )


def _check_classes(data: Prepared, config: Config) -> list[str]:
    """Refuse a division that leaves out classes, and return remarks on what it leaves out.

    ``data.limit`` takes the first samples and validation the last ones: of data sorted by class,
    whole classes. A class that is never trained on is an error. So is a single class in the
    samples that validate or test, where they are too many for that to be chance: whoever names it
    is always right. Any other class that these lack gets a remark: chance leaves out a rare one.

    Raises:
        ConfigError: naming the key, and what to do.
    """
    names = [str(name) for name in data.facts["class_names"]]
    arrays, limit = data.arrays(), config.data.limit
    absent = _absent(arrays.y_train, names)
    if absent:
        raise ConfigError(
            "data.path" if limit is None else "data.limit",
            f"training samples of all {len(names)} classes",
            f"{len(arrays.y_train):,} samples, none of them of class {_several(absent)}",
            "give others"
            if limit is None
            else f"raise data.limit, which takes the first samples, or {_SORTED}",
        )
    divided = parts(arrays, config)
    absent = _absent(divided.training.y, names)
    if absent:
        raise ConfigError(
            "training.validation_fraction",
            f"a last part of the {len(arrays.y_train):,} training samples that leaves some of "
            f"all {len(names)} classes",
            f"{config.training.validation_fraction}, which takes all of class {_several(absent)}",
            f"{_SORTED}, or set training.validation=none",
        )
    training, test_limit = config.training, config.data.test_limit
    remarks = []
    if training.validation == "split" and divided.validation is not None:
        _refuse_one_class(
            divided.validation.y,
            arrays.y_train,
            names,
            ("training.validation_fraction", training.validation_fraction),
            f"{_SORTED}, or set training.validation=none",
        )
        remarks += _lacking("validation", divided.validation.y, names)
    if training.test != "none" or training.validation == "test":
        _refuse_one_class(
            arrays.y_test,
            arrays.y_train,
            names,
            ("data.path", data.source) if test_limit is None else ("data.test_limit", test_limit),
            f"{_SORTED}, raise data.test_limit, or set training.test=none",
        )
        remarks += _lacking("the test", arrays.y_test, names)
    return remarks


def _refuse_one_class(
    labels: np.ndarray,
    trained: np.ndarray,
    names: Sequence[str],
    setting: tuple[str, object],
    action: str,
) -> None:
    """Refuse samples of one class where its share of the training data doesn't explain them."""
    only = int(labels[0])
    if (labels != only).any() or float((trained == only).mean()) ** len(labels) > _CHANCE:
        return
    key, value = setting
    raise ConfigError(
        key,
        "samples of several classes to measure accuracy on",
        f"{value}, which gives {len(labels):,} of class {names[only]} alone",
        action,
    )


def _lacking(what: str, labels: np.ndarray, names: Sequence[str]) -> list[str]:
    absent = _absent(labels, names)
    if not absent:
        return []
    return [f"{what} has no sample of class {_several(absent)} among its {len(labels):,}"]


def _absent(labels: np.ndarray, names: Sequence[str]) -> list[str]:
    counts = np.bincount(labels, minlength=len(names))
    return [name for name, count in zip(names, counts, strict=True) if not count]


def _several(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

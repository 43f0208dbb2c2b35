"""Whether something can be learned from the division of a data set, and measured on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data import Prepared
from rnnbench.errors import ConfigError
from rnnbench.training.class_weights import check_class_weights
from rnnbench.training.parts import parts

_SHOWN = 5
FREQUENT = 0.8  # share of a class, above which accuracy says little
_CHANCE = 1e-3  # of shuffled samples, below which their order is no accident
_SORTED = "shuffle the samples of the data set if they are sorted by class"


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
            ("data.path" if config.data.path else "data") if limit is None else "data.limit",
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
    check_class_weights(config, names)
    training, test_limit = config.training, config.data.test_limit
    remarks = _unequal(divided.training.y, names, config)
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


def _unequal(labels: np.ndarray, names: Sequence[str], config: Config) -> list[str]:
    """Return a remark where one class is so frequent that accuracy says little."""
    counts = np.bincount(labels, minlength=len(names))
    share = float(counts.max()) / len(labels)
    if share <= FREQUENT:
        return []
    remark = (
        f"warning: {100 * share:.0f} % of the training samples are of class "
        f"{names[int(counts.argmax())]}, so that accuracy says little; compare by "
        "report.metric=test_macro_f1 or test_balanced_accuracy"
    )
    if config.training.class_weight == "none":
        remark += ", and try training.class_weight=balanced"
    return [remark]


def _absent(labels: np.ndarray, names: Sequence[str]) -> list[str]:
    counts = np.bincount(labels, minlength=len(names))
    return [name for name, count in zip(names, counts, strict=True) if not count]


def _several(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

"""Whether something can be learned from the division of a data set, and measured on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rnnbench.config.schema import Config
from rnnbench.data import Prepared
from rnnbench.errors import ConfigError
from rnnbench.training.class_weights import check_class_weights
from rnnbench.training.held_out import validation_start

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
    from rnnbench.training.parts import parts

    limit = config.data.limit
    y = parts(data.arrays(), config).training.y
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
    train, test = data.facts["train_class_counts"], data.facts["test_class_counts"]
    count, limit = sum(train), config.data.limit
    absent = _absent(train, names)
    if absent:
        raise ConfigError(
            "data.path" if limit is None else "data.limit",
            f"training samples of all {len(names)} classes",
            f"{count:,} samples, none of them of class {_several(absent)}",
            "give others"
            if limit is None
            else f"raise data.limit, which takes the first samples, or {_SORTED}",
        )
    held_out = _held_out(data, config, count, len(names))
    trained = [of_all - held for of_all, held in zip(train, held_out, strict=True)]
    absent = _absent(trained, names)
    if absent:
        raise ConfigError(
            "training.validation_fraction",
            f"a last part of the {count:,} training samples that leaves some of "
            f"all {len(names)} classes",
            f"{config.training.validation_fraction}, which takes all of class {_several(absent)}",
            f"{_SORTED}, or set training.validation=none",
        )
    check_class_weights(config, names)
    training, test_limit = config.training, config.data.test_limit
    remarks = _unequal(trained, names, config)
    if training.validation == "split":
        _refuse_one_class(
            held_out,
            train,
            names,
            ("training.validation_fraction", training.validation_fraction),
            f"{_SORTED}, or set training.validation=none",
        )
        remarks += _lacking("validation", held_out, names)
    if training.test != "none" or training.validation == "test":
        _refuse_one_class(
            test,
            train,
            names,
            ("data.path", data.source) if test_limit is None else ("data.test_limit", test_limit),
            f"{_SORTED}, raise data.test_limit, or set training.test=none",
        )
        remarks += _lacking("the test", test, names)
    return remarks


def _held_out(data: Prepared, config: Config, count: int, classes: int) -> list[int]:
    """Return how many training samples of each class are held out for validation.

    Raises:
        ConfigError: where they cannot be divided.
    """
    if config.training.validation != "split":
        return [0] * classes
    start = validation_start(count, config, None)
    if config.training.split_seed is None:
        counted = Counter(data.train_labels(start))
    else:
        from rnnbench.training.parts import drawn_order

        labels = data.train_labels()
        counted = Counter(labels[i] for i in drawn_order(count, config.seed)[start:].tolist())
    return [counted[label] for label in range(classes)]


def _refuse_one_class(
    counts: Sequence[int],
    train: Sequence[int],
    names: Sequence[str],
    setting: tuple[str, object],
    action: str,
) -> None:
    """Refuse samples of one class where its share of the training data doesn't explain them."""
    count, only = sum(counts), max(range(len(counts)), key=counts.__getitem__)
    if counts[only] < count or (train[only] / sum(train)) ** count > _CHANCE:
        return
    key, value = setting
    raise ConfigError(
        key,
        "samples of several classes to measure accuracy on",
        f"{value}, which gives {count:,} of class {names[only]} alone",
        action,
    )


def _lacking(what: str, counts: Sequence[int], names: Sequence[str]) -> list[str]:
    absent = _absent(counts, names)
    if not absent:
        return []
    return [f"{what} has no sample of class {_several(absent)} among its {sum(counts):,}"]


def _unequal(counts: Sequence[int], names: Sequence[str], config: Config) -> list[str]:
    """Return a remark where one class is so frequent that accuracy says little."""
    most = max(counts)
    share = most / sum(counts)
    if share <= FREQUENT:
        return []
    remark = (
        f"warning: {100 * share:.0f} % of the training samples are of class "
        f"{names[counts.index(most)]}, so that accuracy says little; compare by "
        "report.metric=test_macro_f1 or test_balanced_accuracy"
    )
    if config.training.class_weight == "none":
        remark += ", and try training.class_weight=balanced"
    return [remark]


def _absent(counts: Sequence[int], names: Sequence[str]) -> list[str]:
    return [name for name, count in zip(names, counts, strict=True) if not count]


def _several(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

"""The user's own arrays: an ``.npz`` file with x_train, y_train, x_test and y_test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.config.data_section import LONGEST
from rnnbench.data.contract import (
    Fingerprint,
    InputSpec,
    Progress,
    Raw,
    Split,
    file_of,
    must_be_null,
    words_of,
)
from rnnbench.data.files.npz import Header, Npz, describe, file_digest, open_npz
from rnnbench.data.indices import OOV
from rnnbench.data.targets import TargetScale
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

VERSION = 1
LARGEST_BYTES = 32 * 2**30
LARGEST_CLASSES = 100_000
TOKENS = 100  # of a sample where data.maxlen is null, as in the other data sets of tokens


class UserArrays:
    """Tokens ``(n, time)`` of integers or features ``(n, time, features)``; labels ``(n,)``.

    With ``data.task=regression`` labels are numbers ``(n,)`` or ``(n, targets)``; models are
    trained on them with mean 0 and standard deviation 1 in the training samples.
    """

    def spec(self, config: DataConfig) -> InputSpec:
        """The shape that a model sees, from the headers and the training labels.

        Raises ConfigError for keys that do not fit the arrays, DataError for the file.
        """
        with open_npz("data.path", _path(config), LARGEST_BYTES) as npz:
            header = _same_kind(npz)
            is_tokens = len(header.shape) == 2
            maxlen = config.maxlen or (TOKENS if is_tokens else _own_length(npz))
            if is_regression(npz, config.task):
                classes, targets = 0, _targets(npz, "y_train").shape[1]
            else:
                classes, targets = int(_train_labels(npz).max()) + 1, 0
        if is_tokens:
            return InputSpec(maxlen, None, words_of(config), classes, targets)
        must_be_null(config, "num_words")
        return InputSpec(maxlen, header.shape[2], None, classes, targets)

    def fingerprint(self, config: DataConfig) -> Fingerprint:
        """The file's contents; its place does not matter."""
        path = _path(config)
        identity = {"loader": VERSION, "sha256": file_digest("data.path", path)}
        return Fingerprint(str(path), identity, path, _remarks(config))

    def load(self, config: DataConfig, found: Fingerprint, _report: Progress) -> Raw:
        """The checked arrays; raises DataError for values that cannot be trained on."""
        facts: dict[str, Any] = {"file_sha256": found.identity["sha256"]}
        scale = None
        y: NDArray[Any]
        y_test: NDArray[Any]
        with open_npz("data.path", _path(config), LARGEST_BYTES) as npz:
            _same_kind(npz)
            if is_regression(npz, config.task):
                y, y_test = _targets(npz, "y_train"), _targets(npz, "y_test")
                if y_test.shape[1] != y.shape[1]:
                    raise npz.error(
                        "as many targets in y_test as in y_train",
                        f"{y_test.shape[1]} and {y.shape[1]}",
                    )
                scale = TargetScale.standard(y[: config.limit])
                y, y_test = scale.apply(y), scale.apply(y_test)
            else:
                y, y_test = _train_labels(npz), _labels(npz, "y_test")
                unknown = np.setdiff1d(y_test, y)
                if len(unknown):
                    raise npz.error("labels of y_train in y_test", f"also {unknown[:5].tolist()}")
                facts["class_names"] = [str(label) for label in range(int(y.max()) + 1)]
            train = _split(npz, "x_train", y, config.limit, config.num_words)
            test = _split(npz, "x_test", y_test, config.test_limit, config.num_words)
        return Raw(train, test, facts, target_scale=None if scale is None else (scale, scale))


def _path(config: DataConfig) -> Path:
    return file_of(config, "path", "an .npz file", "/path/to/file.npz")


def _same_kind(npz: Npz) -> Header:
    """The header of x_train, after x_test has been found to be of the same kind."""
    train, test = npz.header("x_train"), npz.header("x_test")
    for name, header in (("x_train", train), ("x_test", test)):
        dimensions = {"i": (2, 3), "u": (2, 3), "f": (3,)}.get(header.dtype.kind, ())
        if len(header.shape) not in dimensions or 0 in header.shape:
            raise npz.error(
                f"{name} as whole numbers (n, time) or numbers (n, time, features)",
                describe(header),
            )
    if len(train.shape) != len(test.shape) or train.shape[2:] != test.shape[2:]:
        raise npz.error("x_train and x_test of one kind", f"{describe(train)} and {describe(test)}")
    return train


def _remarks(config: DataConfig) -> tuple[str, ...]:
    """What is done to tokens of another length than the usual one, unless a length is typed."""
    if config.maxlen is not None:
        return ()
    with open_npz("data.path", _path(config), LARGEST_BYTES) as npz:
        width = _width(npz)
        if len(_same_kind(npz).shape) > 2 or width == TOKENS:
            return ()
    done = "padded" if width < TOKENS else "cut"
    return (
        f"the {width:,} tokens of a row are {done} to {TOKENS}; data.maxlen={width} keeps them as "
        "they are",
    )


def _width(npz: Npz) -> int:
    """The time steps of the longer part."""
    return max(npz.header(name).shape[1] for name in ("x_train", "x_test"))


def _own_length(npz: Npz) -> int:
    """The time steps of the longer part, so that nothing is cut."""
    own = _width(npz)
    if own > LONGEST:
        raise ConfigError(
            "data.maxlen",
            f"at most {LONGEST} time steps, or a number that they are cut to",
            f"null for arrays of {own} time steps",
            "give data.maxlen=1000, for example",
        )
    return own


def is_regression(npz: Npz, task: str | None) -> bool:
    """Whether labels are numbers to predict; ``auto`` looks for decimal places in ``y_train``."""
    if task != "auto":
        return task == "regression"
    if npz.header("y_train").dtype.kind != "f":
        return False
    y = npz.numbers("y_train")
    return bool((y[np.isfinite(y)] % 1 != 0).any())


def _targets(npz: Npz, name: str) -> NDArray[np.float64]:
    """Targets ``(n, targets)``, before they are scaled."""
    header, rows = npz.header(name), npz.header("x" + name[1:]).shape[0]
    shape = header.shape
    if header.dtype.kind not in "iuf" or len(shape) not in (1, 2) or shape[0] != rows or 0 in shape:
        raise npz.error(
            f"{name} as numbers (n,) or (n, targets), a row for each row of x{name[1:]}",
            describe(header),
        )
    y = npz.numbers(name).astype(np.float64).reshape(rows, -1)
    wrong = ~np.isfinite(y)
    if wrong.any():
        first = np.flatnonzero(wrong.any(axis=1))[0]
        raise npz.error(
            f"finite numbers in {name}",
            f"{wrong.sum():,} NaN or infinite, the first of them in row {first}",
        )
    return y


def _labels(npz: Npz, name: str) -> NDArray[np.int32]:
    header = npz.header(name)
    if header.dtype.kind not in "iu" or header.shape != npz.header("x" + name[1:]).shape[:1]:
        numbers = header.dtype.kind == "f"
        raise npz.error(
            f"{name} as whole numbers (n,), one for each row of x{name[1:]}",
            describe(header),
            *(("set data.task=regression to predict numbers",) if numbers else ()),
        )
    labels = npz.numbers(name)
    if labels.min() < 0 or labels.max() >= LARGEST_CLASSES:
        raise npz.error(
            f"labels from 0 to {LARGEST_CLASSES - 1} in {name}",
            f"{labels.min()} to {labels.max()}",
        )
    return labels.astype(np.int32)


def _train_labels(npz: Npz) -> NDArray[np.int32]:
    labels = _labels(npz, "y_train")
    counts = np.bincount(labels)
    if len(counts) < 2 or not counts.all():
        absent = np.flatnonzero(counts == 0)[:5].tolist()
        received = f"no label {absent}" if absent else "one class"
        raise npz.error("labels 0 to k-1 in y_train, each of them present, k at least 2", received)
    return labels


def _split(
    npz: Npz, name: str, labels: NDArray[Any], limit: int | None, num_words: int | None
) -> Split:
    x = npz.numbers(name)[:limit]
    offsets = np.arange(len(x) + 1, dtype=np.int64) * x.shape[1]
    if x.ndim == 2:
        return Split(_tokens(npz, name, x.reshape(-1), num_words), offsets, labels[:limit])
    return Split(_features(npz, name, x.reshape(-1, x.shape[2])), offsets, labels[:limit])


def _tokens(npz: Npz, name: str, values: NDArray[Any], num_words: int | None) -> NDArray[np.int32]:
    if values.min() < 0:
        raise npz.error(f"token indices from 0 upwards in {name}", str(values.min()))
    # Before the conversion: an index beyond 32 bits is a rare word as well, not a negative one.
    top = np.iinfo(np.int32).max if num_words is None else num_words
    return np.where(values < top, values, OOV).astype(np.int32)


def _features(npz: Npz, name: str, values: NDArray[Any]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        narrow: NDArray[np.float32] = values.astype(np.float32)
    if not np.isfinite(narrow).all():
        raise npz.error(
            f"finite float32 numbers in {name}", f"{(~np.isfinite(narrow)).sum()} NaN or infinite"
        )
    return narrow

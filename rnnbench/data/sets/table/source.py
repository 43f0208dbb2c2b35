"""A CSV file with a column of texts, or token numbers, and one of labels, as a data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import (
    Fingerprint,
    InputSpec,
    Progress,
    Raw,
    Split,
    length_of,
    words_of,
)
from rnnbench.data.files.npz import file_digest
from rnnbench.data.sets.table.file import TableFile, files_of
from rnnbench.data.sets.table.labels import are_numbers, classes_of, codes_of_test, targets_of
from rnnbench.data.targets import TargetScale
from rnnbench.data.words.texts import (
    SHUFFLE_SEED,
    Text,
    encode,
    reading_of,
    shuffled,
    word_index_identity,
)
from rnnbench.errors import DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

VERSION = 1


class Csv:
    """Any number of classes: labels sorted as numbers where all are whole, else as text.

    With ``data.task=regression`` labels are numbers; models are trained on them with mean 0 and
    standard deviation 1 in the training samples.
    """

    def spec(self, config: DataConfig) -> InputSpec:
        """``(maxlen,)`` tokens; reads the labels; raises ConfigError or DataError."""
        reading_of(config)
        classes = len(_labels_of(config, *files_of(config)).names)
        targets = 0 if classes else 1
        return InputSpec(length_of(config), None, words_of(config), classes, targets=targets)

    def fingerprint(self, config: DataConfig) -> Fingerprint:
        """The contents of the files; their place does not matter."""
        train, test = files_of(config)
        labels = _labels_of(config, train, test)
        remarks = labels.remarks
        digest = file_digest(train.key, train.path)
        test_digest = None if test is None else file_digest(test.key, test.path)
        if digest == test_digest:
            remarks += (
                "data.test_path: the test file holds what data.path holds: accuracy is that on "
                "texts that were trained on; name another file, or set data.test_fraction instead",
            )
        identity: dict[str, Any] = {
            "loader": VERSION,
            "sha256": digest,
            "test_sha256": test_digest,
            **word_index_identity(config),
        }
        # Earlier versions gave 1 and 1.0 two classes: only such files are prepared again.
        if labels.joined:
            identity["labels"] = "numbers joined"
        return Fingerprint(str(train.path), identity, train.path, remarks)

    def load(self, config: DataConfig, found: Fingerprint, report: Progress) -> Raw:
        """The rows as tokens, shuffled; raises DataError for what cannot be trained on."""
        train, test = files_of(config)
        labels = _labels_of(config, train, test)
        y, test_y = labels.train, labels.test
        used = _used(y)
        if test is None or test_y is None:
            test, test_y = train, y
            test_used = _set_aside(y, labels.names, config.test_fraction or 0.0)
            used &= ~test_used
        else:
            test_used = _used(test_y)
        y, test_y = y[used], test_y[test_used]
        order, test_order = shuffled(len(y), len(test_y), config.limit, config.test_limit)
        encoded, test_encoded, vocabulary, facts = encode(
            config, lambda: _texts(train, used), lambda: _texts(test, test_used), report
        )
        facts["file_sha256"] = found.identity["sha256"]
        scale = None
        if labels.names:
            facts["class_names"] = list(labels.names)
        else:
            y, test_y = y[:, None], test_y[:, None]
            scale = TargetScale.standard(y[order])
            y, test_y = scale.apply(y), scale.apply(test_y)
        return Raw(
            Split(*encoded, y).taken(order),
            Split(*test_encoded, test_y).taken(test_order),
            facts,
            vocabulary=vocabulary,
            target_scale=None if scale is None else (scale, scale),
        )


@dataclass(frozen=True)
class _Labels:
    """What the rows are labelled with.

    Attributes:
        train: of each row ``(n,)`` its class, -1 where it is left out, or its number, NaN there.
        test: the same of the test file; ``None`` where there is none.
        names: of the classes; without any, labels are numbers.
        remarks: what to tell of the files.
        joined: whether 1 and 1.0 are one class.
    """

    train: NDArray[Any]
    test: NDArray[Any] | None
    names: tuple[str, ...]
    remarks: tuple[str, ...]
    joined: bool = False


def _labels_of(config: DataConfig, train: TableFile, test: TableFile | None) -> _Labels:
    missing = config.missing
    of_test: NDArray[Any] | None = None
    more: tuple[str, ...] = ()
    if are_numbers(train, missing, config.task):
        values, remarks = targets_of(train, missing)
        if test is not None:
            of_test, more = targets_of(test, missing)
        return _Labels(values, of_test, (), remarks + more)
    classes = classes_of(train, missing)
    if test is not None:
        of_test, more = codes_of_test(test, classes.names, missing)
    return _Labels(classes.codes, of_test, classes.names, classes.remarks + more, classes.joined)


def _used(labels: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows are not left out, ``(n,)``."""
    return np.isfinite(labels) if labels.dtype.kind == "f" else labels >= 0


def _set_aside(labels: NDArray[Any], names: Sequence[str], fraction: float) -> NDArray[np.bool_]:
    """Return which rows are the test: of each class the same part, and never all of it."""
    rng = np.random.RandomState(SHUFFLE_SEED)
    chosen = np.zeros(len(labels), bool)
    groups = [labels == code for code in range(len(names))] or [_used(labels)]
    for group in groups:
        members = rng.permutation(np.flatnonzero(group))
        chosen[members[: min(round(fraction * len(members)), len(members) - 1)]] = True
    if not chosen.any():
        raise DataError(
            "data.test_fraction",
            f"a fraction that sets some of {_used(labels).sum()} rows aside",
            fraction,
            "raise it",
        )
    return chosen


def _texts(file: TableFile, chosen: NDArray[np.bool_]) -> Iterator[Text]:
    for sample, wanted in zip(file.samples(), chosen, strict=True):
        if wanted:
            yield Text(f"{file.path} line {sample.line}", sample.text)

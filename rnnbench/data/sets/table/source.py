"""A CSV file with a column of texts, or token numbers, and one of labels, as a data set."""

from __future__ import annotations

from collections.abc import Iterator
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
from rnnbench.data.sets.table.labels import Classes, classes_of, codes_of_test
from rnnbench.data.sets.table.targets import are_numbers, set_aside, targets_of
from rnnbench.data.targets import TargetScale
from rnnbench.data.words.texts import (
    SHUFFLE_SEED,
    Text,
    encode,
    reading_of,
    shuffled,
    split_of,
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
        train, test = files_of(config)
        if are_numbers(train, config.missing, config.task):
            for file in filter(None, (train, test)):
                targets_of(file, config.missing)
            return InputSpec(length_of(config), None, words_of(config), 0, targets=1)
        names = classes_of(train, config.missing).names
        if test is not None:
            codes_of_test(test, names, config.missing)
        return InputSpec(length_of(config), None, words_of(config), len(names))

    def fingerprint(self, config: DataConfig) -> Fingerprint:
        """The contents of the files; their place does not matter."""
        train, test = files_of(config)
        joined = False
        if are_numbers(train, config.missing, config.task):
            files = filter(None, (train, test))
            remarks = tuple(r for f in files for r in targets_of(f, config.missing).remarks)
        else:
            classes = classes_of(train, config.missing)
            remarks, joined = classes.remarks, classes.joined
            if test is not None:
                remarks += codes_of_test(test, classes.names, config.missing)[1]
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
        if joined:
            identity["labels"] = "numbers joined"
        return Fingerprint(str(train.path), identity, train.path, remarks)

    def load(self, config: DataConfig, found: Fingerprint, report: Progress) -> Raw:
        """The rows as tokens, shuffled; raises DataError for what cannot be trained on."""
        train, test = files_of(config)
        if are_numbers(train, config.missing, config.task):
            return _numbers(config, found, report)
        classes = classes_of(train, config.missing)
        if test is None:
            test, test_codes = train, classes.codes
            of_test = _set_aside(classes, config.test_fraction or 0.0)
            of_train = (classes.codes >= 0) & ~of_test
        else:
            test_codes, _ = codes_of_test(test, classes.names, config.missing)
            of_train, of_test = classes.codes >= 0, test_codes >= 0
        order, test_order = shuffled(
            int(of_train.sum()), int(of_test.sum()), config.limit, config.test_limit
        )
        encoded, test_encoded, vocabulary, facts = encode(
            config,
            words_of(config),
            lambda: _texts(train, of_train),
            lambda: _texts(test, of_test),
            report,
        )
        facts |= {"class_names": list(classes.names), "file_sha256": found.identity["sha256"]}
        return Raw(
            split_of(encoded, classes.codes[of_train]).taken(order),
            split_of(test_encoded, test_codes[of_test]).taken(test_order),
            facts,
            vocabulary=vocabulary,
        )


def _numbers(config: DataConfig, found: Fingerprint, report: Progress) -> Raw:
    """Return the rows with numbers in place of classes."""
    train, test = files_of(config)
    known = targets_of(train, config.missing)
    if test is None:
        test, known_test = train, known
        of_test = set_aside(known, config.test_fraction or 0.0)
        of_train = known.known & ~of_test
    else:
        known_test = targets_of(test, config.missing)
        of_train, of_test = known.known, known_test.known
    orders = shuffled(int(of_train.sum()), int(of_test.sum()), config.limit, config.test_limit)
    encoded, test_encoded, vocabulary, facts = encode(
        config,
        words_of(config),
        lambda: _texts(train, of_train),
        lambda: _texts(test, of_test),
        report,
    )
    values = (known.values[of_train][:, None], known_test.values[of_test][:, None])
    scale = TargetScale.standard(values[0][orders[0]])
    first, second = (
        Split(*texts, scale.apply(y)).taken(order)
        for texts, y, order in zip((encoded, test_encoded), values, orders, strict=True)
    )
    facts |= {"file_sha256": found.identity["sha256"]}
    return Raw(first, second, facts, vocabulary=vocabulary, target_scale=(scale, scale))


def _set_aside(classes: Classes, fraction: float) -> NDArray[np.bool_]:
    """Return which rows are the test: of each class the same part, and never all of it."""
    rng = np.random.RandomState(SHUFFLE_SEED)
    chosen = np.zeros(len(classes.codes), bool)
    for code in range(len(classes.names)):
        members = rng.permutation(np.flatnonzero(classes.codes == code))
        chosen[members[: min(round(fraction * len(members)), len(members) - 1)]] = True
    if not chosen.any():
        raise DataError(
            "data.test_fraction",
            f"a fraction that sets some of {(classes.codes >= 0).sum()} rows aside",
            fraction,
            "raise it",
        )
    return chosen


def _texts(file: TableFile, chosen: NDArray[np.bool_]) -> Iterator[Text]:
    for sample, wanted in zip(file.samples(), chosen, strict=True):
        if wanted:
            yield Text(f"{file.path} line {sample.line}", sample.text)

"""The user's own table: a CSV file with a column of texts, or token numbers, and one of labels."""

from __future__ import annotations

import csv
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import Fingerprint, InputSpec, Progress, Raw, words_of
from rnnbench.data.npz import file_digest
from rnnbench.data.texts import (
    LARGEST_TEXT,
    SHUFFLE_SEED,
    Text,
    encode,
    reading_of,
    shuffled,
    split_of,
    word_index_identity,
)
from rnnbench.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rnnbench.config.schema import DataConfig

VERSION = 1
LARGEST_CLASSES = 100_000
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")


@dataclass(frozen=True)
class _File:
    """A file and how to read it; ``key`` names it in messages."""

    key: str
    path: Path
    text: str
    label: str
    delimiter: str

    def error(self, expected: str, received: str, action: str = "check the file") -> DataError:
        return DataError(self.key, expected, f"{self.path}: {received}", action)

    def rows(self) -> Generator[tuple[str, str, str], None, None]:
        """Yield place, text and label of each row; raises DataError."""
        limit = csv.field_size_limit(LARGEST_TEXT)
        line = 0
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, delimiter=_DELIMITERS[self.delimiter], strict=True)
                text, label, width = self._columns(next(reader, []))
                for row in reader:
                    line = reader.line_num
                    if not row:
                        continue
                    if len(row) != width:
                        raise self.error(
                            f"{width} columns in every row, as in the header",
                            f"{len(row)} in the row that ends in line {line}",
                            "put quotation marks around texts with a delimiter in them",
                        )
                    yield f"{self.path} line {line}", row[text], row[label].strip()
        except UnicodeDecodeError as error:
            raise self.error(
                "a file in UTF-8",
                f"byte 0x{error.object[error.start]:02x} after line {line}",
                "convert the file, for example with: iconv -f latin1 -t utf-8",
            ) from None
        except csv.Error as error:
            raise self.error("a CSV file", f"after line {line}: {error}") from None
        except OSError as error:
            raise self.error("a readable file", error.strerror or str(error)) from None
        finally:
            csv.field_size_limit(limit)

    def _columns(self, header: list[str]) -> tuple[int, int, int]:
        places = []
        for key, name in (("text_column", self.text), ("label_column", self.label)):
            found = [place for place, column in enumerate(header) if column.strip() == name]
            if len(found) != 1:
                columns = ", ".join(column.strip()[:40] for column in header[:20])
                raise DataError(
                    f"data.{key}",
                    f"the name of one column of {self.path}",
                    f"{name!r}, of which it has {len(found)}",
                    f"its columns are: {columns or 'none'}; with another delimiter set "
                    "data.delimiter=semicolon or tab",
                )
            places.append(found[0])
        if places[0] == places[1]:
            raise ConfigError("data.label_column", "another than data.text_column", self.label)
        return places[0], places[1], len(header)


@dataclass(frozen=True)
class _Labels:
    """Class names in order, and the class of each row, ``(n,)``."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]


class Table:
    """Any number of classes: labels sorted as numbers where all are whole, else as text."""

    def spec(self, config: DataConfig) -> InputSpec:
        """``(maxlen,)`` tokens; reads the training labels; raises ConfigError or DataError."""
        reading_of(config)
        train, test = _files(config)
        names = _labels(train).names
        if test is not None:
            _columns_of(test)
        return InputSpec(config.maxlen, None, words_of(config), len(names))

    def fingerprint(self, config: DataConfig) -> Fingerprint:
        """The contents of the files; their place does not matter."""
        train, test = _files(config)
        identity: dict[str, Any] = {
            "loader": VERSION,
            "sha256": file_digest(train.key, train.path),
            "test_sha256": None if test is None else file_digest(test.key, test.path),
            **word_index_identity(config),
        }
        return Fingerprint(str(train.path), identity, train.path)

    def load(self, config: DataConfig, found: Fingerprint, report: Progress) -> Raw:
        """The rows as tokens, shuffled; raises DataError for what cannot be trained on."""
        train, test = _files(config)
        labels = _labels(train)
        if test is None:
            test, test_labels = train, labels.codes
            of_test = _set_aside(labels, config.test_fraction or 0.0)
            of_train = ~of_test
        else:
            test_labels = _coded(test, labels.names)
            of_train = np.ones(len(labels.codes), bool)
            of_test = np.ones(len(test_labels), bool)
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
        facts |= {"class_names": list(labels.names), "file_sha256": found.identity["sha256"]}
        return Raw(
            split_of(encoded, labels.codes[of_train]).taken(order),
            split_of(test_encoded, test_labels[of_test]).taken(test_order),
            facts,
            vocabulary=vocabulary,
        )


def _files(config: DataConfig) -> tuple[_File, _File | None]:
    """Return the file, and that of the test where there is a second one."""
    for key in ("text_column", "label_column", "delimiter"):
        if getattr(config, key) is None:
            raise ConfigError(f"data.{key}", "a value", "null", f"set data.{key}=...")
    if (config.test_path is None) == (config.test_fraction is None):
        raise ConfigError(
            "data.test_fraction",
            "either data.test_path, a file, or data.test_fraction, such as 0.2",
            "both" if config.test_path else "neither",
            "give one of them",
        )
    train = _file(config, "path", config.path)
    test = None if config.test_path is None else _file(config, "test_path", config.test_path)
    return train, test


def _file(config: DataConfig, key: str, name: str | None) -> _File:
    if name is None:
        raise ConfigError(f"data.{key}", "a CSV file", "null", f"give data.{key}=/path/to/file.csv")
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise DataError(f"data.{key}", "a CSV file", f"{path}: no such file", "check the path")
    assert config.text_column is not None
    assert config.label_column is not None
    assert config.delimiter is not None
    return _File(f"data.{key}", path, config.text_column, config.label_column, config.delimiter)


def _columns_of(file: _File) -> None:
    """Refuse a file without the columns, or without rows."""
    rows = file.rows()
    if next(rows, None) is None:
        raise file.error("rows under the header", "none")
    rows.close()


def _labels(file: _File) -> _Labels:
    """Return the labels of a file; those of the last files are remembered."""
    state = file.path.stat()
    return _read_labels(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _read_labels(file: _File, _changed: int, _size: int) -> _Labels:
    found: dict[str, int] = {}
    numbers = np.fromiter(
        (found.setdefault(label, len(found)) for _, label in _checked(file)), np.int32
    )
    if not len(numbers):
        raise file.error("rows under the header", "none")
    if len(found) < 2:
        raise file.error(
            f"at least two classes in column {file.label!r}", f"one: {next(iter(found))}"
        )
    if len(found) > LARGEST_CLASSES or len(found) == len(numbers) > 2:
        raise file.error(
            f"labels in column {file.label!r}, each of them in several rows",
            f"{len(found):,} different ones in {len(numbers):,} rows",
            "name the column with data.label_column=...",
        )
    whole = all(_WHOLE.match(label) for label in found)
    names = sorted(found, key=lambda label: (int(label) if whole else 0, label))
    place = np.argsort([found[name] for name in names]).astype(np.int32)
    return _Labels(tuple(names), place[numbers])


def _coded(file: _File, names: tuple[str, ...]) -> NDArray[np.int32]:
    """Return the classes of a test file, ``(n,)``; raises DataError for one that training lacks."""
    codes = {name: code for code, name in enumerate(names)}

    def numbers() -> Iterator[int]:
        for where, label in _checked(file):
            code = codes.get(label)
            if code is None:
                raise DataError(
                    file.key,
                    "labels that occur in data.path",
                    f"{where}: {label[:80]!r}",
                    f"the classes are: {', '.join(names[:20])}",
                )
            yield code

    return np.fromiter(numbers(), np.int32)


def _checked(file: _File) -> Iterator[tuple[str, str]]:
    for where, _, label in file.rows():
        if not label:
            raise DataError(file.key, "a label in every row", f"{where}: none", "remove the row")
        yield where, label


def _set_aside(labels: _Labels, fraction: float) -> NDArray[np.bool_]:
    """Return which rows are the test: of each class the same part, and never all of it."""
    rng = np.random.RandomState(SHUFFLE_SEED)
    chosen = np.zeros(len(labels.codes), bool)
    for code in range(len(labels.names)):
        members = rng.permutation(np.flatnonzero(labels.codes == code))
        chosen[members[: min(round(fraction * len(members)), len(members) - 1)]] = True
    if not chosen.any():
        raise DataError(
            "data.test_fraction",
            f"a fraction that sets some of {len(chosen)} rows aside",
            fraction,
            "raise it",
        )
    return chosen


def _texts(file: _File, chosen: NDArray[np.bool_]) -> Iterator[Text]:
    for (where, text, _), wanted in zip(file.rows(), chosen, strict=True):
        if wanted:
            if not text.strip():
                raise DataError(
                    file.key, "texts that are not empty", f"{where}: empty", "remove the row"
                )
            yield Text(where, text)

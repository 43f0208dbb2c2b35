"""The IMDB reviews exactly as ``keras.datasets.imdb.load_data`` gives them, as flat arrays.

Source of the data: A. Maas et al., "Learning Word Vectors for Sentiment Analysis", ACL 2011.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import Fingerprint, InputSpec, Progress, Raw, Split, length_of, words_of
from rnnbench.data.files.npz import Npz, describe, file_digest, open_npz
from rnnbench.data.indices import INDEX_FROM, START
from rnnbench.data.readers import TextReader
from rnnbench.data.sets.keras_files import REVIEWS, WORD_INDEX
from rnnbench.data.words.texts import word_index_identity, word_index_path
from rnnbench.data.words.tokens import Tokenization
from rnnbench.data.words.vocabulary import Vocabulary, read_word_index

if TYPE_CHECKING:
    from pathlib import Path

    from rnnbench.config.data_section import DataConfig

VERSION = 1
CLASSES = ("negative", "positive")
SHUFFLE_SEED = 113
# The real file unpacks to 28 MiB, 6 million words, the rarest of them number 88,584.
LARGEST_BYTES = 512 * 2**20
LARGEST_WORDS = 100_000_000
LARGEST_INDEX = 10_000_000
# How the reviews became tokens: data=text_dir with these keys and Keras's word index repeats it.
READING = Tokenization("keras", lower=True, start=True, unknown="imdb", breaks="imdb")


class Imdb:
    """25,000 training and 25,000 test reviews, negative or positive."""

    def spec(self, config: DataConfig) -> InputSpec:
        """``(maxlen,)`` tokens in two classes; reads nothing, raises ConfigError."""
        return InputSpec(length_of(config), None, words_of(config), 2)

    def fingerprint(self, config: DataConfig) -> Fingerprint:
        """The local file's contents, or those that Keras's download is checked against."""
        key, file = REVIEWS.find(config.path)
        digest = REVIEWS.digest if file is None else file_digest(key, file)
        text = REVIEWS.origin if file is None else str(file)
        identity = {"loader": VERSION, "sha256": digest, **word_index_identity(config)}
        action = f"set {REVIEWS.variable}=/path/to/{REVIEWS.name}"
        return Fingerprint(text, identity, file, is_remote=file is None, action=action)

    def load(self, config: DataConfig, found: Fingerprint, report: Progress) -> Raw:
        """Shuffled and marked as Keras does it; raises DataError for a file that is not IMDB."""
        path = found.file or REVIEWS.download(report)
        # One generator shuffles both parts in turn, so the second depends on the first's size.
        rng = np.random.RandomState(SHUFFLE_SEED)
        with open_npz("data.path", path, LARGEST_BYTES) as npz:
            train = _split(npz, "train", rng, config.limit)
            test = _split(npz, "test", rng, config.test_limit)
        facts = {"class_names": list(CLASSES), "file_sha256": found.identity["sha256"]}
        return Raw(train, test, facts, vocabulary=_vocabulary(config))

    def reader(
        self, config: DataConfig, _home: Path, word_index: str | None, report: Progress
    ) -> TextReader:
        """Keras's word index: a local one, or Keras's download; raises DataError."""
        return TextReader(
            vocabulary(load_word_index(word_index, report), words_of(config)), CLASSES
        )


def vocabulary(index: Mapping[str, int], num_words: int) -> Vocabulary:
    """Words by their rank in Keras's index; one that is not in it has the token 2."""
    return Vocabulary.of_ranks(replace(READING, unknown="oov"), index, num_words)


def load_word_index(path: str | None, report: Progress) -> dict[str, int]:
    """Return each word's rank, from 1; raises DataError for a file of another form."""
    key, file = WORD_INDEX.find(path)
    return read_word_index(file or WORD_INDEX.download(report), key, WORD_INDEX.help)


def _vocabulary(config: DataConfig) -> Vocabulary | None:
    """Which words the tokens are, where a word index is named: Keras distributes it apart."""
    path = word_index_path(config)
    if path is None:
        return None
    return Vocabulary.of_ranks(READING, read_word_index(path), words_of(config))


def _split(npz: Npz, part: str, rng: np.random.RandomState, limit: int | None) -> Split:
    labels = _labels(npz, f"y_{part}")
    values, offsets = _words(npz, f"x_{part}")
    if len(offsets) - 1 != len(labels):
        raise npz.error(
            f"as many labels as sequences in {part}",
            f"{len(labels)} labels and {len(offsets) - 1} sequences",
        )
    order = np.arange(len(labels))
    rng.shuffle(order)
    values = np.insert(values + INDEX_FROM, offsets[:-1], START)
    offsets += np.arange(len(offsets))
    return Split(values, offsets, labels).taken(order[:limit])


def _words(npz: Npz, name: str) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Flat word numbers ``(total,)`` and offsets ``(n + 1,)``; the Python lists end here."""
    rows = npz.objects(name)
    if not all(type(row) is list for row in rows):
        raise npz.error(f"{name} as lists of word numbers", "other objects in it")
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    # A pickle can name one long list many times: small to store, not small to lay out flat.
    if offsets[-1] > LARGEST_WORDS:
        raise npz.error(f"at most {LARGEST_WORDS:,} words in {name}", f"{offsets[-1]:,}")
    if not len(rows):
        raise npz.error(f"sequences in {name}", "none")
    values = _flat(npz, name, rows)
    if len(values) and (values.min() < 0 or values.max() > LARGEST_INDEX):
        raise npz.error(
            f"word numbers from 0 to {LARGEST_INDEX:,} in {name}",
            f"{values.min():,} to {values.max():,}",
        )
    return values, offsets


def _flat(npz: Npz, name: str, rows: Iterable[list[Any]]) -> NDArray[np.int32]:
    # array.extend takes whole numbers only: unlike np.fromiter it would not cut 1.5 to 1.
    flat = array("i")
    try:
        for row in rows:
            flat.extend(row)
    except (TypeError, OverflowError) as error:
        raise npz.error(f"{name} as lists of word numbers", str(error)) from error
    return np.frombuffer(flat, np.int32)


def _labels(npz: Npz, name: str) -> NDArray[np.int32]:
    header = npz.header(name)
    if header.dtype.kind not in "iu" or len(header.shape) != 1:
        raise npz.error(f"{name} as a one-dimensional array of 0 and 1", describe(header))
    labels = npz.numbers(name)
    if not np.isin(labels, (0, 1)).all():
        raise npz.error(f"{name} of 0 and 1", f"values {np.unique(labels)[:5].tolist()}")
    return labels.astype(np.int32)

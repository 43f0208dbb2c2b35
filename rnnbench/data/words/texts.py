"""What folders of texts and tables of texts share: their keys, their words, their order."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import Progress, file_of, given, must_be_null, words_of
from rnnbench.data.files.encoding import decode_text
from rnnbench.data.files.npz import file_digest
from rnnbench.data.remarks import UNSPACED_SCRIPT, WITHOUT_SPACES
from rnnbench.data.words.tokens import (
    Breaks,
    Tokenization,
    Tokens,
    Unknown,
    other_breaks,
    whole_number,
    without_spaces,
)
from rnnbench.data.words.vocabulary import Counting, Vocabulary, read_word_index
from rnnbench.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

SHUFFLE_SEED = 113  # Keras's for IMDB
LARGEST_TEXT = 16 * 2**20  # bytes
_LARGEST_NUMBER = 2**31 - 1
_TOLD_EVERY = 5000
_SPACE = re.compile(r"\s")
_NEARLY_ALL = 0.9
_MANY = 0.1
# Fact: training texts that have white space that Keras leaves inside words.
OTHER_BREAKS = "texts_with_spaces_beyond_keras"
_AT_SPACES = ("keras", "treebank", "whitespace")


@dataclass(frozen=True)
class Text:
    """A text, and where it stands, for messages."""

    where: str
    text: str


Texts = Callable[[], Iterable[Text]]
Encoded = tuple[NDArray[np.int32], NDArray[np.int64]]


def reading_of(config: DataConfig) -> Tokenization:
    """Return how texts become tokens; raises ConfigError for keys that are null or don't fit."""
    tokens: Tokens = given("tokens", config.tokens)
    start = given("start", config.start)
    unknown: Unknown = given("unknown", config.unknown)
    lower = tokens == "keras" if config.lower is None else config.lower
    # Words of Keras's IMDB have some white space inside.
    breaks: Breaks = "imdb" if unknown == "imdb" else "unicode"
    if tokens == "numbers":
        must_be_null(config, "word_index", "punctuation", where="with data.tokens=numbers")
        reading = Tokenization("numbers", lower=False, start=False, unknown="oov", breaks=breaks)
    else:
        punctuation, pattern = config.punctuation, config.token_pattern
        reading = Tokenization(tokens, lower, start, unknown, breaks, punctuation, pattern)
    if tokens == "regex":
        reading.tokenizer()  # refuses the pattern that is none before a text is read
    elif config.token_pattern is not None:
        raise ConfigError(
            "data.token_pattern",
            f"null with data.tokens={tokens}",
            config.token_pattern,
            "add data.tokens=regex, or leave data.token_pattern out",
        )
    return reading


def word_index_path(config: DataConfig) -> Path | None:
    """Return the file of words and ranks, ``None`` where none is named; raises DataError."""
    if config.word_index is None:
        return None
    return file_of(config, "word_index", "a JSON file of words with their ranks from 1")


def word_index_identity(config: DataConfig) -> dict[str, str]:
    """Return the SHA-256 of the word index where there is one; raises DataError."""
    path = word_index_path(config)
    return {} if path is None else {"word_index": file_digest("data.word_index", path)}


def encode(
    config: DataConfig, train: Texts, test: Texts, report: Progress
) -> tuple[Encoded, Encoded, Vocabulary | None, dict[str, Any]]:
    """Return both parts as tokens, their vocabulary, and facts about it.

    The vocabulary is counted in the training texts alone, whatever ``limit`` says. Texts are read
    one at a time; in memory stay four bytes a token.
    """
    reading = reading_of(config)
    if reading.tokens == "numbers":
        return _numbers(train()), _numbers(test()), None, {}
    num_words, path = words_of(config), word_index_path(config)
    read = _Read(reading)
    texts = _told(read.noted(train()), "training texts", report)
    facts: dict[str, Any] = {}
    if path is not None:
        vocabulary = Vocabulary.of_ranks(reading, read_word_index(path), num_words)
        encoded = _with(vocabulary, texts)
    else:
        counting = Counting(reading.tokenizer())
        for text in texts:
            counting.add(text.text)
        ranks = counting.ranks()
        if not ranks:
            raise _no_words(reading, read.texts)
        vocabulary = Vocabulary.of_ranks(reading, ranks, num_words)
        encoded = counting.encoded(vocabulary)
        facts = {"words_counted": len(ranks)}
    facts["words_in_vocabulary"] = len(vocabulary.words)
    facts |= read.facts()
    return encoded, _with(vocabulary, _told(test(), "test texts", report)), vocabulary, facts


@dataclass
class _Read:
    """What is noticed of the training texts while they are read."""

    reading: Tokenization
    texts: int = 0
    unbroken: int = 0
    unspaced: int = 0
    otherwise_broken: int = 0

    def noted(self, texts: Iterable[Text]) -> Iterator[Text]:
        """Pass texts on."""
        other = other_breaks(self.reading.breaks if self.reading.tokens == "keras" else "blank")
        for text in texts:
            self.texts += 1
            if self.reading.tokens in _AT_SPACES:
                self.unbroken += not _SPACE.search(text.text.strip())
                self.unspaced += without_spaces(text.text)
            self.otherwise_broken += other.search(text.text) is not None
            yield text

    def facts(self) -> dict[str, int]:
        """Return the counts that say something."""
        found = {OTHER_BREAKS: self.otherwise_broken} if self.otherwise_broken else {}
        if self.unbroken and self.unbroken >= _NEARLY_ALL * self.texts:
            found[WITHOUT_SPACES] = self.unbroken
        elif self.unspaced > _MANY * self.texts:
            found[UNSPACED_SCRIPT] = self.unspaced
        return found


def shuffled(
    train: int, test: int, limit: int | None, test_limit: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the order of both parts, cut to their limits: as Keras shuffles IMDB."""
    rng = np.random.RandomState(SHUFFLE_SEED)
    orders = [np.arange(count) for count in (train, test)]
    for order in orders:
        rng.shuffle(order)
    return orders[0][:limit], orders[1][:test_limit]


def decode(content: bytes, encoding: str | None, key: str, where: str) -> str:
    """Return the bytes of a text as text, without a byte order mark.

    Raises:
        DataError: for bytes that don't fit the encoding (``None``: UTF-8 or what a byte order mark
            says), nothing but spaces, or far too many of them.
    """
    if len(content) > LARGEST_TEXT:
        size = f"{len(content) / 2**20:,.0f} MiB"
        raise DataError(
            key, f"texts of at most {LARGEST_TEXT // 2**20} MiB", f"{where}: {size}", "divide it"
        )
    text = decode_text(content, encoding, key, where)
    if not text.strip():
        raise DataError(key, "texts that are not empty", f"{where}: empty", "remove it")
    return text


def _with(vocabulary: Vocabulary, texts: Iterable[Text]) -> Encoded:
    return _laid_out(vocabulary.tokens(text.text) for text in texts)


def _numbers(texts: Iterable[Text]) -> Encoded:
    def rows() -> Iterator[list[int]]:
        for text in texts:
            row = []
            for word in text.text.split():
                number = whole_number(word)
                if number is None:
                    raise DataError(
                        "data.tokens",
                        "token numbers from 0 upwards, with spaces between them",
                        f"{text.where}: {word[:80]!r}",
                        "check the file, or set data.tokens=keras for words",
                    )
                # What is beyond 32 bits is a rare word as well.
                row.append(min(number, _LARGEST_NUMBER))
            yield row

    return _laid_out(rows())


def _laid_out(rows: Iterable[list[int]]) -> Encoded:
    flat, offsets = array("i"), array("q", [0])
    for row in rows:
        flat.extend(row)
        offsets.append(len(flat))
    return np.frombuffer(flat, np.int32), np.frombuffer(offsets, np.int64)


def _no_words(reading: Tokenization, texts: int) -> DataError:
    if reading.pattern is not None:
        received = f"{texts:,} texts of which nothing matches {reading.pattern!r}"
        return DataError("data.token_pattern", "training texts that match", received, "correct it")
    return DataError(
        "data.tokens",
        "training texts with words",
        f"{texts:,} texts of nothing but punctuation",
        "check data.path, or set data.tokens=treebank, where punctuation is words",
    )


def _told(texts: Iterable[Text], what: str, report: Progress) -> Iterator[Text]:
    for number, text in enumerate(texts, 1):
        yield text
        if number % _TOLD_EVERY == 0:
            report(f"{number:,} {what} read")

"""Generated reviews as a data set: token indices, known noise, best possible accuracy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from rnnbench.data.contract import (
    Fingerprint,
    InputSpec,
    Progress,
    Raw,
    Split,
    length_of,
    must_be_null,
    words_of,
)
from rnnbench.data.indices import INDEX_FROM, PAD, START
from rnnbench.data.readers import TextReader
from rnnbench.data.sets import grammar
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from rnnbench.config.data_section import DataConfig
    from rnnbench.data.words.vocabulary import Vocabulary

VERSION = 1
CLASSES = ("negative", "positive")
LARGEST = 25_000
REFERENCE = 1_000


class Reviews:
    """Up to 25,000 training and 25,000 test reviews, negative or positive."""

    def spec(self, config: DataConfig) -> InputSpec:
        """``(maxlen,)`` tokens in two classes; raises ConfigError."""
        must_be_null(config, "path")
        return InputSpec(length_of(config), None, words_of(config), 2)

    def fingerprint(self, _config: DataConfig) -> Fingerprint:
        """Constant: the reviews follow from the grammar and its seed."""
        return Fingerprint("generated", {"loader": VERSION, "seed": grammar.SEED})

    def load(self, config: DataConfig, _found: Fingerprint, _report: Progress) -> Raw:
        """The first reviews of two streams, which do not depend on how many are taken."""
        import numpy as np

        train, _ = _split("train", config.limit)
        test, truth = _split("test", config.test_limit)

        def visible(pad: Callable[[Split], NDArray[Any]]) -> dict[str, Any]:
            """How good the grammar's own reader is at what padding and num_words leave."""
            guesses = [grammar.oracle(decode(row[row != PAD])) for row in pad(test)]
            right = float(np.mean(np.array(guesses) == truth))
            return {
                "best_possible_accuracy": grammar.best_accuracy(right, grammar.LABEL_NOISE),
                "oracle_right_share": right,
            }

        facts = {
            "class_names": list(CLASSES),
            "label_noise": grammar.LABEL_NOISE,
            "vocabulary_used": len(word_index()) + INDEX_FROM + 1,
        }
        return Raw(train, test, facts, visible)

    def reader(
        self, config: DataConfig, _home: Path, word_index: str | None, _report: Progress
    ) -> TextReader:
        """The words of the grammar; raises ConfigError for a word index, which has no use here."""
        if word_index is not None:
            raise ConfigError(
                "data.word_index",
                f"nothing for data={config.name}, which has words of its own",
                word_index,
                "leave it out",
            )
        return TextReader(vocabulary(), CLASSES)

    def rows(self, config: DataConfig) -> Vocabulary:
        """The words of the grammar, for word vectors."""
        from rnnbench.data.words.tokens import Tokenization
        from rnnbench.data.words.vocabulary import Vocabulary

        reading = Tokenization("keras", lower=True, start=True, unknown="oov", breaks="unicode")
        ranks = {word: index - INDEX_FROM for word, index in word_index().items()}
        return Vocabulary.of_ranks(reading, ranks, words_of(config))


@cache
def word_index() -> dict[str, int]:
    """Each word's index in the sequences: the most frequent one has 4, as in Keras's IMDB.

    Ranked over the first 1,000 training reviews whatever ``limit`` says, so that sequences do
    not depend on it; words that do not occur there follow in alphabetical order.
    """
    counts = Counter(dict.fromkeys(grammar.vocabulary(), 0))
    for review in grammar.stream("train", REFERENCE):
        counts.update(review.words)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: rank + INDEX_FROM for rank, word in enumerate(ranked, start=1)}


def texts(split: str, n: int) -> list[tuple[str, int]]:
    """The first ``n`` reviews of "train" or "test" as text, each with its (noisy) label."""
    return [(" ".join(r.words), r.label) for r in grammar.stream(split, min(n, LARGEST))]


@cache
def vocabulary() -> Vocabulary:
    """What reads text: start mark first, the "." of sentences as a word, unknown words as 2."""
    from rnnbench.data.words.tokens import Tokenization
    from rnnbench.data.words.vocabulary import Vocabulary

    reading = Tokenization(
        "regex", lower=True, start=True, unknown="oov", breaks="unicode", pattern=r"[a-z']+|\."
    )
    return Vocabulary(reading, word_index())


def decode(tokens: Iterable[int]) -> list[str]:
    """The words of token indices; marks and unknown words become "?" and stay in place."""
    words = _words()
    return [words[token] for token in tokens]


@cache
def _words() -> list[str]:
    return ["?"] * (INDEX_FROM + 1) + list(word_index())


def _split(split: str, limit: int | None) -> tuple[Split, NDArray[np.int64]]:
    """The tokens of the first reviews, and the labels before noise ``(n,)``."""
    import numpy as np

    index = word_index()
    flat: list[int] = []
    offsets, labels, truth = [0], [], []
    for review in grammar.stream(split, min(limit or LARGEST, LARGEST)):
        flat.append(START)
        flat.extend([index[word] for word in review.words])
        offsets.append(len(flat))
        labels.append(review.label)
        truth.append(review.truth)
    tokens = Split(
        np.array(flat, np.int32), np.array(offsets, np.int64), np.array(labels, np.int32)
    )
    return tokens, np.array(truth)

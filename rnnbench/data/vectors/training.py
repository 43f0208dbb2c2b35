"""Word vectors trained on the training texts of the data set itself, with gensim's word2vec."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.config.keys import below, shapes_arrays
from rnnbench.config.roles import AfterReading
from rnnbench.data.contract import Fingerprint, Progress, Split
from rnnbench.data.indices import OOV, PAD, START
from rnnbench.data.sources import source_of
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

VERSION = 1
# T. Mikolov et al. 2013 as gensim sets it up: continuous bag of words, five words to each side,
# five negative samples, five passes. Every word of the vocabulary gets a vector.
SETTINGS: dict[str, Any] = {
    "sg": 0,
    "window": 5,
    "negative": 5,
    "epochs": 5,
    "min_count": 1,
    "seed": 1,
}
_SENTENCE = 10_000  # words; gensim cuts longer sentences off
_NOT_OF_TEXTS = below(
    "data", lambda key: not shapes_arrays(key.name) or key.role(AfterReading) is not None
)


def recipe_key(config: DataConfig, dim: int, found: Fingerprint, breaks: str | None) -> str:
    """Return the SHA-256 of all that the vectors follow from; ``maxlen`` and padding are not in it.

    ``breaks`` names the white space between words where the texts have some that once was none.

    gensim's arithmetic may differ in the last digit from machine to machine, so the recipe
    identifies the vectors, not their numbers: runs stay the same runs elsewhere.
    """
    parts = {
        "version": VERSION,
        "settings": SETTINGS,
        "dim": dim,
        "identity": found.identity,
        "data": config.model_dump(exclude=_NOT_OF_TEXTS),
        **({} if breaks is None else {"breaks": breaks}),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def train_vectors(
    config: DataConfig, rows: int, dim: int, found: Fingerprint, report: Progress
) -> NDArray[np.float32]:
    """Return a matrix ``(rows, dim)`` whose rows are the vectors of the tokens.

    Learned from the whole texts of the training part, those that are held out for validation
    among them, without any label. Tokens that never occur, padding and the mark at the beginning
    have zeros. One thread and a fixed seed: the same texts give the same numbers.

    Raises:
        ConfigError: where gensim is not installed.
        DataError: as the data set does.
    """
    try:
        from gensim.models import Word2Vec
    except ImportError:
        raise ConfigError(
            "model.embedding.path",
            "a file of word vectors where the package gensim is not installed",
            "null",
            "install it with: python -m pip install gensim",
        ) from None
    few = config.model_copy(update={"test_limit": 1})  # the test part is not used
    raw = source_of(config).load(few, found, report)
    report(f"training vectors of {dim} numbers on {len(raw.train.labels):,} texts")
    sentences = _Sentences(raw.train, rows)
    trained = Word2Vec(sentences, vector_size=dim, workers=1, **SETTINGS).wv
    matrix = np.zeros((rows, dim), np.float32)
    for token, place in trained.key_to_index.items():
        matrix[int(token)] = trained.vectors[place]
    return matrix


class _Sentences:
    """The texts as lists of token numbers in digits, in order, as often as gensim asks."""

    def __init__(self, split: Split, rows: int) -> None:
        self._split = split
        self._names = [str(token) for token in range(rows)]

    def __iter__(self) -> Iterator[list[str]]:
        names, split = self._names, self._split
        for first, end in zip(split.offsets[:-1], split.offsets[1:], strict=True):
            tokens = split.values[first:end]
            tokens = np.where(tokens >= len(names), OOV, tokens)
            words = [names[t] for t in tokens[(tokens != PAD) & (tokens != START)].tolist()]
            for start in range(0, len(words), _SENTENCE):
                yield words[start : start + _SENTENCE]

"""Keras's word index of IMDB: which number each word has, and how Keras takes text apart."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import Progress
from rnnbench.data.indices import INDEX_FROM, OOV, START
from rnnbench.data.sets.imdb_file import download, keras_cache
from rnnbench.data.words.tokens import keras_words
from rnnbench.data.words.vocabulary import read_word_index
from rnnbench.errors import DataError
from rnnbench.system.user_paths import user_path

FILE = "imdb_word_index.json"
ORIGIN = f"https://storage.googleapis.com/tensorflow/tf-keras-datasets/{FILE}"
KERAS_MD5 = "bfafd718b763782e994055a2d397834f"
KEY = "data.word_index"
VARIABLE = "RNNBENCH_WORD_INDEX"
HELP = f"give a local file with {KEY}=/path/to/{FILE} or {VARIABLE}"


class KerasVocabulary:
    """Words by their rank in Keras's index; the most frequent one has the token 4."""

    def __init__(self, index: Mapping[str, int]) -> None:
        self._index = index

    def encode(self, text: str) -> NDArray[np.int32]:
        """Return the start mark and a token a word, 2 for one that is not in the index."""
        ranks = (self._index.get(word) for word in keras_words(text.lower(), "imdb"))
        tokens = [OOV if rank is None else rank + INDEX_FROM for rank in ranks]
        return np.array([START, *tokens], np.int32)


def load_word_index(path: str | None, report: Progress) -> dict[str, int]:
    """Return each word's rank, from 1.

    The file is looked for in ``path``, in ``RNNBENCH_WORD_INDEX`` and in Keras's cache, and
    downloaded by Keras otherwise. Raises DataError for a file that is missing or of another form.
    """
    key, file = _find(path)
    if file is None:
        file = download(FILE, ORIGIN, KERAS_MD5, key, HELP, report)
    return read_word_index(file, key, HELP)


def _find(path: str | None) -> tuple[str, Path | None]:
    """The key to name in errors and the local file, or None where it has to be downloaded."""
    for key, text in ((KEY, path), (VARIABLE, os.environ.get(VARIABLE))):
        if text:
            file = user_path(key, text)
            file = file / FILE if file.is_dir() else file
            if not file.is_file():
                raise DataError(key, FILE, f"{file}: no such file", HELP)
            return key, file
    cached = keras_cache() / "datasets" / FILE
    return KEY, cached if cached.is_file() else None

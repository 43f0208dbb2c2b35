"""Keras's word index of IMDB: which number each word has, and how Keras takes text apart."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import Progress
from rnnbench.data.imdb_file import download, keras_cache
from rnnbench.data.indices import INDEX_FROM, OOV, START
from rnnbench.data.tokens import keras_words
from rnnbench.errors import DataError

FILE = "imdb_word_index.json"
ORIGIN = f"https://storage.googleapis.com/tensorflow/tf-keras-datasets/{FILE}"
KERAS_MD5 = "bfafd718b763782e994055a2d397834f"
KEY = "data.word_index"
VARIABLE = "RNNBENCH_WORD_INDEX"
HELP = f"give a local file with {KEY}=/path/to/{FILE} or {VARIABLE}"
# The real file has 1.6 MB.
LARGEST_BYTES = 256 * 2**20


class KerasVocabulary:
    """Words by their rank in Keras's index; the most frequent one has the token 4."""

    def __init__(self, index: Mapping[str, int]) -> None:
        self._index = index

    def encode(self, text: str) -> NDArray[np.int32]:
        """Return the start mark and a token a word, 2 for one that is not in the index."""
        ranks = (self._index.get(word) for word in keras_words(text.lower()))
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
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise DataError(key, f"at most {LARGEST_BYTES:,} bytes", str(file), HELP)
        index = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise DataError(key, FILE, f"{file}: {error.strerror or error}", HELP) from None
    except (ValueError, RecursionError):
        raise DataError(key, f"{FILE} as Keras distributes it", f"{file}: no JSON", HELP) from None
    largest = np.iinfo(np.int32).max - INDEX_FROM
    if (
        not isinstance(index, dict)
        or not index
        or not all(type(rank) is int and 1 <= rank <= largest for rank in index.values())
    ):
        form = "words with their rank from 1 upwards, as in Keras's file"
        raise DataError(key, form, f"{file}: something else", HELP)
    return index


def _find(path: str | None) -> tuple[str, Path | None]:
    """The key to name in errors and the local file, or None where it has to be downloaded."""
    for key, text in ((KEY, path), (VARIABLE, os.environ.get(VARIABLE))):
        if text:
            file = Path(text).expanduser()
            file = file / FILE if file.is_dir() else file
            if not file.is_file():
                raise DataError(key, FILE, f"{file}: no such file", HELP)
            return key, file
    cached = keras_cache() / "datasets" / FILE
    return KEY, cached if cached.is_file() else None

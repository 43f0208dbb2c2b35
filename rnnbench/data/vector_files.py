"""Word vectors in files: word2vec binary, word2vec text, GloVe text, each also as ``.gz``.

gensim's ``KeyedVectors.load_word2vec_format`` keeps every vector of a file in memory, 3.6 GB for
three million words of 300 numbers. Here a file is read once from front to back and only the
vectors of wanted words are kept; tests compare the numbers with gensim's. Formats: T. Mikolov et
al. 2013 (word2vec), J. Pennington et al. 2014 (GloVe).
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from rnnbench.errors import DataError

KEY = "model.embedding.path"
LARGEST_DIM = 65_536
_LONGEST_WORD = 10_000  # bytes
_LONGEST_LINE = _LONGEST_WORD + 32 * LARGEST_DIM
_HEADER = re.compile(rb"\s*([0-9]{1,12})[ \t]+([0-9]{1,12})\s*\n")
_CHUNK = 2**20

Found = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class VectorFile:
    """A file of word vectors: its format, numbers a vector, and words (``None``: not stated)."""

    path: Path
    format: Literal["word2vec binary", "word2vec text", "GloVe text"]
    dim: int
    words: int | None

    def error(self, received: str) -> DataError:
        """A DataError about this file."""
        return _refused(self.path, f"{self.words or ''} vectors in {self.format}".strip(), received)

    def vectors(self, wanted: Collection[str]) -> Found:
        """Return the vectors ``(dim,)`` float32 of the wanted words that the file has.

        Of a word that occurs twice the first counts, as in gensim. Memory: that of the wanted
        vectors. Raises DataError for a file that is cut short or holds something else.
        """
        known = {word.encode(): word for word in wanted}
        found: Found = {}
        with _opened(self.path) as file:
            if self.words is not None:
                file.readline(_LONGEST_LINE)
            binary = self.format == "word2vec binary"
            entries = self._binary(file, known) if binary else self._lines(file, known)
            for name, vector in entries:
                if not np.isfinite(vector).all():
                    raise self.error(f"a number that is not finite for {known[name]!r:.80}")
                found.setdefault(known[name], vector)
        return found

    def _binary(
        self, file: BinaryIO, known: Collection[bytes]
    ) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
        width = 4 * self.dim
        buffer, at = b"", 0
        for number in range(self.words or 0):
            end = buffer.find(b" ", at)
            while end < 0 or len(buffer) < end + 1 + width:
                if end < 0 and len(buffer) - at > _LONGEST_WORD:
                    raise self.error(f"no word before vector {number + 1:,}")
                more = file.read(max(_CHUNK, width))
                if not more:
                    raise self.error(f"the end of the file after {number:,}")
                buffer, at = buffer[at:] + more, 0
                end = buffer.find(b" ")
            # Some writers end each vector with a new line, which then precedes the next word.
            name = buffer[at:end].lstrip(b"\n")
            if name in known:
                yield name, np.frombuffer(buffer, "<f4", self.dim, end + 1).astype(np.float32)
            at = end + 1 + width

    def _lines(
        self, file: BinaryIO, known: Collection[bytes]
    ) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            name = line.partition(b" ")[0]
            if name not in known:
                continue
            fields = line.split()
            if len(fields) != self.dim + 1:
                if len(fields) > self.dim + 1:
                    continue  # a name of several words, as GloVe has some
                raise self.error(f"{len(fields) - 1} numbers in vector {number:,}")
            vector = _numbers(fields[1:])
            if vector is None:
                raise self.error(f"no numbers in vector {number:,}")
            yield name, vector
        if self.words is not None and number < self.words:
            raise self.error(f"the end of the file after {number:,}")


def open_vectors(path: str) -> VectorFile:
    """Return what a file holds, told from its beginning; raises DataError."""
    place = Path(path).expanduser().absolute()
    with _opened(place) as file:
        first = file.readline(_LONGEST_LINE)
        header = _HEADER.fullmatch(first)
        if header is None:
            fields = first.split()
            if len(fields) < 3 or _numbers(fields[1:]) is None:
                raise _refused(place, "word2vec or GloVe vectors", _start(first))
            return VectorFile(place, "GloVe text", len(fields) - 1, None)
        words, dim = int(header[1]), int(header[2])
        if not words or not 1 <= dim <= LARGEST_DIM:
            raise _refused(place, f"words of 1 to {LARGEST_DIM} numbers", _start(first))
        fields = file.readline(_LONGEST_LINE).split()
    if len(fields) == dim + 1 and _numbers(fields[1:]) is not None:
        return VectorFile(place, "word2vec text", dim, words)
    return VectorFile(place, "word2vec binary", dim, words)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    opener: Callable[[Path, Literal["rb"]], BinaryIO]
    opener = gzip.open if path.suffix == ".gz" else open  # type: ignore[assignment]
    try:
        if not path.is_file():
            raise _refused(path, "a file of word vectors", "no such file")
        with opener(path, "rb") as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(path, "a readable file of word vectors", reason) from None


def _numbers(fields: list[bytes]) -> NDArray[np.float32] | None:
    try:
        with np.errstate(over="ignore"):
            return np.array([float(field) for field in fields], np.float32)
    except ValueError:
        return None


def _start(line: bytes) -> str:
    return f"a file that begins with {line[:40]!r}"


def _refused(path: Path, expected: str, received: str) -> DataError:
    return DataError(
        KEY,
        expected,
        f"{path}: {received}",
        "check the file, or set model.embedding.path=null for vectors trained on the corpus",
    )

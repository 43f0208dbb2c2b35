"""Word vectors in files: word2vec binary, word2vec text, GloVe text, each also as gzip or zip.

gensim's ``KeyedVectors.load_word2vec_format`` keeps every vector of a file in memory, 3.6 GB for
three million words of 300 numbers. Here a file is read once from front to back and only the
vectors of wanted words are kept; tests compare the numbers with gensim's. Formats: T. Mikolov et
al. 2013 (word2vec), J. Pennington et al. 2014 (GloVe).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.vectors.archives import KEY, opened, refused
from rnnbench.data.vectors.formats import (
    LARGEST_DIM,
    LONGEST_WORD,
    Layout,
    fields_of,
    implausible,
    layout,
    numbers_of,
)
from rnnbench.errors import DataError
from rnnbench.system.user_paths import user_path

_LONGEST_LINE = LONGEST_WORD + 32 * LARGEST_DIM
_CHUNK = 2**20

Found = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class VectorFile:
    """A file of word vectors, its layout, and what it is packed in, if anything."""

    path: Path
    layout: Layout
    packed: str

    @property
    def dim(self) -> int:
        """Numbers a vector."""
        return self.layout.dim

    @property
    def description(self) -> str:
        """The format as it is told: ``word2vec text in gzip, 300 numbers a vector``."""
        packed = f" in {self.packed}" if self.packed else ""
        return f"{self.layout.format}{packed}, {self.dim} numbers a vector"

    def error(self, received: str) -> DataError:
        """A DataError about this file."""
        words = self.layout.words
        count = "vectors" if words is None else f"{words:,} vectors"
        expected = f"{count} of {self.dim} numbers in {self.layout.format}"
        return refused(self.path, expected, received)

    def vectors(self, wanted: Collection[str]) -> Found:
        """Return the vectors ``(dim,)`` float32 of the wanted words that the file has.

        Of a word that occurs twice the first counts, as in gensim. Memory: that of the wanted
        vectors. Raises DataError for a file that is cut short, goes on, or holds something else.
        """
        known = {word.encode(): word for word in wanted}
        found: Found = {}
        with opened(self.path) as (file, _):
            if self.layout.words is not None:
                file.readline(_LONGEST_LINE)
            binary = self.layout.format == "word2vec binary"
            entries = self._binary(file, known) if binary else self._lines(file, known)
            for name, vector in entries:
                wrong = implausible(vector)
                if wrong:
                    raise self.error(f"{wrong} for {known[name]!r:.80}")
                found.setdefault(known[name], vector)
        return found

    def _binary(
        self, file: BinaryIO, known: Collection[bytes]
    ) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
        width, words = 4 * self.dim, self.layout.words or 0
        buffer, at = b"", 0
        for number in range(words):
            end = buffer.find(b" ", at)
            while end < 0 or len(buffer) < end + 1 + width:
                if end < 0 and len(buffer) - at > LONGEST_WORD:
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
        if (buffer[at:] + file.read(_CHUNK)).strip(b"\r\n"):
            raise self.error(f"more after vector {words:,}")

    def _lines(
        self, file: BinaryIO, known: Collection[bytes]
    ) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
        words, number = self.layout.words, 0
        while line := file.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                raise self.error(f"more than {_LONGEST_LINE:,} bytes in a line")
            if not line.strip(b" \t\r\n"):
                continue
            number += 1
            if words is not None and number > words:
                raise self.error("more of them")
            name = line.partition(b" ")[0].partition(b"\t")[0]
            if name not in known:
                continue
            fields = fields_of(line)
            if len(fields) != self.dim + 1:
                if len(fields) > self.dim + 1:
                    continue  # a name of several words, as GloVe has some
                raise self.error(f"{len(fields) - 1} numbers in vector {number:,}")
            vector = numbers_of(fields[1:])
            if vector is None:
                raise self.error(f"no numbers in vector {number:,}")
            yield name, vector
        if words is not None and number < words:
            raise self.error(f"the end of the file after {number:,}")


def open_vectors(path: str) -> VectorFile:
    """Return what a file holds, told from its beginning; raises DataError."""
    place = user_path(KEY, path).absolute()
    with opened(place) as (content, packed):
        file = VectorFile(place, layout(place, content), packed)
    words = file.layout.words
    if words is not None and file.layout.format == "word2vec binary" and not file.packed:
        # A word has a letter and a blank at least. Noticed now, not after a minute of reading.
        least, size = words * (4 * file.dim + 2), place.stat().st_size
        if size < least:
            raise file.error(f"{size:,} bytes, where that takes {least:,} at least")
    return file

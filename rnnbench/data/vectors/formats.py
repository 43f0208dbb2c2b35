"""In which format a file holds word vectors, decided by its beginning: a header and many rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.vectors.archives import refused

Format = Literal["word2vec binary", "word2vec text", "GloVe text"]

LARGEST_DIM = 65_536
LONGEST_WORD = 10_000  # bytes
# Vectors have lengths around 1; bytes that are something else give numbers of any size.
LARGEST_VALUE = 1e6
_SMALLEST_VALUE = 1e-9
_HEADER = re.compile(rb"\s*([0-9]{1,12})[ \t]+([0-9]{1,12})\s*\n")
_BLOCK = 2**18
_LARGEST_SAMPLE = 2**23
_FEWEST_LINES = 4
_ROWS = 50
_ENTRIES = 200


@dataclass(frozen=True)
class Layout:
    """The format of a file, numbers a vector, and words as its header states (``None``: none)."""

    format: Format
    dim: int
    words: int | None


@dataclass(frozen=True)
class _Row:
    """How many fields a line has, and how many numbers at its end that are no word."""

    fields: int
    numbers: int

    @property
    def is_vector(self) -> bool:
        """Whether most of the line is numbers."""
        return self.numbers > 0 and 2 * self.numbers >= self.fields


def layout(path: Path, file: BinaryIO) -> Layout:
    """Return the layout of a file from its beginning; raises DataError for anything else."""
    sample, whole = _sample(file)
    first = sample[: sample.find(b"\n") + 1] or sample
    header = _HEADER.fullmatch(first)
    body = sample if header is None else sample[len(first) :]
    rows = _rows(body, whole)
    vectors = [row.numbers for row in rows if row.is_vector]
    width = Counter(vectors).most_common(1)[0][0] if vectors else 0
    is_text = bool(vectors) and 2 * len(vectors) >= len(rows)
    if header is None:
        if not is_text or not 2 <= width <= LARGEST_DIM:
            raise refused(
                path,
                "word2vec or GloVe vectors, in text a word and its numbers a line between blanks",
                f"a file that begins with {first[:40]!r}",
            )
        return Layout("GloVe text", width, None)
    words, dim = int(header[1]), int(header[2])
    if not words or not 1 <= dim <= LARGEST_DIM:
        raise refused(
            path, f"words of 1 to {LARGEST_DIM} numbers", f"a file that begins with {first[:40]!r}"
        )
    if is_text:
        if width != dim:
            raise refused(
                path,
                f"vectors of {dim} numbers, as its header says",
                f"rows of {width} numbers",
                "correct the header",
            )
        return Layout("word2vec text", dim, words)
    _check_entries(path, body, words, dim)
    return Layout("word2vec binary", dim, words)


def fields_of(line: bytes) -> list[bytes]:
    """Return what stands between blanks and tabs: other white space may be a word."""
    return [field for field in line.rstrip(b"\r\n").replace(b"\t", b" ").split(b" ") if field]


def numbers_of(fields: Sequence[bytes]) -> NDArray[np.float32] | None:
    """Return fields as numbers, ``None`` where one is none."""
    try:
        with np.errstate(over="ignore"):
            return np.array([float(field) for field in fields], np.float32)
    except ValueError:
        return None


def implausible(vector: NDArray[np.float32]) -> str:
    """Return what is wrong with the numbers of a vector, or nothing."""
    if not np.isfinite(vector).all():
        return "a number that is not finite"
    largest = float(np.abs(vector).max())
    if largest > LARGEST_VALUE or 0 < largest < _SMALLEST_VALUE:
        return f"numbers up to {largest:.2g}"
    return ""


def _sample(file: BinaryIO) -> tuple[bytes, bool]:
    """Return the beginning of a file, some lines of it if it has lines, and whether it is all."""
    sample = b""
    while len(sample) < _LARGEST_SAMPLE and sample.count(b"\n") < _FEWEST_LINES:
        more = file.read(_BLOCK)
        if not more:
            return sample, True
        sample += more
    return sample, not file.read(1)


def _rows(body: bytes, whole: bool) -> list[_Row]:
    lines = body.split(b"\n", _ROWS)
    if len(lines) > _ROWS or not whole:
        del lines[-1]  # it goes on
    return [_row(line) for line in lines if line.strip()]


def _row(line: bytes) -> _Row:
    fields = fields_of(line)
    at_end = 0
    while at_end < len(fields) and numbers_of([fields[-1 - at_end]]) is not None:
        at_end += 1
    # A word that is a blank leaves only numbers; a word may be a number as well.
    has_word = not line.startswith((b" ", b"\t"))
    return _Row(len(fields), min(at_end, len(fields) - 1) if has_word else at_end)


def _check_entries(path: Path, body: bytes, words: int, dim: int) -> None:
    """Refuse a beginning that is no words with ``dim`` plausible numbers in 32 bits each."""
    expected = f"{words} vectors of {dim} numbers in word2vec binary"
    at, strange, read = 0, [], 0
    while read < min(words, _ENTRIES):
        end = body.find(b" ", at)
        if (end < 0 and len(body) - at > LONGEST_WORD) or end - at > LONGEST_WORD:
            raise refused(path, expected, f"no word before vector {read + 1:,}")
        if end < 0 or len(body) < end + 1 + 4 * dim:
            break
        name = body[at:end].lstrip(b"\n")
        read += 1
        wrong = implausible(np.frombuffer(body, "<f4", dim, end + 1))
        if wrong:
            raise refused(path, expected, f"{wrong} for {name[:40]!r}")
        if not _is_word(name):
            strange.append(name)
        at = end + 1 + 4 * dim
    if 2 * len(strange) > read:
        raise refused(
            path, expected, f"{strange[0][:40]!r} in the place of a word", "correct the header"
        )


def _is_word(name: bytes) -> bool:
    try:
        return bool(name) and all(c >= " " for c in name.decode())
    except UnicodeDecodeError:
        return False

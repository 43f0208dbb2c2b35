"""Files of word vectors as streams of bytes: as they stand, gzip or zip, told by their content."""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from rnnbench.errors import DataError

KEY = "model.embedding.path"
# Vectors shrink to a half or a quarter; what unpacks to far more has another purpose.
LARGEST_RATIO = 25
ALWAYS_UNPACKED = 16 * 2**20  # bytes
_BOM = b"\xef\xbb\xbf"
_CHECK = "check the file, or set model.embedding.path=null for vectors trained on the corpus"
_UNPACK = "unpack it and name what is in it"
_AS_TEXT = "save it as UTF-8"
_BY_GENSIM = "save the vectors with gensim's save_word2vec_format"
# What is no format that is read, by its first bytes, and what to do about it.
_OTHERS = {
    b"BZh": ("a bzip2 archive", _UNPACK),
    b"\xfd7zXZ": ("an xz archive", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("a Zstandard archive", _UNPACK),
    b"7z\xbc\xaf": ("a 7-Zip archive", _UNPACK),
    b"\xff\xfe": ("text in UTF-16", _AS_TEXT),
    b"\xfe\xff": ("text in UTF-16", _AS_TEXT),
    b"\xba\x16\x4f\x2f": ("a model of fastText", "name the .vec file that fastText writes with it"),
    **{b"\x80" + bytes([n]): ("a Python pickle", _BY_GENSIM) for n in range(2, 6)},
    b"\x93NUMPY": ("a NumPy array, which has no words", "save words and vectors as text"),
}


def refused(path: Path, expected: str, received: str, action: str = _CHECK) -> DataError:
    """A DataError about a file of vectors."""
    return DataError(KEY, expected, f"{path}: {received}", action)


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    """Give a file's bytes without a byte order mark, and what they are packed in, if anything.

    Raises DataError for what is no file of vectors, also while it is read.
    """
    try:
        if not path.is_file():
            raise refused(path, "a file of word vectors", "no such file")
        with ExitStack() as stack:
            file = stack.enter_context(path.open("rb"))
            start = _peeked(file)
            packed = ""
            if start.startswith(b"\x1f\x8b"):
                packed = "gzip"
                unpacked = cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=file)))
            elif start.startswith(b"PK\x03\x04"):
                packed, unpacked = "zip", stack.enter_context(_member(path, stack))
            if packed:
                file = stack.enter_context(io.BufferedReader(_Limited(unpacked, path), 2**20))
                start = _peeked(file)
            _refuse_others(path, start)
            if start.startswith(_BOM):
                file.read(len(_BOM))
            yield file, packed
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refused(path, "a readable file of word vectors", reason) from None


class _Limited(io.RawIOBase):
    """What an archive unpacks to, up to a limit that vectors never reach."""

    def __init__(self, unpacked: BinaryIO, path: Path) -> None:
        self._unpacked, self._path = unpacked, path
        self._left = max(ALWAYS_UNPACKED, LARGEST_RATIO * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._unpacked.read(len(buffer))
        self._left -= len(content)
        if self._left < 0:
            raise refused(
                self._path,
                "an archive of word vectors",
                f"one that unpacks to more than {LARGEST_RATIO} times its size",
                "unpack it, and name the file",
            )
        buffer[: len(content)] = content
        return len(content)


def _member(path: Path, stack: ExitStack) -> BinaryIO:
    """Return the only file of a zip archive."""
    archive = stack.enter_context(zipfile.ZipFile(path))
    names = [
        name
        for name in archive.namelist()
        if not name.endswith("/") and not name.startswith("__MACOSX/")
    ]
    if len(names) != 1:
        told = ", ".join(repr(name)[1:-1][:80] for name in names[:6])
        raise refused(
            path,
            "a zip archive with one file of word vectors",
            f"{len(names)} files: {told}" + (", ..." if len(names) > 6 else ""),
            "unpack it and name one of them",
        )
    try:
        return cast(BinaryIO, archive.open(names[0]))
    except (NotImplementedError, RuntimeError) as error:
        # How zipfile refuses methods that it doesn't know, and files with a password.
        raise refused(path, "a zip archive that can be unpacked", str(error), _UNPACK) from None


def _peeked(file: Any) -> bytes:
    return cast(bytes, file.peek(512))


def _refuse_others(path: Path, start: bytes) -> None:
    if start[257:262] == b"ustar":
        raise refused(path, "a file of word vectors", "a tar archive", _UNPACK)
    for beginning, (what, action) in _OTHERS.items():
        if start.startswith(beginning):
            raise refused(path, "a file of word vectors", what, action)

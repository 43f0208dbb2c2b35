"""Bytes as text: how a file's encoding is found, and what is said of bytes that don't fit it."""

from __future__ import annotations

import codecs
import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from rnnbench.errors import ConfigError, DataError
from rnnbench.formatting.printable import printable

_BOMS = (  # UTF-32's first: it begins as UTF-16's does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Text encodings of Python that files are not written in; some give half characters (surrogates).
_NOT_OF_FILES = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
_BOM = "\ufeff"
_HEAD = 4096  # bytes that tell the encoding
_BLOCK = 2**16
_MOSTLY = 10
_ARCHIVES = {b"PK\x03\x04": "a zip archive, as Excel's .xlsx are", b"\x1f\x8b": "a gzip archive"}


def check_encoding(name: str | None) -> str | None:
    """Return ``data.encoding``, ``None`` for auto; raises ConfigError for what is no encoding."""
    if name is None or name == "auto":
        return None
    try:
        # As open() does: bytes-to-bytes codecs such as base64, and rot13, are refused.
        io.TextIOWrapper(io.BytesIO(), encoding=name)
        if codecs.lookup(name).name in _NOT_OF_FILES:
            raise LookupError
    except (LookupError, ValueError, OSError):
        raise ConfigError(
            "data.encoding",
            "auto (UTF-8, or what a byte order mark says) or an encoding that Python knows",
            printable(name)[:80] or "nothing",
            "choose, for example, utf-8, utf-16, cp1252 or gbk",
        ) from None
    return name


def decode_text(content: bytes, encoding: str | None, key: str, where: str) -> str:
    """Return a whole file's bytes as text, without a byte order mark.

    Args:
        content: the bytes.
        encoding: from :func:`check_encoding`.
        key: the key that named the file, for messages.
        where: the file, for messages.

    Raises:
        DataError: for bytes that are no such text, with their line.
    """
    with _explained(lambda: io.BytesIO(content), encoding, key, where) as codec:
        file = io.TextIOWrapper(io.BytesIO(content), encoding=codec, newline="")
        return file.read().removeprefix(_BOM)


@contextlib.contextmanager
def open_lines(path: Path, encoding: str | None, key: str) -> Iterator[Iterator[str]]:
    r"""Give a file's lines with their ends (``\n``, ``\r`` or ``\r\n``), one at a time.

    Raises DataError as :func:`decode_text` does, also while lines are read, and OSError.
    """
    with (
        _explained(lambda: path.open("rb"), encoding, key, str(path)) as codec,
        path.open(encoding=codec, newline="") as file,
    ):
        yield _without_bom(file)


def _without_bom(lines: Iterator[str]) -> Iterator[str]:
    first = next(lines, "").removeprefix(_BOM)
    if first:
        yield first
    yield from lines


@contextlib.contextmanager
def _explained(
    fresh: Callable[[], BinaryIO], encoding: str | None, key: str, where: str
) -> Iterator[str]:
    """Give the name of the codec; turn what cannot be decoded into DataError."""
    with fresh() as file:
        head = file.read(_HEAD)
    codec = encoding or _found(head, key, where)
    try:
        yield codec
    except UnicodeError:
        archive = next((what for magic, what in _ARCHIVES.items() if head.startswith(magic)), None)
        with fresh() as file:
            received, near = _first_wrong(file, codec)
        raise DataError(
            key,
            f"text in {encoding or codec.upper()}",
            f"{where}: {archive or received}",
            "unpack it, or save the sheet as CSV in UTF-8"
            if archive
            else _action(near, codec, encoding),
        ) from None


def _found(head: bytes, key: str, where: str) -> str:
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return codec
    if head.count(0) > len(head) / 4:
        order = "be" if head[:1] == b"\0" else "le"
        raise DataError(
            key,
            "text in UTF-8",
            f"{where}: bytes of value 0, as UTF-16 has",
            f"set data.encoding=utf-16-{order} if it is text",
        )
    return "utf-8"


def _first_wrong(file: BinaryIO, codec: str) -> tuple[str, bytes]:
    """Return what cannot be decoded, in words, and the bytes from the start of its line."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(codec)(), translate=True)
    line = 1
    block = b"more"
    while block:
        state, block = decoder.getstate(), file.read(_BLOCK)
        try:
            line += decoder.decode(block, final=not block).count("\n")
        except UnicodeError:
            break
    # Once more through the block, byte by byte.
    decoder.setstate(state)
    start = 0
    for one in range(len(block)):
        try:
            if "\n" in decoder.decode(block[one : one + 1]):
                line, start = line + 1, one + 1
        except UnicodeDecodeError as error:
            return f"byte 0x{error.object[error.start]:02x} in line {line}", block[start:]
        except UnicodeError as error:
            return f"{printable(str(error))[:80]} in line {line}", b""
    cut = decoder.getstate()[0]
    what = f"byte 0x{cut[0]:02x}" if cut else "half a character"
    return f"{what} at the end of the file, line {line}", cut


def _action(near: bytes, codec: str, encoding: str | None) -> str:
    own = "set data.encoding to the file's own"
    if encoding is not None:
        return f"{own}, or leave it out for UTF-8"
    if codec != "utf-8":
        return "check the file"
    read = near.decode("utf-8", "replace")
    wrong = read.count("\ufffd")
    if sum(character > "\x7f" for character in read) > _MOSTLY * wrong:
        return "correct that line: what follows is UTF-8"
    try:
        near.decode("cp1252")
    except UnicodeDecodeError:
        return f"{own}, as in gbk, shift_jis or cp1251"
    # Windows-1252 has quotation marks, dashes and the euro where ISO-8859-1 has control characters.
    windows = any(0x80 <= byte <= 0x9F for byte in near)
    likely = "cp1252 if it is Windows-1252" if windows else "latin-1 if it is ISO-8859-1"
    return f"set data.encoding={likely}, or to the file's own"

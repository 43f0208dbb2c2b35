"""Texts that a stored model is asked about: typed, the lines of a file, the files of a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rnnbench.data.files.encoding import check_encoding, decode_text
from rnnbench.data.files.plain_files import read_regular
from rnnbench.errors import ConfigError, DataError

LARGEST_BYTES = 256 * 2**20
MOST_TEXTS = 1_000_000
_ACTION = "give a file with a text in each line, or a folder of .txt files"


@dataclass(frozen=True)
class AskedTexts:
    """Texts in order, and where each stands, by which answers are joined to them again.

    Attributes:
        column: what a place is called; ``None`` for a text that was typed.
        places: the number of each line from 1, or the name of each file.
        texts: as long as ``places``; blank ones keep their place.
    """

    column: Literal["line", "file"] | None
    places: tuple[int | str, ...]
    texts: tuple[str, ...]

    def where(self, numbers: list[int], most: int = 10) -> str:
        """Return where some of the texts, by their numbers from 0, stand: ``lines 2, 5``."""
        shown = ", ".join(str(self.places[number]) for number in numbers[:most])
        more = ", ..." if len(numbers) > most else ""
        return f"{self.column}{'s' if len(numbers) > 1 else ''} {shown}{more}"


def typed_text(text: str) -> AskedTexts:
    """Return one text; raises ConfigError for one that is empty."""
    if not text.strip():
        raise ConfigError("text", "a text", "nothing", 'type text="a fine film"')
    return AskedTexts(None, (1,), (text,))


def read_texts(path: Path, encoding: str | None = None) -> AskedTexts:
    r"""Return the texts of a file, one a line, or of a folder, one a ``.txt`` file by name.

    A line ends with ``\n`` or ``\r\n`` and with nothing else.

    Args:
        path: the file or the folder.
        encoding: as in ``data.encoding``; ``None`` for UTF-8, or what a byte order mark says.

    Raises:
        ConfigError: for an encoding that does not exist.
        DataError: for a path that leads to no file, a file in another encoding, no text in it, or
            far too many of them.
    """
    codec = check_encoding(encoding)
    try:
        asked = _of_folder(path, codec) if path.is_dir() else _of_lines(path, codec)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError("file", "a file of text", f"{path}: {reason}", _ACTION) from None
    if not any(text.strip() for text in asked.texts):
        raise DataError("file", "at least one text", f"{path}: none", _ACTION)
    return asked


def _of_lines(path: Path, codec: str | None) -> AskedTexts:
    content = read_regular(path, LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise _too_large(path, f"more than {LARGEST_BYTES:,} bytes")
    lines = content.count(b"\n")
    if lines > MOST_TEXTS:
        raise _too_large(path, f"{lines:,} lines")
    texts = decode_text(content, codec, "file", str(path)).split("\n")
    if not texts[-1]:
        del texts[-1]  # after the last line end
    return AskedTexts(
        "line",
        tuple(range(1, len(texts) + 1)),
        tuple(text.removesuffix("\r") for text in texts),
    )


def _of_folder(path: Path, codec: str | None) -> AskedTexts:
    files = sorted(file for file in path.glob("*.txt") if file.is_file())
    texts, left = [], LARGEST_BYTES
    for file in files[: MOST_TEXTS + 1]:
        content = read_regular(file, left + 1)
        left -= len(content)
        if left < 0 or len(files) > MOST_TEXTS:
            raise _too_large(path, f"more than {LARGEST_BYTES:,} bytes, or {len(files):,} files")
        texts.append(decode_text(content, codec, "file", str(file)))
    names = (os.fsencode(file.name).decode("utf-8", "backslashreplace") for file in files)
    return AskedTexts("file", tuple(names), tuple(texts))


def _too_large(path: Path, received: str) -> DataError:
    expected = f"at most {LARGEST_BYTES:,} bytes and {MOST_TEXTS:,} texts"
    return DataError("file", expected, f"{path}: {received}", "split the file")

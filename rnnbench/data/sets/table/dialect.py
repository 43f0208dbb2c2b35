"""How a table is written: its delimiter, its quotation marks, its escapes, its encoding."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from rnnbench.data.files.encoding import check_encoding, open_lines
from rnnbench.data.words.texts import LARGEST_TEXT
from rnnbench.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

Quoting = Literal["auto", "minimal", "none"]

_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "backslash": "\\"}
_NAMED = {character: name for name, character in _NAMES.items()}
_SPECIAL = '"\r\n\0\ufeff'
# Excel takes the delimiter from such a first line, and so it is none of the table's.
_SEP = re.compile(r"\"?sep=(.)\"?[\r\n]*\Z", re.IGNORECASE)


class TableRow(NamedTuple):
    """The fields of a row, and its first and last line in the file, from 1."""

    first: int
    last: int
    fields: list[str]


@dataclass(frozen=True)
class Dialect:
    """How to read a table; the fields are keys of ``data``, resolved.

    With ``quoting`` none a quotation mark is a character like others. ``skip_initial_space`` leaves
    out white space after a delimiter, so that a quotation mark behind it quotes.
    """

    delimiter: str
    quoting: Quoting = "auto"
    escape: str | None = None
    skip_initial_space: bool | None = None
    header: bool = True
    encoding: str | None = None

    def words(self, other: Dialect) -> str:
        """Return what to type to read as ``other`` does instead."""
        pairs = ((field.name, getattr(other, field.name)) for field in fields(self))
        return " ".join(
            f"data.{name}={typed(value)}" for name, value in pairs if value != getattr(self, name)
        )

    def read(self, path: Path, key: str) -> Generator[TableRow, None, None]:
        """Yield every row of a file that is not blank; ``key`` named the file.

        Raises csv.Error where quotation marks don't fit, OSError, and DataError for bytes that
        don't fit the encoding, or a first line that states another delimiter.
        """
        with open_lines(path, self.encoding, key) as lines:
            start = next(lines, "")
            stated = _SEP.match(start)
            if stated:
                self._must_agree(path, stated[1])
            reader = csv.reader(
                lines if stated else itertools.chain([start], lines),
                delimiter=self.delimiter,
                quoting=csv.QUOTE_NONE if self.quoting == "none" else csv.QUOTE_MINIMAL,
                escapechar=self.escape,
                skipinitialspace=bool(self.skip_initial_space),
                strict=True,
            )
            before = skipped = 1 if stated else 0
            while (row := _next(reader)) is not None:
                last = reader.line_num + skipped
                if row:
                    yield TableRow(before + 1, last, row)
                before = last

    def _must_agree(self, path: Path, stated: str) -> None:
        if stated != self.delimiter:
            raise DataError(
                "data.delimiter",
                f"{typed(stated)}, as the first line of {path} says",
                typed(self.delimiter),
                f"set data.delimiter={typed(stated)}",
            )


def _next(reader: Iterator[list[str]]) -> list[str] | None:
    """Return the next row; the limit for long fields, one for the process, stays as it was."""
    limit = csv.field_size_limit(LARGEST_TEXT)
    try:
        return next(reader, None)
    finally:
        csv.field_size_limit(limit)


def dialect_of(config: DataConfig) -> Dialect:
    """Return how the configuration reads tables; raises ConfigError."""
    delimiter = _character("delimiter", config.delimiter, "comma, semicolon, tab, pipe")
    assert delimiter is not None
    escape = None
    if config.escape is not None:
        escape = _character("escape", config.escape, "null, backslash")
    if escape == delimiter:
        raise ConfigError(
            "data.escape", "another character than data.delimiter", config.escape, "change one"
        )
    if " " in (delimiter, escape) and config.skip_initial_space:
        raise ConfigError(
            "data.skip_initial_space", "false where a space means something", "true", "leave it out"
        )
    return Dialect(
        delimiter,
        config.quoting or "auto",
        escape,
        config.skip_initial_space,
        config.header is not False,
        check_encoding(config.encoding),
    )


def typed(value: str | bool | None) -> str:
    """Return a value as it is typed after a key."""
    if not isinstance(value, str):
        return "null" if value is None else str(value).lower()
    if value in _NAMED:
        return _NAMED[value]
    return value if value.isalnum() or len(value) > 1 else f"\"'{value}'\""


def _character(key: str, value: str | None, names: str) -> str | None:
    character = None if value is None else _NAMES.get(value, "\t" if value == "\\t" else value)
    if character is None or len(character) != 1 or character in _SPECIAL:
        raise ConfigError(
            f"data.{key}",
            f"{names}, or one character other than a quotation mark or a line break",
            "null" if value is None else repr(value[:40]),
            f"set data.{key}={names.split(', ')[1 if key == 'escape' else 0]}, for example",
        )
    return character

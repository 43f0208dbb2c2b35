"""A file of texts and labels, row by row, and what is said where it cannot be read."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rnnbench.data.contract import file_of, given
from rnnbench.data.sets.table.advice import Request, what_columns, what_reads
from rnnbench.data.sets.table.columns import find_columns, shown_columns
from rnnbench.data.sets.table.dialect import TableRow, dialect_of
from rnnbench.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig


class Sample(NamedTuple):
    """The text and the label of a row that begins in a line (from 1) of its file."""

    line: int
    text: str
    label: str


@dataclass(frozen=True)
class TableFile(Request):
    """A file and how to read it; ``key`` names it in messages, columns are names or numbers."""

    key: str

    def error(self, expected: str, received: str, action: str = "check the file") -> DataError:
        """Return an error about this file."""
        return DataError(self.key, expected, f"{self.path}: {received}", action)

    def samples(
        self, notice: Callable[[TableRow], None] | None = None
    ) -> Generator[Sample, None, None]:
        """Yield the text and label of each row, ``notice`` all its fields; raises DataError."""
        rows = self.dialect.read(self.path, self.key)
        last, width = 0, 0
        try:
            first = next(rows, TableRow(0, 0, []))
            text, label = self._columns(first.fields)
            last, width = first.last, len(first.fields)
            again = [] if self.dialect.header else [first]
            for row in itertools.chain(again, rows):
                if len(row.fields) != width:
                    raise self.error(
                        f"{width} columns in every row, as in the first",
                        f"{len(row.fields)} in line {row.first}",
                        self._advice("put quotation marks around texts with a delimiter in them"),
                    )
                if notice is not None:
                    notice(row)
                last = row.last
                yield Sample(row.first, row.fields[text], row.fields[label].strip())
        except csv.Error as error:
            raise self.error(
                "a CSV file",
                f"{_reason(str(error))}, in the row that begins in line {last + 1}",
                self._advice("check the quotation marks there"),
            ) from None
        except OSError as error:
            raise self.error("a readable file", error.strerror or str(error)) from None
        finally:
            rows.close()

    def _advice(self, otherwise: str) -> str:
        keys = what_reads(self)
        return f"set {keys}" if keys else otherwise

    def _columns(self, first: list[str]) -> tuple[int, int]:
        header = self.dialect.header
        places = []
        for key, wanted in (("text_column", self.text), ("label_column", self.label)):
            found = find_columns(first, wanted, header=header)
            if len(found) > 1:
                raise DataError(
                    f"data.{key}",
                    f"the name of one column of {self.path}",
                    f"{wanted!r}, of which it has {len(found)}",
                    f"rename one, or set data.{key} to another: "
                    + shown_columns(first, header=header),
                )
            if not found:
                what = "name" if header else "number (from 0)"
                numbers = header and str(wanted).isdecimal()
                hint = "; columns have numbers with data.header=false" if numbers else ""
                raise DataError(
                    f"data.{key}",
                    f"the {what} of a column of {self.path}",
                    f"{wanted!r}, which is not among: {shown_columns(first, header=header)}",
                    what_columns(self) + hint,
                )
            places.append(found[0])
        if places[0] == places[1]:
            raise ConfigError(
                "data.label_column", "another than data.text_column", self.label, "change one"
            )
        return places[0], places[1]


def _reason(error: str) -> str:
    """Return what the csv module means."""
    if "unexpected end" in error:
        return "a quotation mark that is never closed"
    if "expected after" in error:
        return "more text after a closing quotation mark"
    return error


def files_of(config: DataConfig) -> tuple[TableFile, TableFile | None]:
    """Return the file, and that of the test where there is a second one; raises ConfigError."""
    for key in ("text_column", "label_column", "delimiter"):
        given(key, getattr(config, key))
    text, label = config.text_column, config.label_column
    assert text is not None
    assert label is not None
    if (config.test_path is None) == (config.test_fraction is None):
        raise ConfigError(
            "data.test_fraction",
            "either data.test_path, a file, or data.test_fraction, a share of the rows",
            "neither" if config.test_path is None else "both",
            "set data.test_path=FILE or data.test_fraction=0.2"
            if config.test_path is None
            else "leave one of them out",
        )

    def file(key: str) -> TableFile:
        path = file_of(config, key, "a CSV file", "/path/to/file.csv")
        return TableFile(path, text, label, dialect_of(config), f"data.{key}")

    return file("path"), None if config.test_path is None else file("test_path")

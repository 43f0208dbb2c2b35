"""What a report consists of, before it is written in any format."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from rnnbench.config.metric import Metric
from rnnbench.stats import Statistic

Form = Metric | int  # how a number is written: as a metric's values are, or by digits after the dot
MISSING = "–"
KEY = re.compile(r"`([a-z_]+(?:\.[a-z_]+)+=[\w.]+)`")  # in a paragraph; nothing else is markup
MOST_ROWS = 250  # of a table on a page; its CSV has all
ANSWER = "answer"  # key of the section that is the first screen


@dataclass(frozen=True)
class TableCell:
    """One entry of a table.

    Attributes:
        text: what readers see.
        value: what tables sort by and CSV holds; ``None`` where nothing was measured.
        marked: whether it stands out, by what the table's note says.
        extra: further numbers that CSV holds in columns of their own, such as ``("sd", 0.0034)``.
    """

    text: str
    value: float | str | None
    marked: bool = False
    extra: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class TableColumn:
    """A column: its heading, what it means, and whether it holds numbers.

    ``key`` is its heading in CSV where ``name`` is not enough: that of a mean ends in ``_mean``.
    """

    name: str
    meaning: str = ""
    numeric: bool = True
    key: str = ""


@dataclass(frozen=True)
class DataTable:
    """A table with typed entries.

    Attributes:
        key: stem of its CSV and LaTeX files, unique in the report.
        title: its heading.
        columns: the first one names the row.
        rows: as many cells as columns each.
        note: a sentence below it.
        runs: for each row the ids of the MLflow runs that stand behind its cells.
        see: key of the section that explains it, to which a link below it leads.
    """

    key: str
    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    note: str = ""
    runs: tuple[tuple[str, ...], ...] = ()
    see: str = ""

    @property
    def shown(self) -> DataTable:
        """What a page has of it: of very many rows, the first ones."""
        if len(self.rows) <= MOST_ROWS:
            return self
        more = (
            f"The first {MOST_ROWS} of {len(self.rows):,} rows; all are in tables/{self.key}.csv, "
            "which formats=csv writes."
        )
        note = f"{self.note} {more}".strip()
        return replace(self, rows=self.rows[:MOST_ROWS], note=note, runs=self.runs[:MOST_ROWS])


@dataclass(frozen=True)
class Picture:
    """A figure: its file's stem, what it shows in words, and what draws it into files."""

    key: str
    title: str
    alt: str
    save: Callable[[list[Path]], None] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Statement:
    """A part of the answer.

    Attributes:
        lead: what a reader takes away.
        rest: the rest of the sentence or two.
        is_detail: whether it belongs to the statement before it that is none.
    """

    lead: str
    rest: str = ""
    is_detail: bool = False

    def __str__(self) -> str:
        return f"{self.lead}{self.rest}"


@dataclass(frozen=True)
class Block:
    """A part of a section.

    Attributes:
        title: its heading; empty where the section's own is enough.
        paragraphs, tables, pictures, bullets: what it says, in the order of a page: statements,
            paragraphs, bullets, tables, pictures.
        statements: the answer, in the first section of a report.
        see: key of the section that explains it, to which a link leads.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[DataTable, ...] = ()
    pictures: tuple[Picture, ...] = ()
    bullets: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    see: str = ""


@dataclass(frozen=True)
class ReportSection:
    """A part of the report about one subject, with a block for each data set."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A whole report: the question, what it is made from, and sections, the answer first."""

    title: str
    summary: tuple[str, ...]
    sections: tuple[ReportSection, ...]


def text(value: object) -> TableCell:
    """Return an entry that is text."""
    shown = MISSING if value is None else str(value)
    return TableCell(shown, None if value is None else shown)


def number(value: float | None, form: Form = 4, *, marked: bool = False) -> TableCell:
    """Return an entry that is a number; NaN was not measured."""
    if value is None or math.isnan(value):
        return TableCell(MISSING, None)
    return TableCell(_metric(form).shown(value), float(value), marked)


def signed(value: float, form: Form = 4) -> TableCell:
    """Return a difference with its sign."""
    if math.isnan(value):
        return TableCell(MISSING, None)
    return TableCell(_metric(form).shown(value, sign="+"), float(value))


def spread(found: Statistic, form: Form = 4, *, marked: bool = False) -> TableCell:
    """Return mean and standard deviation, ``0.8712 ± 0.0034``; it sorts by the mean."""
    mean, sd = found.mean, found.sd
    if math.isnan(mean):
        return TableCell(MISSING, None)
    extra = () if math.isnan(sd) else (("sd", float(sd)),)
    return TableCell(_metric(form).shown_mean(mean, sd), float(mean), marked, extra)


def interval(low: float, high: float, form: Form = 4) -> TableCell:
    """Return ``0.8650 to 0.8774``; it sorts by the lower end."""
    if math.isnan(low) or math.isnan(high):
        return TableCell(MISSING, None)
    shown = _metric(form).shown_range(low, high)
    return TableCell(shown, float(low), extra=(("to", float(high)),))


def _metric(form: Form) -> Metric:
    """Return what numbers are written by: a metric, or one of nothing but digits."""
    return form if isinstance(form, Metric) else _of_digits(form)


@cache
def _of_digits(digits: int) -> Metric:
    return Metric("", "", "", "", "neither", digits=digits)

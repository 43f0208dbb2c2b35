"""A report as Markdown that GitHub renders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from rnnbench.report.document import Block, Cell, DataTable, Document, Picture


def render(document: Document) -> str:
    """Return the text of ``report.md``; figures are named relative to it."""
    parts = [f"# {_escape(document.title)}", *map(_escape_line, document.summary)]
    for section in document.sections:
        parts.append(f"## {_escape(section.title)}")
        for block in section.blocks:
            parts += _block(block)
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> Iterator[str]:
    yield f"### {_escape(block.title)}"
    yield from map(_escape_line, block.paragraphs)
    if block.bullets:
        yield "\n".join(f"- {_escape_line(bullet)}" for bullet in block.bullets)
    for table in block.tables:
        if table.title != block.title:
            yield f"#### {_escape(table.title)}"
        yield from _table(table)
    yield from map(_picture, block.pictures)


def _table(table: DataTable) -> Iterator[str]:
    marks = [" :-- ", *(" --: " if column.numeric else " :-- " for column in table.columns[1:])]
    lines = [
        _line(_escape(column.name) for column in table.columns),
        "|" + "|".join(marks) + "|",
        *(_line(map(_cell, row)) for row in table.rows),
    ]
    yield "\n".join(lines)
    if table.note:
        yield _escape_line(table.note)
    meanings = [f"{column.name}: {column.meaning}" for column in table.columns if column.meaning]
    if meanings:
        listed = "\n".join(f"- {_escape_line(meaning)}" for meaning in meanings)
        yield f"<details><summary>What the columns mean</summary>\n\n{listed}\n\n</details>"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(cell: Cell) -> str:
    shown = _escape(cell.text)
    return f"**{shown}**" if cell.marked and shown else shown


def _picture(picture: Picture) -> str:
    return f"![{_escape(picture.alt)}](figures/{quote(picture.key)}.svg)"


def _escape(text: str) -> str:
    """Keep names from the store from being read as markup, wherever on a line they stand."""
    text = " ".join(text.split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"[\\`*\[\]|~$]", r"\\\g<0>", text)
    # Inside words these mean nothing, and names such as simple_rnn stay readable.
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])|(?<!\S)#|#(?!\S)", r"\\\g<0>", text)


def _escape_line(text: str) -> str:
    """Escape text that starts a line, where it could also start a list or be a rule."""
    return re.sub(r"^(\d*)(-(?=[-\s]|$)|[+.)](?=\s|$))", r"\1\\\2", _escape(text))

"""A report as Markdown that GitHub renders."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import quote

from rnnbench.report.document import KEY, Block, DataTable, Document, Picture, TableCell
from rnnbench.report.outline import PAGE, outline


def render(document: Document, drawn: Collection[str] | None = None) -> str:
    """Return the text of ``report.md``; figures are named relative to it.

    Args:
        document: what it says.
        drawn: keys of the figures that are beside it, the others are linked; all if not
            given.
    """
    parts = [f"# {_escape(document.title)}", *map(_escape_line, document.summary)]
    titles = {section.key: section.title for section in document.sections}
    explained: set[str] = set()
    for entry in outline(document):
        parts.append(f"## {_escape(entry.section.title)}")
        for block, anchor in entry.blocks:
            parts += _block(block, entry.section.title, titles, explained)
            for picture in block.pictures:
                is_drawn = drawn is None or picture.key in drawn
                parts.append(
                    _picture(picture) if is_drawn else _on_page(picture, anchor or entry.anchor)
                )
    return "\n\n".join(parts) + "\n"


def _block(
    block: Block, heading: str, titles: Mapping[str, str], explained: set[str]
) -> Iterator[str]:
    """Yield the paragraphs of a block; what columns mean is said once a report."""
    if block.title:
        yield f"### {_escape(block.title)}"
    if block.statements:
        told = (
            f"{'  ' if one.is_detail else ''}- **{_escape(one.lead)}**{_escape_end(one.rest)}"
            for one in block.statements
        )
        yield "\n".join(told)
    see = [_link(titles[block.see])] if block.see else []
    paragraphs = list(map(_prose, block.paragraphs))
    yield from paragraphs[:-1]
    if paragraphs or see:
        yield " ".join([*paragraphs[-1:], *see])
    if block.bullets:
        yield "\n".join(f"- {_escape_line(bullet)}" for bullet in block.bullets)
    for table in block.tables:
        if table.title not in (heading, block.title):
            yield f"**{_escape(table.title)}**"
        yield from _table(table.shown, titles)
        meanings = _meanings(table)
        if meanings and meanings not in explained:
            explained.add(meanings)
            yield (f"<details><summary>What the columns mean</summary>\n\n{meanings}\n\n</details>")


def _link(title: str) -> str:
    """Return a link to a section, by the anchor that GitHub gives its heading."""
    anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
    return f"[{_escape(title)}](#{quote(anchor)})"


def _table(table: DataTable, titles: Mapping[str, str]) -> Iterator[str]:
    marks = [" :-- ", *(" --: " if column.numeric else " :-- " for column in table.columns[1:])]
    lines = [
        _line(_escape(column.name) for column in table.columns),
        "|" + "|".join(marks) + "|",
        *(_line(map(_cell, row)) for row in table.rows),
    ]
    yield "\n".join(lines)
    note = [_escape_line(table.note)] if table.note else []
    note += [_link(titles[table.see])] if table.see else []
    if note:
        yield " ".join(note)


def _meanings(table: DataTable) -> str:
    """Return a list of what the columns of a table mean; may be empty."""
    named = (f"{column.name}: {column.meaning}" for column in table.columns if column.meaning)
    return "\n".join(f"- {_escape_line(meaning)}" for meaning in named)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(cell: TableCell) -> str:
    shown = _escape(cell.text)
    return f"**{shown}**" if cell.marked and shown else shown


def _picture(picture: Picture) -> str:
    return f"![{_escape(picture.alt)}](figures/{quote(picture.key)}.svg)"


def _on_page(picture: Picture, anchor: str) -> str:
    return f"Figure on the page: [{_escape(picture.title)}]({PAGE}#{anchor})"


def _prose(text: str) -> str:
    """Escape a paragraph; a key between backticks is code."""
    first, *rest = KEY.split(text)
    told = (f"`{one}`" if place % 2 == 0 else _escape_end(one) for place, one in enumerate(rest))
    return "".join((_escape_line(first) + (" " if rest and first[-1:] == " " else ""), *told))


def _escape(text: str) -> str:
    """Keep names from the store from being read as markup, wherever on a line they stand."""
    text = " ".join(text.split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"[\\`*\[\]|~$]", r"\\\g<0>", text)
    # Inside words these mean nothing, and names such as simple_rnn stay readable.
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])|(?<!\S)#|#(?!\S)", r"\\\g<0>", text)


def _escape_end(text: str) -> str:
    """Escape what follows on a line; the space before it stays."""
    return (" " if text[:1].isspace() else "") + _escape(text)


def _escape_line(text: str) -> str:
    """Escape text that starts a line, where it could also start a list or be a rule."""
    return re.sub(r"^(\d*)(-(?=[-\s]|$)|[+.)](?=\s|$))", r"\1\\\2", _escape(text))

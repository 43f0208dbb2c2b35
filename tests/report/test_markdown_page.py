"""The report as Markdown, read back by a Markdown parser."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rnnbench.report.document import (
    Block,
    DataTable,
    Document,
    Picture,
    ReportSection,
    Statement,
    TableCell,
    TableColumn,
    number,
    signed,
    text,
)
from rnnbench.report.markdown_page import render

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "<script>alert(1)</script>",
    "[x](http://example.com)![y](z)",
    "**a** _b_ `c` ~~d~~ $e$",
    "a|b\\|c",
    "# title #",
    "- item",
    "1. item",
    "---",
    "+ x\n\n    code\r\n> quote",
    "&lt;b&gt;",
    "]]>",
    "simple_rnn _x_",
    "\u202eمرحبا",
    "x" * 3000,
]


def filled(word: str) -> Document:
    """A document with the word alone in every place that text from the store could take."""
    picture = Picture("figure", word, word, lambda _: None)
    table = DataTable(
        "key",
        f"table {word}",
        (TableColumn(word, word, numeric=False), TableColumn(word)),
        ((TableCell(word, word, marked=True), text(word)),),
        word,
        see="s",
    )
    statement = Statement(f"lead {word}", f" rest {word}")
    block = Block(f"block {word}", (word, word), (table,), (picture,), (word, word), (statement,))
    return Document(word, (word, word), (ReportSection("s", word, (block,)),))


def shape(tokens: Iterable[Token]) -> list[str]:
    """What was read, but for the text itself."""
    return [token.type for token in flat(tokens) if token.type not in ("text", "text_special")]


def flat(tokens: Iterable[Token]) -> list[Token]:
    found = []
    for token in tokens:
        found.append(token)
        found += flat(token.children or ())
    return found


def shown(tokens: Iterable[Token]) -> list[str]:
    """The text of each paragraph, heading and entry, as readers see it."""
    lines = [flat(token.children or ()) for token in tokens if token.type == "inline"]
    # The text of an image is that of its children.
    return ["".join(part.content for part in line if not part.children) for line in lines]


class TestTextFromTheStore:
    @settings(deadline=None)
    @given(
        st.sampled_from(HOSTILE)
        | st.text(st.sampled_from("ab1 .-+#=_*~`[]()!<>&|\\$\n\r\t:;"))
        | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
    )
    def test_never_becomes_markup(self, word: str) -> None:
        # A space of any kind ends a line or is shown as one.
        word = f"{word}." if not word.split() else word
        plain = GITHUB.parse(render(filled("PLAIN")))
        found = GITHUB.parse(render(filled(word)))
        assert shape(found) == shape(plain)
        wanted = [part.replace("PLAIN", word) for part in shown(plain)]
        assert shown(found) == [" ".join(part.split()) for part in wanted]

    def test_keeps_names_readable(self) -> None:
        assert "simple\\_rnn" not in render(filled("simple_rnn"))


def rows(document: Document) -> list[str]:
    return [line for line in render(document).splitlines() if line.startswith("|")]


class TestPage:
    columns = (TableColumn("arm", numeric=False), TableColumn("accuracy", "of the best epoch"))
    entries = ((text("gru"), number(0.9, marked=True)), (text("lstm"), signed(-0.1)))
    table = DataTable("t", "Accuracy", columns, entries, "Over seeds.", (("1a",), ("1b",)))
    picture = Picture("curves", "Curves", "Loss falls.", lambda _: None)
    block = Block("Accuracy", ("Text.",), (table,), (picture,), ("One.", "Two."))
    document = Document("Report", ("Answer.",), (ReportSection("s", "Digits", (block,)),))

    def test_has_the_best_in_bold_and_numbers_to_the_right(self) -> None:
        assert rows(self.document) == [
            "| arm | accuracy |",
            "| :-- | --: |",
            "| gru | **0.9000** |",
            "| lstm | -0.1000 |",
        ]

    def test_has_every_part_in_order(self) -> None:
        parts = [part for part in render(self.document).split("\n\n") if not part.startswith("|")]
        assert parts == [
            "# Report",
            "Answer.",
            "## Digits",
            "### Accuracy",
            "Text.",
            "- One.\n- Two.",
            "Over seeds.",
            "<details><summary>What the columns mean</summary>",
            "- accuracy: of the best epoch",
            "</details>",
            "![Loss falls.](figures/curves.svg)\n",
        ]

    def test_repeats_byte_for_byte(self) -> None:
        assert render(self.document) == render(self.document)

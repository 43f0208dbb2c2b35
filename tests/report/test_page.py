"""The report as a page: what it holds, and that names from the store stay text."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    spread,
    text,
)
from rnnbench.report.page import render
from rnnbench.stats import Statistic

SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='2'/>"
IMAGES = {"figure": SVG}
# Made from the titles, so they differ with them.
ANCHORS = {"id", "href", "aria-labelledby"}
HOSTILE = [
    "<script>alert(1)</script>",
    "</style></script></title><img src=x onerror=alert(1)>",
    "\" onmouseover='alert(1)",
    "]]><!-- -->",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&amp;",
    "a|b\nc\r\nd",
    "\u202eمرحبا",
    "x" * 5000,
    "",
]


def table(*rows: tuple[TableCell, ...], **changes: object) -> DataTable:
    columns = (TableColumn("arm", numeric=False), TableColumn("accuracy"))
    return DataTable(**{"key": "t", "title": "Table", "columns": columns, "rows": rows} | changes)  # type: ignore[arg-type]


def document(*tables: DataTable, title: str = "Block") -> Document:
    return Document(
        "Report", ("Answer.",), (ReportSection("s", "Section", (Block(title, (), tables),)),)
    )


def filled(word: str) -> Document:
    """A document with the word in every place that text from the store could take."""
    picture = Picture("figure", f"figure {word}", f"alt {word}", lambda _: None)
    every = DataTable(
        "key",
        f"table {word}",
        (
            TableColumn(f"arm {word}", f"meaning {word}", numeric=False),
            TableColumn(f"number {word}"),
        ),
        ((TableCell(f"best {word}", f"value {word}", marked=True), text(f"text {word}")),),
        f"note {word}",
        ((f"run {word}", f"other {word}"),),
        f"section {word}",
    )
    block = Block(
        f"block {word}",
        (f"p {word}",),
        (every,),
        (picture,),
        (f"bullet {word}",),
        (Statement(f"lead {word}", f" rest {word}"),),
        f"section {word}",
    )
    section = ReportSection(f"section {word}", f"Section {word}", (block, block))
    return Document(f"title {word}", (f"summary {word}",), (section, section))


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]


class Reader(HTMLParser):
    """Elements, and the text before, between and after them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.ends: list[str] = []
        self.texts = [""]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "wbr":  # where a line may break, in the middle of a text
            return
        self.elements.append(Element(tag, dict(attrs)))
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.ends.append(tag)
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data

    def tags(self) -> list[str]:
        return [element.tag for element in self.elements]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [element.attributes for element in self.elements if element.tag == tag]


class TestTextFromTheStore:
    plain = Reader(render(filled("PLAIN"), IMAGES))

    @settings(max_examples=50, deadline=None)
    @given(st.sampled_from(HOSTILE) | st.text(st.characters(codec="utf-8")))
    def test_never_becomes_markup(self, word: str) -> None:
        plain = self.plain
        found = Reader(render(filled(word), IMAGES))
        assert found.tags() == plain.tags()
        assert found.ends == plain.ends
        assert found.texts == [part.replace("PLAIN", word) for part in plain.texts]
        for one, other in zip(plain.elements, found.elements, strict=True):
            assert list(one.attributes) == list(other.attributes)
            for name in set(one.attributes) - ANCHORS:
                value = one.attributes[name]
                assert other.attributes[name] == (value and value.replace("PLAIN", word))

    @settings(max_examples=50, deadline=None)
    @given(st.text(st.characters(codec="utf-8")))
    def test_gives_anchors_that_are_unique_and_lead_somewhere(self, word: str) -> None:
        page = Reader(render(filled(word), IMAGES))
        ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch("[a-z0-9-]+", name or "") for name in ids)
        links = [attributes["href"] for attributes in page.all("a")]
        assert {f"#{name}" for name in ids} >= set(links)
        # The skip link and two sections.
        assert len(set(links)) == 3


class TestPage:
    page = Reader(render(filled("word"), IMAGES))

    def test_repeats_byte_for_byte(self) -> None:
        assert render(filled("word"), IMAGES) == render(filled("word"), IMAGES)

    def test_names_no_outside_address(self) -> None:
        html = render(filled("word"), IMAGES)
        assert not re.search(r"//\w|url\(|@import", html)
        for element in self.page.elements:
            for name in {"src", "href", "action", "srcset"} & set(element.attributes):
                assert (element.attributes[name] or "").startswith(("#", "data:"))

    def test_forbids_the_network_and_scripts_of_others(self) -> None:
        (policy,) = (
            attributes["content"]
            for attributes in self.page.all("meta")
            if attributes.get("http-equiv") == "Content-Security-Policy"
        )
        html = render(filled("word"), IMAGES)
        rules = dict((rule.split(" ", 1)) for rule in str(policy).split("; "))
        assert rules.pop("default-src") == "'none'"
        assert rules.pop("img-src") == "data:"
        for kind in ("style", "script"):
            (own,) = re.findall(f"<{kind}>(.*?)</{kind}>", html, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
            assert rules.pop(f"{kind}-src") == f"'sha256-{digest}'"
        assert set(rules.values()) == {"'none'"}

    def test_states_its_language_and_has_one_title(self) -> None:
        assert self.page.all("html") == [{"lang": "en"}]
        assert self.page.tags().count("h1") == 1

    def test_has_headings_in_order(self) -> None:
        levels = [int(tag[1]) for tag in self.page.tags() if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert set(levels) == {1, 2, 3}
        assert all(later <= level + 1 for level, later in pairwise(levels))

    def test_says_what_figures_show(self) -> None:
        shown = [element for element in self.page.all("div") if element.get("role") == "img"]
        assert [image["aria-label"] for image in shown] == ["alt word"] * 4
        assert self.page.tags().count("svg") == 8

    def test_names_the_picture_that_has_no_image(self) -> None:
        with pytest.raises(KeyError, match="figure"):
            render(filled("word"), {})

    def test_of_nothing_is_a_page(self) -> None:
        page = Reader(render(Document("Report", (), ()), {}))
        assert "Report" in page.texts
        assert "section" not in page.tags()


class TestTable:
    def test_has_a_caption_and_heads_that_sort(self) -> None:
        html = render(document(table((text("gru"), number(0.5)))), {})
        page = Reader(html)
        assert page.tags().count("caption") == 1
        assert [head["scope"] for head in page.all("th")] == ["col", "col", "row"]
        assert [head.get("data-kind") for head in page.all("th")] == ["text", "number", None]
        assert page.all("button") == [{"type": "button"}] * 2

    def test_repeats_no_heading(self) -> None:
        shared = Reader(render(document(table(), title="Table"), {}))
        assert "h4" not in shared.tags()
        assert "caption" in shared.tags()

    def test_has_no_button_where_a_column_has_no_name(self) -> None:
        columns = (TableColumn("", numeric=False), TableColumn("value"))
        page = Reader(render(document(table(columns=columns)), {}))
        assert page.tags().count("button") == 1

    def test_holds_a_value_to_sort_by_where_its_text_does_not_begin_with_it(self) -> None:
        rows = (
            (text("gru"), number(1234.567890123456, 1)),
            (TableCell("★ lstm", "lstm"), number(math.nan)),
            (text("rnn"), TableCell("inf", math.inf)),
            (text(None), TableCell("nan", math.nan)),
            (text("a"), TableCell("1,234 of 2,000", 1234)),
            (text("b"), TableCell("12 %", 0.1234567890123456)),
            (text("c"), spread(Statistic(0.87654, 0.1, 2))),
            (text("d"), TableCell("+1.23e-38", 1.2345e-38)),
            (text("e"), TableCell("-0.5 to 0.5", -0.5)),
        )
        page = Reader(render(document(table(*rows)), {}))
        cells = [attributes.get("data-value") for attributes in page.all("td")]
        assert cells[:4] == ["1234.56789012", None, "Infinity", None]
        assert cells[4:] == ["1234", "0.123456789012", None, None, None]
        names = [head.get("data-value") for head in page.all("th") if head["scope"] == "row"]
        assert names == [None, "lstm", *[None] * 7]
        missing = [n for n, one in enumerate(page.all("td")) if one.get("class") == "none"]
        assert missing == [1, 3]

    def test_breaks_names_where_they_have_a_joint(self) -> None:
        made = table((text("<b> learning_rate=0.01"), number(1.0)))
        html = render(document(made), {})
        assert "&lt;b&gt; learning_<wbr>rate=<wbr>0.01" in html

    @pytest.mark.parametrize(
        ("name", "broken"),
        [
            ("model.units", "model.|units"),
            ("data/csv-file", "data/|csv-|file"),
            ("0.8650 to 1e-38, -0.5", "0.8650 to 1e-38, -0.5"),
            ("end_ _start=", "end_| _|start="),
        ],
    )
    def test_breaks_names_at_joints_only_and_no_number(self, name: str, broken: str) -> None:
        columns = (TableColumn("arm", numeric=False), TableColumn("factor", numeric=False))
        html = render(document(table((text("gru"), text(name)), columns=columns)), {})
        assert f">{broken.replace('|', '<wbr>')}</td>" in html

    def test_marks_by_more_than_colour(self) -> None:
        rows = (
            (text("gru"), spread(Statistic(0.9, 0.1, 2), marked=True)),
            (text("lstm"), spread(Statistic(0.8, 0.1, 2))),
        )
        html = render(document(table(*rows)), {})
        assert html.count('role="img" aria-label="marked"') == 1
        assert "<strong>0.9000 ± 0.1000</strong>" in html
        assert 'aria-label="marked"' not in render(document(table(rows[1])), {})

    def test_leads_to_the_runs_behind_each_row(self) -> None:
        runs = (("1a", "1b"), ())
        made = table((text("gru"), number(1.0)), (text("lstm"), number(2.0)), runs=runs)
        html = render(document(made), {})
        html = html[html.index("<main") :]
        details = html[html.index("<details>") : html.index("</details>")]
        assert re.findall("<code>(.*?)</code>", details) == ["1a 1b"]
        assert details.index("gru") < details.index("1a") < details.index("lstm")
        without = render(document(table((text("gru"), number(1.0)))), {})
        assert "<details>" not in without[without.index("<main") :]

    def test_names_a_run_in_full_once_and_then_by_as_much_as_tells_it_from_others(self) -> None:
        one, other, third = "0" * 32, "0" * 9 + "f" * 23, "a" * 32
        rows = ((text("gru"), number(1.0)), (text("lstm"), number(2.0)))
        first = table(*rows, runs=((one,), (other,)))
        second = table(*rows, runs=((one, other), (third,)))
        html = render(document(first, second), {})
        wanted = [one, other, f"{one[:10]} {other[:10]}", third]
        assert re.findall("<code>(.*?)</code>", html) == wanted
        assert html.count("Ids are in full where a run comes first") == 1

    def test_says_so_where_it_is_empty(self) -> None:
        assert "No entries." in render(document(table()), {})

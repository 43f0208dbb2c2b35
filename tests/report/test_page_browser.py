"""The report's page in a real browser."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from rnnbench.report.document import (
    Block,
    DataTable,
    Document,
    Picture,
    ReportSection,
    TableColumn,
    number,
    spread,
    text,
)
from rnnbench.report.page import LONG, render
from rnnbench.stats import Statistic

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# A part of the page: neither its style nor its script nor its image may reach it.
SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="960" height="384">
<style>body { display: none }</style><script>window.reached = true</script>
<image href="http://127.0.0.1:9/x.png" width="9" height="9"/>
<rect width="960" height="384" fill="teal"/></svg>"""
HOSTILE = "</style><script>window.reached = true</script><img src=x onerror='window.reached = 1'>"
VALUES = (10.0, 9.5, math.nan, 100.0, -1.0, 9.5)
ORDER = ("ten", "nine", "none", "hundred", "minus", "same")
UP = ["minus", "nine", "same", "ten", "hundred", "none"]
DOWN = ["hundred", "ten", "nine", "same", "minus", "none"]

CONTRASTS = """
const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
const light = (colour) => {
  const [r, g, b] = channels(colour).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const dataset = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (channels(colour)[3] !== 0) return colour;
  }
};
for (const details of document.querySelectorAll("details")) details.open = true;
return [...document.body.querySelectorAll("*")]
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((e) => e.tagName !== "SCRIPT")
  .map((e) => {
    const [a, b] = [light(getComputedStyle(e).color), light(dataset(e))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 80)];
  });
"""


def document() -> Document:
    columns = (TableColumn("arm", numeric=False), TableColumn("value", "a number"))
    entries = zip(ORDER, VALUES, strict=True)
    runs = tuple(("0123456789abcdef" * 2,) * 5 for _ in VALUES)
    numbers = DataTable(
        "numbers",
        "Numbers",
        columns,
        tuple((text(name), number(value, 2, marked=value == 100)) for name, value in entries),
        "A note.",
        runs,
    )
    wide = DataTable(
        "wide",
        "Wide",
        (columns[0], *(TableColumn(f"best validation accuracy {i}") for i in range(9))),
        tuple(
            (text(f"gru {i}"), *(spread(Statistic(i, 0.1, 2)) for _ in range(9)))
            for i in range(LONG * 3)
        ),
    )
    names = DataTable(
        "names",
        "Names",
        (columns[0], TableColumn("reason", numeric=False)),
        tuple((text(word), text(word)) for word in (HOSTILE, "x" * 400, "\u202eمرحبا", "a 2")),
    )
    picture = Picture("figure", HOSTILE, HOSTILE, lambda _: None)
    blocks = (
        Block("Tables", ("Text.",), (numbers, wide)),
        Block(HOSTILE, (HOSTILE, "y" * 400), (names,), (picture,), (HOSTILE,)),
    )
    return Document(f"Report {'z' * 80}", (HOSTILE,), (ReportSection("one", "One", blocks),))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(render(document(), {"figure": SVG}), encoding="utf-8")
    return path


class Shown:
    """The page in a browser, at a width and with settings of the reader."""

    def __init__(self, browser: webdriver.Chrome, page: Path) -> None:
        self.browser, self.page = browser, page

    def open(self, width: int = 1400, media: str = "", **features: str) -> Shown:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 800}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        wanted = [
            {"name": f"prefers-{k}".replace("_", "-"), "value": features[k]} for k in features
        ]
        self.browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": media, "features": wanted}
        )
        self.browser.get(self.page.as_uri())
        return self

    def ask(self, script: str) -> Any:
        return self.browser.execute_script(script)

    def heads(self) -> list[Any]:
        return self.browser.find_elements(By.CSS_SELECTOR, "table:first-of-type thead button")

    def arms(self) -> list[str]:
        rows = "[...document.querySelector('table').tBodies[0].rows]"
        return list(self.ask(f"return {rows}.map((row) => row.cells[0].textContent)"))

    def sorted(self) -> list[str | None]:
        heads = "[...document.querySelector('table').tHead.rows[0].cells]"
        return list(self.ask(f"return {heads}.map((head) => head.getAttribute('aria-sort'))"))


@pytest.fixture
def shown(browser: webdriver.Chrome, page: Path) -> Shown:
    return Shown(browser, page)


def test_is_quiet_and_asks_for_nothing(shown: Shown) -> None:
    shown.browser.get_log("browser")
    shown.open()
    shown.heads()[0].click()
    assert [e for e in shown.browser.get_log("browser") if e["level"] == "SEVERE"] == []
    names = "performance.getEntriesByType('resource').map((entry) => entry.name)"
    assert [n for n in shown.ask(f"return {names}") if not n.startswith("data:")] == []
    assert shown.ask("return window.reached ?? null") is None


def test_shows_its_figures(shown: Shown) -> None:
    drawn = "[...document.querySelectorAll('.panel rect')].map((r) => r.getBoundingClientRect())"
    (rect,) = shown.open().ask(f"return {drawn}.map((box) => box.width / box.height)")
    assert rect == pytest.approx(960 / 384, rel=0.01)
    assert (
        shown.ask("return document.querySelectorAll('.panel :is(style, script, image)').length")
        == 0
    )


def test_sorts_numbers_in_both_directions_with_what_is_missing_last(shown: Shown) -> None:
    head = shown.open().heads()[1]
    assert shown.arms() == list(ORDER)
    head.click()
    assert (shown.arms(), shown.sorted()) == (UP, [None, "ascending"])
    head.click()
    assert (shown.arms(), shown.sorted()) == (DOWN, [None, "descending"])


def test_a_head_says_what_its_column_means(shown: Shown) -> None:
    said = [head.get_attribute("title") for head in shown.open().heads()[:2]]
    assert said == ["", "a number"]


def test_sorts_by_keyboard_and_says_so(shown: Shown) -> None:
    shown.open().heads()[1].send_keys(Keys.ENTER)
    assert shown.arms() == UP
    shown.heads()[1].send_keys(Keys.SPACE)
    assert shown.arms() == DOWN
    shown.heads()[0].send_keys(Keys.SPACE)
    assert shown.arms() == sorted(ORDER)
    assert shown.sorted() == ["ascending", None]
    said = shown.ask("return document.querySelector('[role=status]').textContent")
    assert said == "Sorted by arm, ascending"


def test_keeps_the_head_of_a_long_table_in_sight(shown: Shown) -> None:
    places = """
    const box = document.querySelector('.long');
    box.scrollTop = 500; box.scrollLeft = 300;
    const at = (e) => [e.getBoundingClientRect().left, e.getBoundingClientRect().top];
    return [at(box), at(box.querySelector('thead th')), box.scrollTop, box.scrollLeft];
    """
    box, head, down, right = shown.open(width=900).ask(places)
    assert (down, right) == (500, 300)
    assert head == pytest.approx(box, abs=1)


@pytest.mark.parametrize("width", [360, 390, 768, 1400])
def test_never_scrolls_sideways(shown: Shown, width: int) -> None:
    shown.open(width=width, reduced_motion="reduce")
    shown.ask("for (const details of document.querySelectorAll('details')) details.open = true")
    assert shown.ask("scrollTo(500, 0); return [scrollX, innerWidth]") == [0, width]
    assert shown.ask("return document.documentElement.scrollWidth <= innerWidth")
    past = """
    return [...document.body.querySelectorAll('*')]
      .filter((e) => !e.parentElement.closest('.scroll, .unseen'))
      .filter((e) => e.getBoundingClientRect().right > innerWidth).map((e) => e.outerHTML)
    """
    assert shown.ask(past) == []
    inner = "const box = document.querySelector('.long'); return box.scrollWidth - box.clientWidth"
    assert shown.ask(inner) > 0


class TestTheme:
    def dataset(self, shown: Shown) -> str:
        return str(shown.ask("return getComputedStyle(document.documentElement).backgroundColor"))

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_has_contrast(self, shown: Shown, theme: str) -> None:
        found = shown.open(color_scheme=theme).ask(CONTRASTS)
        assert len(found) > 100
        assert [pair for pair in found if pair[0] < 4.5] == []

    def test_follows_the_reader(self, shown: Shown) -> None:
        light = self.dataset(shown.open(color_scheme="light"))
        assert light == "rgb(255, 255, 255)"
        assert self.dataset(shown.open(color_scheme="dark")) != light
        ink = "return getComputedStyle(document.querySelector('.panel')).fill"
        assert shown.ask(ink) == shown.ask("return getComputedStyle(document.body).color")

    def test_prints_on_white_without_navigation(self, shown: Shown) -> None:
        shown.open(media="print", color_scheme="dark")
        assert self.dataset(shown) == "rgb(255, 255, 255)"
        assert not shown.browser.find_element(By.TAG_NAME, "nav").is_displayed()

    def test_moves_only_where_the_reader_allows(self, shown: Shown) -> None:
        asked = "return getComputedStyle(document.documentElement).scrollBehavior"
        assert shown.open(reduced_motion="reduce").ask(asked) == "auto"
        assert shown.open(reduced_motion="no-preference").ask(asked) == "smooth"


def test_shows_where_the_keyboard_is(shown: Shown) -> None:
    shown.open().browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    focused = """
    const at = document.activeElement;
    return [at.className, at.getBoundingClientRect().left >= 0, getComputedStyle(at).outlineStyle]
    """
    assert shown.ask(focused) == ["skip", True, "solid"]
    shown.browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert shown.ask("return document.activeElement.id") == "content"


def test_folds_the_contents_on_a_phone_and_shows_them_beside_the_text(shown: Shown) -> None:
    def is_listed() -> bool:
        return bool(shown.ask("return document.querySelector('nav li a').checkVisibility()"))

    shown.open(1400)
    assert is_listed()
    shown.open(390)
    assert not is_listed()
    shown.browser.find_element(By.CSS_SELECTOR, "nav summary").click()
    assert is_listed()


def test_breaks_names_on_a_phone_between_their_parts_only(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    name = "simple_rnn learning_rate=0.001 recurrent_dropout=0.25 embedding.kind=vectors"
    columns = (TableColumn("arm", numeric=False), *(TableColumn(f"accuracy {i}") for i in range(9)))
    row = (text(name), *(number(0.5) for _ in range(9)))
    made = DataTable("t", "Table", columns, (row,))
    path = tmp_path / "index.html"
    section = ReportSection("s", "Section", (Block("", tables=(made,)),))
    path.write_text(render(Document("Report", (), (section,)), {}), encoding="utf-8")
    words = """
    return [...document.querySelector("tbody bdi").childNodes].filter((n) => n.data).flatMap((n) =>
      [...n.data.matchAll(/\\S+/g)].map((word) => {
        const range = document.createRange();
        range.setStart(n, word.index);
        range.setEnd(n, word.index + word[0].length);
        return range.getClientRects().length;
      }));
    """
    lines = Shown(browser, path).open(390).ask(words)
    assert len(lines) > 8
    assert set(lines) == {1}

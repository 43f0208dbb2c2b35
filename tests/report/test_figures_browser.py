"""Figures under the pointer, on keys and without a script, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from rnnbench.report.build import build
from rnnbench.report.page import render
from rnnbench.report.write import pictures
from tests.report.records import MATCHED, OPTIONS, tables

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# Moves the pointer to the n-th point of a mark whose facts hold such a word, and reads the tooltip.
POINT = """
const [figure, word, index] = arguments;
const mark = [...document.querySelectorAll(`#${figure} [data-told]`)]
  .find((one) => `${one.dataset.name} ${one.dataset.arm} ${one.dataset.kind}`.includes(word));
mark.scrollIntoView({ block: "center", behavior: "instant" });
const path = mark.matches("path") ? mark : mark.querySelector("path:not(defs *)");
const uses = mark.querySelectorAll("use");
const at = uses.length
  ? new DOMPoint(uses[index].getAttribute("x"), uses[index].getAttribute("y"))
  : path.getPointAtLength(index ? path.getTotalLength() : 0);
const { x, y } = new DOMPoint(at.x, at.y).matrixTransform(mark.getScreenCTM());
const moved = { clientX: x, clientY: y, pointerType: "mouse", bubbles: true };
mark.closest("svg").dispatchEvent(new PointerEvent("pointermove", moved));
const tip = document.querySelector(".tip");
return tip.hidden ? null : [...tip.children].map((line) => line.textContent);
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    document = build(tables(MATCHED), "x", OPTIONS, [])
    images = {}
    for picture in pictures(document):
        picture.save([folder / "x.svg"])
        images[picture.key] = (folder / "x.svg").read_text(encoding="utf-8")
    html = re.sub(
        r'<figure (?=.*data-key="([a-z]+))', r'<figure id="\1" ', render(document, images)
    )
    (folder / "index.html").write_text(html, encoding="utf-8")
    return folder / "index.html"


@pytest.fixture
def opened(browser: webdriver.Chrome, page: Path) -> Iterator[webdriver.Chrome]:
    size = {"width": 1400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get_log("browser")
    browser.get(page.as_uri())
    yield browser
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def point(browser: webdriver.Chrome, figure: str, word: str, index: int) -> Any:
    return browser.execute_script(POINT, figure, word, index)


def press(browser: webdriver.Chrome, figure: str, word: str) -> None:
    browser.execute_script(
        "[...document.querySelectorAll(`#${arguments[0]} button`)]"
        ".find((one) => one.textContent.trim() === arguments[1]).click()",
        figure,
        word,
    )


def shown(browser: webdriver.Chrome, selector: str) -> int:
    script = (
        "return [...document.querySelectorAll(arguments[0])]"
        ".filter((one) => one.getBoundingClientRect().width).length"
    )
    return int(browser.execute_script(script, selector))


def texts(browser: webdriver.Chrome, selector: str) -> list[str]:
    script = (
        "return [...document.querySelectorAll(arguments[0])]"
        ".filter((one) => one.getBoundingClientRect().width).map((one) => one.textContent)"
    )
    return list(browser.execute_script(script, selector))


def test_a_curve_tells_arm_epoch_and_both_accuracies(opened: webdriver.Chrome) -> None:
    assert point(opened, "learning", "GRU validation", 1) == [
        "GRU",
        "epoch 3, 30 s",
        "validation 0.8100 ± 0.0100",
        "training 0.8000 ± 0.0000",
    ]


def test_a_seed_tells_its_value_in_every_cell(opened: webdriver.Chrome) -> None:
    assert point(opened, "seeds", "seed 0", 0) == ["seed 0", "GRU 0.8000, rank 3 of 3"]
    assert point(opened, "seeds", "seed 0", 1) == ["seed 0", "LSTM 0.8000, rank 3 of 3"]


def test_an_interval_tells_the_difference_and_what_it_decides(opened: webdriver.Chrome) -> None:
    name, told = point(opened, "differences", "−", 0)
    assert set(name.split(" − ")) == {"GRU", "LSTM"}
    assert re.fullmatch(r"\+0\.0000 \[.*\]: \w+", told)


def test_an_entry_of_the_legend_hides_its_arm_and_shows_it_again(opened: webdriver.Chrome) -> None:
    drawn = "#learning .panel [data-told][data-arm=GRU]"
    before = shown(opened, drawn)
    press(opened, "learning", "GRU")
    assert (before, shown(opened, drawn)) == (2, 0)
    assert shown(opened, "#learning .panel [data-told][data-arm=LSTM]") == 2
    assert texts(opened, "#status") == ["GRU hidden"]
    pressed = "#learning [data-entry=GRU]"
    assert opened.find_element("css selector", pressed).get_attribute("aria-pressed") == "false"
    press(opened, "learning", "GRU")
    assert shown(opened, drawn) == 2


def test_curves_change_their_measure(opened: webdriver.Chrome) -> None:
    assert shown(opened, "#learning .panel") == 1
    assert "accuracy" in texts(opened, "#learning .panel text")
    press(opened, "learning", "loss")
    assert shown(opened, "#learning .panel") == 1
    assert "loss" in texts(opened, "#learning .panel text")
    press(opened, "learning", "both")
    assert shown(opened, "#learning .panel") == 2


def test_curves_run_over_seconds_and_back(opened: webdriver.Chrome) -> None:
    whole = "return document.querySelector('#learning .panels').innerHTML"
    before, label = opened.execute_script(whole), "#learning .panel:first-child text"
    press(opened, "learning", "seconds")
    assert "30" in texts(opened, label)
    assert any(text.startswith("seconds of training") for text in texts(opened, label))
    assert point(opened, "learning", "GRU validation", 1)[1] == "epoch 3, 30 s"
    press(opened, "learning", "seconds")
    after = opened.execute_script(whole).replace(' class=""', "")
    assert after == before.replace(' class=""', "")


def test_every_seed_of_a_curve_can_be_shown(opened: webdriver.Chrome) -> None:
    press(opened, "learning", "every seed")
    lines = "return [...document.querySelectorAll('#learning .seed')].map((one) => one.dataset.arm)"
    assert sorted(opened.execute_script(lines)) == ["GRU"] * 6 + ["LSTM"] * 6


def test_keys_go_along_the_marks(opened: webdriver.Chrome) -> None:
    script = """
    const card = document.querySelector("#seeds .card");
    card.focus();
    return arguments[0].map((key) => {
      card.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      const told = document.getElementById("status").textContent;
      return document.querySelector(".tip").hidden ? "" : told;
    });
    """
    keys = ["ArrowRight", "ArrowRight", "ArrowDown", "Escape"]
    assert opened.execute_script(script, keys) == [
        "seed 0, GRU 0.8000, rank 3 of 3",
        "seed 0, LSTM 0.8000, rank 3 of 3",
        "seed 1, GRU 0.8100, rank 2 of 3",
        "",
    ]


def test_a_tooltip_stays_in_the_window_beside_its_mark(opened: webdriver.Chrome) -> None:
    script = """
    return figures.flatMap((figure) => figure.panels.flatMap((panel) => panel.marks
      .filter((mark) => !panel.svg.classList.contains("off") && mark.points.length)
      .map((mark) => {
        figure.card.scrollIntoView({ block: "start", behavior: "instant" });
        figure.tell(panel, { mark, index: 0, place: mark.points[0] });
        const [a, b] = [tip, figure.spot].map((one) => one.getBoundingClientRect());
        const covers = a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
        const isInside = a.left >= 0 && a.top >= 0 && a.right <= innerWidth;
        return covers || !isInside || a.bottom > innerHeight ? tip.innerText : "";
      })))
    """
    for width in (1400, 390):
        size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
        opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        found = opened.execute_script(script)
        assert len(found) > 20
        assert [words for words in found if words] == []


def test_letters_have_ten_pixels_on_a_phone(opened: webdriver.Chrome) -> None:
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    sizes = """
    return all(document, ".panel:not(.off) text").map((text) => {
      const { a, b } = text.getScreenCTM();
      return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
    })
    """
    found = opened.execute_script(sizes)
    assert found
    assert min(found) >= 9.9


def test_paper_has_every_measure_and_every_arm(opened: webdriver.Chrome) -> None:
    press(opened, "learning", "GRU")
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert shown(opened, "#learning .panel") == 2
        assert shown(opened, "#learning .panel [data-told][data-arm=GRU]") == 4
        assert shown(opened, ".choices, .tip") == 0
    finally:
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_a_script_figures_stand_still(browser: webdriver.Chrome, page: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(page.as_uri())
        for figure in ("learning", "seeds", "differences", "tradeoff"):
            panels = browser.find_elements("css selector", f"#{figure} .panel")
            assert panels
            assert all(panel.is_displayed() for panel in panels)
        assert browser.find_elements("css selector", ".choices, .tip") == []
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

"""The report of a whole grid, from its store to the page in a real browser."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

import rnnbench.cli
from benchmarks.recorded import fill

pytestmark = [pytest.mark.slow, pytest.mark.browser]

GRID = (
    "+cell=simple_rnn,lstm,gru",
    "data=reviews",
    "data.limit=100",
    "data.test_limit=50",
    "data.maxlen=20,40",
    "model.depth=1,2",
    "seeds=5",
)
CLAIM = (
    "claims=[{text: 'LSTM <b>beats</b> GRU', source: '001', factor: cell, a: lstm, b: gru, "
    "published: {lstm: 0.9}}]"
)
HEADINGS = {
    "Answer",
    "Accuracy",
    "Overfitting",
    "Cost",
    "Claims and published numbers",
    "How a verdict comes about",
    "Provenance",
}


def ask(folder: Path, *words: str) -> None:
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.chdir(folder)
        patch.setenv("RNNBENCH_HOME", str(folder / "runs"))
        assert rnnbench.cli.run(["report", *words]) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of three cells, two depths, two lengths, five seeds, and its report."""
    folder = tmp_path_factory.mktemp("grid")
    assert fill(folder, GRID, epochs=4) == 60
    ask(folder, "grid", CLAIM, "formats=all")
    return folder


@pytest.fixture(scope="module")
def report(folder: Path) -> Path:
    return folder / "reports" / "grid"


def test_has_every_part(report: Path) -> None:
    text = (report / "report.md").read_text(encoding="utf-8")
    found = set(re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    assert found >= HEADINGS
    tables = {path.stem for path in (report / "tables").glob("*.csv")}
    for part in ("comparisons", "test_accuracy", "validation_accuracy", "overfitting", "tradeoffs"):
        assert any(name.endswith(part) for name in tables), (part, tables)
    assert {path.stem for path in (report / "tables").glob("*.tex")} == tables
    figures = {path.stem for path in (report / "figures").glob("*.svg")}
    assert {path.stem for path in (report / "figures").glob("*.png")} == figures
    for part in ("differences", "seeds", "learning_curves", "tradeoff"):
        assert any(name.startswith(part) for name in figures), (part, figures)
    assert (report / "runs.parquet").is_file()
    assert "LSTM &lt;b&gt;beats&lt;/b&gt; GRU" in (report / "index.html").read_text("utf-8")


def test_compares_each_pair_that_differs_in_one_thing(report: Path) -> None:
    found = (report / "tables").glob("*_comparisons.csv")
    (table,) = (path for path in found if "equal_cost" not in path.name)
    rows = table.read_text(encoding="utf-8").splitlines()[1:]
    # By cell 3 pairs in 4 settings, by depth and by length 1 pair in 6 each.
    assert len(rows) == 12 + 6 + 6
    assert all(",5," in row for row in rows)


@pytest.mark.stress
def test_repeats_byte_for_byte(folder: Path, report: Path) -> None:
    def bytes_of(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.*")}

    before = bytes_of(report)
    ask(folder, "grid", CLAIM, "formats=all")
    assert bytes_of(report) == before


@pytest.mark.parametrize("width", [390, 1400])
def test_opens_quietly_with_its_figures_and_sorts(
    browser: webdriver.Chrome, report: Path, width: int
) -> None:
    browser.get_log("browser")
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 800},
    )
    browser.get((report / "index.html").as_uri())
    sizes = "return [...document.querySelectorAll('figure')].map((f) => f.querySelector('svg'))"
    images = browser.execute_script(f"{sizes}.map((svg) => svg.getBoundingClientRect().width)")
    assert len(images) == len(list((report / "figures").glob("*.svg")))
    assert all(images)
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")

    for table in browser.find_elements(By.CSS_SELECTOR, "table"):
        rows = "return [...arguments[0].tBodies[0].rows].map((row) => row.cells[0].textContent)"
        before = browser.execute_script(rows, table)
        if len(before) < 2:
            continue
        head = table.find_element(By.CSS_SELECTOR, "thead button")
        browser.execute_script("arguments[0].click()", head)
        after = browser.execute_script(rows, table)
        assert sorted(after) == sorted(before)
        assert table.find_elements(By.CSS_SELECTOR, "thead th[aria-sort]")

    assert [e for e in browser.get_log("browser") if e["level"] == "SEVERE"] == []
    asked = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    assert [n for n in browser.execute_script(asked) if not n.startswith("data:")] == []

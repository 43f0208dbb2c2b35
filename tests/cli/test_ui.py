"""The MLflow UI over a real store, in a real browser."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import rnnbench.cli
from rnnbench.config.expand import load
from rnnbench.testing.waiting import PATIENCE, wait_for
from rnnbench.tracking.store import Store
from tests.conftest import inside
from tests.sweep.processes import free_address, wait_for_server

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@dataclass(frozen=True)
class Served:
    """A folder with a store of an arm's two runs, three epochs each, and a running ``ui`` of it."""

    folder: Path
    printed: list[str]  # the first lines

    @property
    def store(self) -> Store:
        return Store.open(load([f"home={self.folder / 'runs'}"], cell=False))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for all: MLflow's server takes longer to start than a page to be looked at."""
    folder = tmp_path_factory.mktemp("served")
    data = ("data=digits", "data.limit=200", "seeds=2", "executor=in_process")
    words = ("model.units=4", "training.epochs=3", "training.jit_compile=false")
    with inside(folder):
        assert rnnbench.cli.run(("sweep", "+cell=gru", *data, *words)) == 0
        with started(folder) as printed:
            yield Served(folder, printed)


@contextmanager
def started(folder: Path) -> Iterator[list[str]]:
    """Start ``ui`` in a folder; gives its first lines, once it answers."""
    address, log_path = free_address(), folder / "ui.log"
    with log_path.open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "rnnbench", "ui", "--port", address.rsplit(":", 1)[1], "--open"],
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"BROWSER": _browser_that_notes(folder)},
        )

    def lines() -> list[str]:
        told = log_path.read_text().splitlines()
        return [line for line in told if not line.startswith("[MLflow]")]

    try:
        wait_for_server(address, server, log_path)
        wait_for(lambda: len(lines()) >= 3 or server.poll() is not None)
        yield lines()[:3]
    finally:
        os.killpg(server.pid, signal.SIGINT)
        status = server.wait(timeout=PATIENCE)
    assert status == 130


def _browser_that_notes(folder: Path) -> str:
    """Return a program that writes down which address it is to open."""
    script = folder / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" > "{folder}/opened"\n')
    script.chmod(0o755)
    return str(script)


def body(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def opened(browser: webdriver.Chrome, address: str) -> WebDriverWait[webdriver.Chrome]:
    """Open an address on a wide screen, without the assistant that MLflow opens at first.

    Nor does MLflow remember what another test has looked at. Its memory belongs to the server, any
    page of which will do to set it: this one takes no drawing.
    """
    browser.set_window_size(1700, 1000)
    browser.get("/".join([*address.split("/")[:3], "health"]))
    browser.execute_script("localStorage.clear(); sessionStorage.clear()")
    browser.execute_script("localStorage['mlflow.assistant.fab.autoOpenedOnFirstLoad_v1'] = 'true'")
    browser.execute_script("localStorage['mlflow.assistant.panelOpen_v1'] = 'false'")
    browser.get(address)
    return WebDriverWait(browser, PATIENCE)


def test_prints_in_three_lines_where_the_arms_are_and_opens_that(
    browser: webdriver.Chrome, served: Served
) -> None:
    first, address, last = served.printed
    assert first == "MLflow UI of runs/mlflow.db (Ctrl-C ends it): a row for each arm, best first"
    assert max(len(first), len(last)) <= 80
    wait_for((served.folder / "opened").exists)
    assert (served.folder / "opened").read_text().strip() == address

    wait = opened(browser, address)
    wait.until(lambda b: "digits 8: gru" in body(b))
    heads = wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, ".ag-header-cell"))
    shown = [head.text for head in sorted(heads, key=lambda h: h.location["x"]) if head.text]
    assert shown[2:9] == [
        *("Dataset", "rnnbench.arm", "seeds", "test_accuracy", "test_accuracy_sd"),
        *("best_val_accuracy", "gap_final"),
    ]
    assert "1 matching run" in body(browser)

    browser.find_element(By.CSS_SELECTOR, ".ag-center-cols-container button").click()
    wait.until(lambda b: "tokens" in body(b) or "features (8 steps of 8)" in body(b))
    assert "class (one of 10)" in body(browser)


def test_draws_the_accuracy_of_the_arms_first(browser: webdriver.Chrome, served: Served) -> None:
    wait = opened(browser, f"{served.printed[1]}&compareRunsMode=CHART")
    wait.until(lambda b: re.search(r"\nAccuracy\s+\(3\)", body(b)))
    assert body(browser).index("test_accuracy\n") < body(browser).index("gap_final\n")
    lines = wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "path.js-line"))
    assert any((line.get_attribute("d") or "").count(",") >= 2 for line in lines)


def test_describes_an_arm_and_its_source(browser: webdriver.Chrome, served: Served) -> None:
    (arm,) = served.store.records(kind="arm")
    root = served.printed[1].partition("/runs?")[0]
    wait = opened(browser, f"{root}/runs/{arm.run_id}")
    wait.until(lambda b: "How good is gru on digits (8 time steps)?" in body(b))
    text = wait.until(lambda b: body(b) if "Datasets" in body(b) else "")
    assert "digits (" in text
    assert "python -m rnnbench sweep" in text
    assert "Metrics (22)" in text
    assert text.index("test_accuracy\n") < text.index("\naccuracy\n")


def test_shows_the_run_with_its_curves(browser: webdriver.Chrome, served: Served) -> None:
    run_id = served.store.records()[0].run_id
    wait = opened(
        browser, f"{served.printed[1].partition('/runs?')[0]}/runs/{run_id}/model-metrics"
    )
    wait.until(lambda b: "val_accuracy" in b.find_element(By.TAG_NAME, "body").text)
    # A curve of three epochs is a plotted line, not a single point.
    lines = wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "path.js-line"))
    assert any(line.get_attribute("d").count(",") >= 2 for line in lines)

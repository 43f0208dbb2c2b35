"""The MLflow UI over a real store, in a real browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from rnnbench.config.expand import load
from rnnbench.tracking.store import Store
from tests.conftest import Run

PATIENCE = 120

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def trained(run: Run) -> Store:
    """A store with two runs of an arm, of three epochs each."""
    data = ("data=digits", "data.limit=200", "seeds=2")
    words = ("model.units=4", "training.epochs=3", "training.jit_compile=false")
    assert run("sweep", "+cell=gru", *data, *words).status == 0
    return Store.open(load([], cell=False))


@pytest.fixture
def printed(trained: Store, work_dir: Path) -> Iterator[list[str]]:
    """The first lines of a running `ui`, once it answers."""
    del trained
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (work_dir / "ui.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "rnnbench", "ui", "--port", str(port), "--open"],
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"BROWSER": _browser_that_notes(work_dir)},
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for_server(url, server)
        lines: list[str] = []
        while len(lines) < 3 and server.poll() is None:
            time.sleep(0.2)
            told = (work_dir / "ui.log").read_text().splitlines()
            lines = [line for line in told if not line.startswith("[MLflow]")]
        yield lines[:3]
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


def _wait_for_server(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert server.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail("the server did not answer")


def body(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def opened(browser: webdriver.Chrome, address: str) -> WebDriverWait[webdriver.Chrome]:
    """Open an address on a wide screen, without the assistant that MLflow opens at first."""
    browser.set_window_size(1700, 1000)
    browser.get(address)
    browser.execute_script("localStorage['mlflow.assistant.fab.autoOpenedOnFirstLoad_v1'] = 'true'")
    browser.execute_script("localStorage['mlflow.assistant.panelOpen_v1'] = 'false'")
    browser.get("about:blank")
    browser.get(address)
    return WebDriverWait(browser, PATIENCE)


def test_prints_in_three_lines_where_the_arms_are_and_opens_that(
    browser: webdriver.Chrome, printed: list[str], work_dir: Path
) -> None:
    first, address, last = printed
    assert first == "MLflow UI of runs/mlflow.db (Ctrl-C ends it): a row for each arm, best first"
    assert max(len(first), len(last)) <= 80
    end = time.monotonic() + PATIENCE
    while not (work_dir / "opened").exists() and time.monotonic() < end:
        time.sleep(0.2)
    assert (work_dir / "opened").read_text().strip() == address

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


def test_draws_the_accuracy_of_the_arms_first(
    browser: webdriver.Chrome, printed: list[str]
) -> None:
    wait = opened(browser, f"{printed[1]}&compareRunsMode=CHART")
    wait.until(lambda b: re.search(r"\nAccuracy\s+\(3\)", body(b)))
    assert body(browser).index("test_accuracy\n") < body(browser).index("gap_final\n")
    lines = wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "path.js-line"))
    assert any((line.get_attribute("d") or "").count(",") >= 2 for line in lines)


def test_describes_an_arm_and_its_source(
    browser: webdriver.Chrome, printed: list[str], trained: Store
) -> None:
    (arm,) = trained.records(kind="arm")
    root = printed[1].partition("/runs?")[0]
    wait = opened(browser, f"{root}/runs/{arm.run_id}")
    wait.until(lambda b: "How good is gru on digits (8 time steps)?" in body(b))
    text = wait.until(lambda b: body(b) if "Datasets" in body(b) else "")
    assert "digits (" in text
    assert "python -m rnnbench sweep" in text
    assert "Metrics (22)" in text
    assert text.index("test_accuracy\n") < text.index("\naccuracy\n")


def test_shows_the_run_with_its_curves(
    browser: webdriver.Chrome, printed: list[str], trained: Store
) -> None:
    run_id = trained.records()[0].run_id
    wait = opened(browser, f"{printed[1].partition('/runs?')[0]}/runs/{run_id}/model-metrics")
    wait.until(lambda b: "val_accuracy" in b.find_element(By.TAG_NAME, "body").text)
    # A curve of three epochs is a plotted line, not a single point.
    lines = wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "path.js-line"))
    assert any(line.get_attribute("d").count(",") >= 2 for line in lines)

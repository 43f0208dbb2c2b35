"""The MLflow UI over a real store, in a real browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

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
def address(trained: Store, work_dir: Path) -> Iterator[str]:
    """The address of a running `ui`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (work_dir / "ui.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "rnnbench", "ui", "--port", str(port)],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for_server(url, server)
        yield url
    finally:
        os.killpg(server.pid, signal.SIGINT)
        status = server.wait(timeout=PATIENCE)
    assert status == 130


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


def test_shows_the_run_with_its_curves(
    browser: webdriver.Chrome, address: str, trained: Store
) -> None:
    run_id = trained.records()[0].run_id
    wait = WebDriverWait(browser, PATIENCE)
    browser.get(f"{address}/#/experiments/{trained.experiment_id}/runs/{run_id}/model-metrics")
    wait.until(lambda b: "val_accuracy" in b.find_element(By.TAG_NAME, "body").text)
    # A curve of three epochs is a plotted line, not a single point.
    lines = wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "path.js-line"))
    assert any(line.get_attribute("d").count(",") >= 2 for line in lines)


def test_charts_the_summaries_of_arms_without_anything_unfolded(
    browser: webdriver.Chrome, address: str, trained: Store
) -> None:
    wanted = quote("tags.rnnbench.kind = 'arm'")
    runs = f"{address}/#/experiments/{trained.experiment_id}/runs?searchFilter={wanted}"
    browser.get(f"{runs}&compareRunsMode=CHART")
    wait = WebDriverWait(browser, PATIENCE)
    wait.until(lambda b: "gru mean of 2 seeds" in b.find_element(By.TAG_NAME, "body").text)
    lines = wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "path.js-line"))
    assert any((line.get_attribute("d") or "").count(",") >= 2 for line in lines)

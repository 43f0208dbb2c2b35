"""What all tests share: where the real IMDB file is, and a command line run in process."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import rnnbench.cli
from rnnbench.config.expand import load
from rnnbench.config.schema import Config
from rnnbench.formatting.tables import Table
from rnnbench.training.runtime import set_environment
from tests.made_once import KEPT, folder_of_all, tables_made_once
from tests.printed import assert_fits
from tests.wrong_inputs.summary import summary

if TYPE_CHECKING:
    from selenium import webdriver

ROOT = Path(__file__).resolve().parent.parent

# A commit passes or it does not: examples are the same each time, `make stress` draws others.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("random", derandomize=False)
settings.load_profile("repeatable")
# Thread pools are sized when TensorFlow is loaded, which some test modules do.
set_environment(threads=1)
# As ``python -m rnnbench`` does: what is imported is no garbage, to be searched again and again.
gc.set_threshold(1_000_000, 20, 100)
# A test's MLflow server has no use for eight processes of background jobs.
os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
# A shell has what it starts in the background ignore Ctrl-C, and commands under test inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# The files that take longest, those first: no worker then ends long after the other.
LONGEST = (
    *("test_ray", "test_keras", "test_crashes", "test_shared_store", "test_wrong_input"),
    *("test_interruption", "test_search_sweep", "test_files", "test_packages", "test_sweep"),
    *("test_predict", "test_models", "test_ui", "test_store_trouble", "test_imports"),
    *("test_executors", "test_shared", "test_repeat", "test_arm_summary", "test_until"),
    *("test_kinds", "test_cells", "test_reference", "test_postgresql_locks", "test_expand"),
    *("test_reproduce", "test_diagnose", "test_commands", "test_buckets", "test_numbers"),
    *("test_report_grid", "test_ui_server", "test_growth", "test_marks", "test_schedule"),
    *("test_build", "test_study", "test_stateful", "test_gradient_flow", "test_server_store"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first."""
    places = {stem: place for place, stem in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_collection_finish() -> None:
    """Take what is loaded for no garbage, for which Keras and pytest search again and again."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what became of the catalogue of wrong inputs."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, ())]
    if line := summary(reports):
        terminalreporter.write_line(line)


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    status: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture(scope="session", autouse=True)
def tables_of_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have MLflow make the tables of a store once for all processes of the tests.

    Only commands that a test starts as ``python -m rnnbench`` have it make their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEPT, str(folder_of_all(tmp_path_factory) / "tables.db"))
        with tables_made_once():
            yield


@pytest.fixture(scope="session", autouse=True)
def every_printed_table_fits() -> Iterator[None]:
    """Lay out what any command prints for narrow terminals, too, and fail where it does not fit."""
    text = Table.text

    def checked(table: Table, width: int | None = None) -> str:
        if len(table.rows) <= 30:
            for narrow in (40, 60, 80):
                assert_fits(table, narrow, text)
        return text(table, width)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Table, "text", checked)
        yield


def isolate(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Work in a folder, with no setting of the user's in force."""
    patch.chdir(folder)
    for name in ("RNNBENCH_HOME", "RNNBENCH_IMDB", "MLFLOW_TRACKING_URI", "MLFLOW_RUN_ID"):
        patch.delenv(name, raising=False)
    patch.setenv("COLUMNS", "200")


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder, as :func:`work_dir` does, in a fixture of more than one test."""
    with pytest.MonkeyPatch.context() as patch:
        isolate(folder, patch)
        yield


@pytest.fixture
def work_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with no setting of the user's in force."""
    isolate(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture
def run(work_dir: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run ``python -m rnnbench WORDS...`` in process."""

    def call(*words: str) -> Answer:
        capfd.readouterr()
        status = rnnbench.cli.run(words)
        captured = capfd.readouterr()
        return Answer(status, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def imdb() -> Path:
    """The real IMDB file; tests that need it are skipped where there is none."""
    named = os.environ.get("RNNBENCH_IMDB")
    path = Path(named) if named else ROOT.parent / "shared" / "data" / "imdb.npz"
    if not path.is_file():
        pytest.skip(f"no IMDB file at {path}; set RNNBENCH_IMDB to one")
    return path


# Chromium looks for its maker's hosts at every start unless told not to.
BROWSER_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """Headless Chromium, one for a module; skipped where it is not installed."""
    from selenium import webdriver

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in BROWSER_FLAGS:
        options.add_argument(flag)
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()


Configure = Callable[..., Config]


@cache
def _load(words: tuple[str, ...]) -> Config:
    return load(words)


@pytest.fixture(scope="session")
def configure() -> Configure:
    """Compose a configuration; changes of ``model`` are keywords, which costs no Hydra."""

    def configure(*words: str, **model: object) -> Config:
        config = _load(words)
        return config.model_copy(update={"model": config.model.model_copy(update=model)})

    return configure

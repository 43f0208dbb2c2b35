"""What a store, a run's configuration or a report's tables say is never imported."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from benchmarks.recorded import fill
from rnnbench.config.expand import load
from rnnbench.config.recorded import recorded
from rnnbench.tracking.store import Store
from tests.conftest import Run

# A module that is there, and what names it in a configuration: a target, and an extension.
EVIL = "evil_module"
TARGET = {"_target_": f"{EVIL}.Thing"}
EXTENSION = {"name": EVIL, "extension": "1 sha256:0123456789abcdef"}


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store of four finished runs."""
    folder = tmp_path_factory.mktemp("records")
    assert fill(folder, ("+cell=gru,lstm", "data=digits", "model.units=4", "seeds=2"), 2) == 4
    return folder


@pytest.fixture
def store(made_up: Path, work_dir: Path) -> Store:
    """That store in a folder of the test's own."""
    shutil.copytree(made_up / "runs", work_dir / "runs")
    return Store.open(load([], cell=False))


@pytest.fixture
def evil(store: Store, work_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module on the search path that leaves a file when it is imported, and a store beside it."""
    (work_dir / f"{EVIL}.py").write_text("open('imported', 'w').close()\nThing = None\n")
    monkeypatch.syspath_prepend(work_dir)
    return work_dir / "imported"


@pytest.fixture
def record(store: Store, work_dir: Path) -> Callable[..., str]:
    """Return the id of a run whose recorded configuration and parameters say more."""

    def record(section: str, said: dict[str, str]) -> str:
        run_id = store.records()[0].run_id
        config = recorded(load(["+cell=gru", "data=digits"]))
        config[section] |= said
        OmegaConf.save(OmegaConf.create(config), work_dir / "config.yaml")
        store.client.log_artifact(run_id, str(work_dir / "config.yaml"))
        with closing(sqlite3.connect(work_dir / "runs" / "mlflow.db")) as database, database:
            for key, value in said.items():
                database.execute(
                    "INSERT OR REPLACE INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
                    (f"{section}.{key}", value, run_id),
                )
        return run_id

    return record


@pytest.mark.parametrize("said", [TARGET, EXTENSION], ids=["target", "extension"])
@pytest.mark.parametrize("section", ["cell", "data", "optimizer"])
def test_commands_about_a_run_do_without_it_and_one_message_says_what_is_missing(
    section: str, said: dict[str, str], evil: Path, record: Callable[..., str], run: Run
) -> None:
    run_id = record(section, said)
    refused = run("reproduce", f"run={run_id}", "home=runs")
    assert refused.status == 2, refused.out
    assert refused.err.startswith("error: ")
    assert len(refused.err.strip().splitlines()) == 1
    if said is EXTENSION:
        assert f"{section}: expected {EVIL} from your own module" in refused.err
        assert "--config-dir" in refused.err
    else:
        assert f"{section}._target_" in refused.err
    for command in (["predict", "text=a fine film"], ["diagnose"]):
        assert run(*command, f"run={run_id}", "home=runs").status != 0
    assert not evil.exists()
    assert EVIL not in sys.modules


def test_lists_and_reports_of_it_are_made_without(
    evil: Path, record: Callable[..., str], run: Run, work_dir: Path
) -> None:
    for section in ("cell", "data", "optimizer"):
        record(section, TARGET)
        record(section, EXTENSION)
    assert run("runs", "home=runs").status == 0
    made = run("report", "home=runs")
    assert made.status == 0, made.err
    folder = next(path.parent for path in Path("reports").rglob("runs.parquet"))
    page = (folder / "report.md").read_bytes()
    kept = shutil.copytree(folder, work_dir / "kept")
    shutil.rmtree("runs")
    again = run("report", f"report.source={kept}")
    assert again.status == 0, again.err
    assert (folder / "report.md").read_bytes() == page
    assert not evil.exists()
    assert EVIL not in sys.modules

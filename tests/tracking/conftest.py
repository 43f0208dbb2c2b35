"""Stores for tests: an empty one that each test gets a copy of, which takes no migrations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.tracking.store import Store
from tests.made_once import copy_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was opened once and never used."""
    home = tmp_path_factory.mktemp("empty") / "runs"
    return Store.open(load([f"home={home}"], cell=False)).home.database


@pytest.fixture
def store(work_dir: Path, empty_database: Path) -> Store:
    """An empty store in the working directory."""
    copy_database(empty_database, work_dir / "runs" / "mlflow.db")
    return Store.open(load([], cell=False))


OpenShared = Callable[[str], Store]


@pytest.fixture
def open_shared(work_dir: Path, empty_database: Path) -> OpenShared:
    """Open one store, which lies in no home, from the home of that name."""
    database = work_dir / "shared.db"
    copy_database(empty_database, database)

    def open_from(home: str) -> Store:
        words = [f"home={work_dir / home}", f"tracking.uri=sqlite:///{database}"]
        return Store.open(load(words, cell=False))

    return open_from

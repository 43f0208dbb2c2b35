"""What is made once for all processes of the tests: folders, and the tables of a store."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from filelock import FileLock

from rnnbench.tracking import tables

KEPT = "RNNBENCH_TEST_TABLES"  # the variable that tells other processes of the tests where


def folder_of_all(factory: pytest.TempPathFactory) -> Path:
    """Return the folder for temporary files that all workers of pytest-xdist have in common."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first worker to ask for it fills: nobody may change it then."""
    folder = folder_of_all(factory) / name
    done = folder.with_suffix(".made")
    with FileLock(f"{folder}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that could not fill it
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file, whatever its journal holds."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@contextmanager
def tables_made_once() -> Iterator[None]:
    """Have new stores copy the tables that :data:`KEPT` names: MLflow's migrations take seconds.

    Whoever needs them first has MLflow make them.
    """
    make = tables.make_tables

    def copy(path: Path) -> None:
        kept = Path(os.environ[KEPT])
        if not kept.is_file():
            with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
                make(Path(folder) / kept.name)
                (Path(folder) / kept.name).replace(kept)
        copy_database(kept, path)

    with patch.object(tables, "make_tables", copy if KEPT in os.environ else make):
        yield

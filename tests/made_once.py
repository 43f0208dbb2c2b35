"""The tables of a store, which MLflow makes once for all tests and for the processes they start."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

from rnnbench.tracking import tables

KEPT = "RNNBENCH_TEST_TABLES"  # the variable that tells other processes of the tests where


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

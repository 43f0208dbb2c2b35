"""What is said where the Python package of a database is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.errors import StoreError
from rnnbench.search.storage import has_storage
from rnnbench.tracking.home import Home
from rnnbench.tracking.store import Store

ADDRESS = "postgresql://anna:s3cret@localhost/mlflow"


def find() -> None:
    Store.find(load([f'tracking.uri="{ADDRESS}"'], cell=False))


def create() -> None:
    Store.open(load([f'tracking.uri="{ADDRESS}"'], cell=False))


def look_for_studies() -> None:
    has_storage(Home(Path("runs").absolute()), ADDRESS)


@pytest.mark.parametrize(
    ("call", "key"),
    [(find, "tracking.uri"), (create, "tracking.uri"), (look_for_studies, "search.storage")],
)
def test_the_extra_is_named_and_no_secret(
    work_dir: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[[], None], key: str
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'rnnbench\[postgresql\]'") as caught:
        call()
    assert str(caught.value).startswith(f"{key}: expected an address whose database driver")
    assert "s3cret" not in str(caught.value)

"""Where an experiment keeps the files of its runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.errors import StoreError
from rnnbench.stored.lookup import run_file
from rnnbench.tracking.store import Store


def open_store(root: Path | str) -> Store:
    words = ["tracking.experiment=mounted", f'tracking.artifacts="{root}"']
    return Store.open(load(words, cell=False))


def test_is_named_by_tracking_artifacts_for_a_new_one(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "a mounted folder"
    opened = open_store(root)
    run_id = opened.begin({}, "a run")
    file = tmp_path / "file.txt"
    file.write_text("text")
    opened.client.log_artifact(run_id, str(file))
    assert len(list(root.rglob("file.txt"))) == 1
    again = open_store(f"{root}/")
    with run_file(again, run_id, "file.txt") as path:
        assert path is not None
        assert path.read_text() == "text"


def test_is_not_changed_afterwards(store: Store, tmp_path: Path) -> None:
    open_store(tmp_path / "first")
    with pytest.raises(StoreError, match=r"tracking\.artifacts: expected .*first.*second"):
        open_store(tmp_path / "second")
    assert Store.open(load(["tracking.experiment=mounted"], cell=False)).records() == []

"""Where an experiment keeps the files of its runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.errors import StoreError
from rnnbench.stored.lookup import run_file
from rnnbench.tracking.experiment import check_artifacts
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


def test_a_missing_package_is_named() -> None:
    with pytest.raises(StoreError, match="pip install google-cloud-storage"):
        check_artifacts("gs://bucket/runs")


@pytest.mark.parametrize(
    ("root", "variable"),
    [
        ("wasbs://runs@anna.blob.core.windows.net/a", "AZURE_STORAGE_CONNECTION_STRING"),
        ("abfss://runs@anna.dfs.core.windows.net/a", "AZURE_STORAGE_SAS_TOKEN"),
    ],
)
def test_azure_needs_a_package_more_where_no_variable_says_who_asks(
    root: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONNECTION_STRING", "ACCESS_KEY", "SAS_TOKEN"):
        monkeypatch.delenv(f"AZURE_STORAGE_{name}", raising=False)
    with pytest.raises(StoreError, match=f"azure-identity, or set {variable}") as refused:
        check_artifacts(root)
    assert root in str(refused.value)
    monkeypatch.setenv(variable, "x")
    with pytest.raises(StoreError, match="pip install azure-storage-") as refused:
        check_artifacts(root)
    assert "azure-identity" not in str(refused.value)


@pytest.mark.parametrize(
    "root", ["wasbs://runs", "wasbs://runs@anna.example/a", "abfss://runs@anna", "abfss:/runs"]
)
def test_azure_addresses_name_a_container_and_an_account(root: str) -> None:
    with pytest.raises(StoreError, match=r"of the form \w+://CONTAINER@ACCOUNT"):
        check_artifacts(root)


@pytest.mark.parametrize("root", ["/data/runs", "file:///data", "mlflow-artifacts:/", None])
def test_places_are_addresses_and_absolute_paths(root: str | None) -> None:
    check_artifacts(root)

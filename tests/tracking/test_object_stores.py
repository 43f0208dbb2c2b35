"""Object stores: what they need is asked for first, and what their clients raise is told."""

from __future__ import annotations

import pytest

from rnnbench.errors import StoreError
from rnnbench.tracking.object_stores import check_answers, check_artifacts, told


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
    with pytest.raises(StoreError, match=r"of the form \w+://container@account"):
        check_artifacts(root)


@pytest.mark.parametrize("root", ["/data/runs", "file:///data", "mlflow-artifacts:/", None])
def test_places_are_addresses_and_absolute_paths(root: str | None) -> None:
    check_artifacts(root)


def test_whoever_reads_an_object_store_without_its_package_is_told_which_one() -> None:
    with pytest.raises(StoreError, match="pip install google-cloud-storage"):
        check_answers("gs://bucket/runs")


def test_what_a_client_raises_is_one_line_without_its_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "Xkey/1+2")
    with pytest.raises(StoreError) as refused, told("s3://bucket/runs"):
        raise OSError("NoSuchBucket for Xkey/1+2\nRequestId: 7")
    assert "received s3://bucket/runs (NoSuchBucket for ***)" in str(refused.value)


def test_errors_of_folders_and_servers_are_left_to_those_who_know_them() -> None:
    for place in ("file:///data/runs", "mlflow-artifacts:/1", "/data/runs"):
        check_answers(place)
        with pytest.raises(OSError, match="No space left"), told(place):
            raise OSError("No space left")

"""The experiment of a store, and where it keeps the files of its runs."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rnnbench.errors import StoreError
from rnnbench.formatting.redact import shown_address
from rnnbench.tracking import view
from rnnbench.tracking.address import local_path
from rnnbench.tracking.home import Home

# Object stores that MLflow knows by themselves: scheme -> module that must be there, its package.
_PACKAGES = {
    "s3": ("boto3", "boto3"),
    "gs": ("google.cloud.storage", "google-cloud-storage"),
    "wasbs": ("azure.storage.blob", "azure-storage-blob"),
    "abfss": ("azure.storage.filedatalake", "azure-storage-file-datalake"),
}
# Where none of these variables says who asks, MLflow has this package find out.
_IDENTITY = ("azure.identity", "azure-identity")
_CREDENTIALS = {
    "wasbs": ("AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCESS_KEY"),
    "abfss": ("AZURE_STORAGE_SAS_TOKEN",),
}
# Addresses that MLflow takes for Azure's, and would refuse only when the first run is recorded.
_AZURE = {
    "wasbs": ("blob", r"[^.@/]+\.blob\.core\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)"),
    "abfss": ("dfs", r"[^.@/]+\.[^@/]+"),
}
_SCHEMES = ("file", "mlflow-artifacts", "hdfs", "viewfs", *_PACKAGES)
_KEY = "tracking.artifacts"


def check_artifacts(root: str | None) -> None:
    """Refuse what no experiment can keep its files in, and a place whose package is missing.

    Raises:
        StoreError: naming the key.
    """
    if root is None:
        return
    scheme = re.match(r"([A-Za-z][\w+.-]*):", root)
    if scheme is None:
        if not Path(root).is_absolute():
            expected = "an absolute path, or an address as in s3://bucket/runs"
            raise StoreError(_KEY, expected, root or "an empty text", "type all of the path")
        return
    if scheme[1] not in _SCHEMES:
        expected = "an absolute path, or an address that starts with one of "
        expected += ", ".join(f"{known}:" for known in _SCHEMES)
        raise StoreError(_KEY, expected, shown_address(root), "leave it at null for the default")
    kind, host = _AZURE.get(scheme[1], ("", ""))
    if kind and not re.match(rf"{scheme[1]}://[^@/]+@{host}(/|$)", root):
        expected = f"{scheme[1]}://CONTAINER@ACCOUNT.{kind}.core.windows.net/PATH"
        expected = f"an address of the form {expected}"
        raise StoreError(_KEY, expected, shown_address(root), "see docs/how-to/shared_store.md")
    missing = [package for module, package in _needed(scheme[1]) if not _is_there(module)]
    if missing:
        raise StoreError(
            _KEY,
            f"an address whose Python packages are installed ({', '.join(missing)})",
            shown_address(root),
            f"pip install {' '.join(missing)}" + _or_credentials(scheme[1], missing),
        )


def check_root(store: Any, root: str | None) -> None:
    """Refuse another place for files than the one that an experiment has had from its beginning.

    Raises:
        StoreError: naming the key.
    """
    if root is None:
        return
    known = str(store.client.get_experiment(store.experiment_id).artifact_location)
    if _plain(known) != _plain(root):
        raise StoreError(
            _KEY,
            f"{shown_address(known)}, where the experiment has kept its files from the beginning",
            shown_address(root),
            "leave it at null, or begin another with tracking.experiment=...",
        )


def ensure_experiment(
    client: Any, name: str, home: Home, *, create: bool, uri: str, root: str | None = None
) -> str:
    """Return the id of an experiment, created where that was asked for.

    Raises:
        StoreError: where it is deleted, or is not there and is not to be created.
    """
    known = client.get_experiment_by_name(name)
    if known is not None and known.lifecycle_stage != "active":
        raise StoreError(
            "tracking.experiment",
            "an experiment that is not deleted",
            name,
            "restore it in MLflow, or choose another name",
        )
    if known is not None:
        return str(known.experiment_id)
    if not create:
        existing = ", ".join(sorted(e.name for e in client.search_experiments())) or "none"
        raise StoreError(
            "tracking.experiment",
            "an experiment that is in the store",
            name,
            f"there are: {existing}",
        )
    # A server keeps files where all of its clients reach them; a database keeps none.
    location = None if uri.startswith("http") else home.artifacts.as_uri()
    if root is not None:
        location = root if ":" in root.partition("/")[0] else Path(root).as_uri()
    # Otherwise the UI guesses what kind of experiment it is and opens on its pages for chat models.
    tags = {"mlflow.experimentKind": "custom_model_development", view.TAG: view.state()}
    try:
        return str(client.create_experiment(name, artifact_location=location, tags=tags))
    except Exception:
        known = client.get_experiment_by_name(name)
        if known is None:
            raise
        return str(known.experiment_id)  # another process was faster


def _needed(scheme: str) -> list[tuple[str, str]]:
    """Return the modules that an object store needs, each with its package."""
    needed = [_PACKAGES[scheme]] if scheme in _PACKAGES else []
    names = _CREDENTIALS.get(scheme)
    if names and not any(name in os.environ for name in names):
        needed.append(_IDENTITY)
    return needed


def _or_credentials(scheme: str, missing: list[str]) -> str:
    if _IDENTITY[1] not in missing:
        return ""
    return f", or set {' or '.join(_CREDENTIALS[scheme])} instead of {_IDENTITY[1]}"


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _plain(address: str) -> str:
    path = local_path(address)
    return (address if path is None else str(path)).rstrip("/")

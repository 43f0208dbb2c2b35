"""Object stores as the place of runs' files: what they need, and their errors in one message."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from rnnbench.errors import StoreError, first_line
from rnnbench.formatting.redact import redacted, shown_address

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
KEY = "tracking.artifacts"


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
            raise StoreError(KEY, expected, root or "an empty text", "type all of the path")
        return
    if scheme[1] not in _SCHEMES:
        expected = "an absolute path, or an address that starts with one of "
        expected += ", ".join(f"{known}:" for known in _SCHEMES)
        raise StoreError(KEY, expected, shown_address(root), "leave it at null for the default")
    kind, host = _AZURE.get(scheme[1], ("", ""))
    if kind and not re.match(rf"{scheme[1]}://[^@/]+@{host}(/|$)", root):
        expected = f"{scheme[1]}://container@account.{kind}.core.windows.net/path"
        expected = f"an address of the form {expected}"
        raise StoreError(KEY, expected, shown_address(root), "see docs/how-to/shared_store.md")
    missing = [package for module, package in _needed(scheme[1]) if not _is_there(module)]
    if missing:
        raise StoreError(
            KEY,
            f"an address whose Python packages are installed ({', '.join(missing)})",
            shown_address(root),
            f"pip install {' '.join(missing)}" + _or_credentials(scheme[1], missing),
        )


def check_answers(address: str) -> None:
    """Refuse an object store that does not answer, before anything is trained for it.

    Raises:
        StoreError: where the bucket is missing, or nobody may look into it.
    """
    if not is_object_store(address):
        return
    with told(address):
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        get_artifact_repository(address).list_artifacts("nothing")  # one request, of many runs, too


def is_object_store(address: str) -> bool:
    """Return whether files at an address are kept by one of the clouds' services."""
    return address.partition(":")[0] in _PACKAGES


@contextmanager
def told(address: str) -> Iterator[None]:
    """Turn what the client of an object store raises into one message; each has errors of its own.

    Raises:
        StoreError: naming the key.
    """
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        if not is_object_store(address):
            raise
        if isinstance(error, ImportError):
            check_artifacts(address)  # which says what to install
        raise StoreError(
            KEY,
            "an object store that can be read and written",
            f"{shown_address(address)} ({redacted(first_line(error)[:300])})",
            "create its bucket or container, or correct the credentials in the environment",
        ) from None


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

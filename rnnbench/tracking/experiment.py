"""The experiment of a store, and where it keeps the files of its runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnbench.errors import StoreError
from rnnbench.formatting.redact import shown_address
from rnnbench.tracking import view
from rnnbench.tracking.address import local_path
from rnnbench.tracking.home import Home
from rnnbench.tracking.object_stores import KEY, check_answers


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
            KEY,
            f"{shown_address(known)}, where the experiment has kept its files from the beginning",
            shown_address(root),
            "leave it at null, or begin another with tracking.experiment=...",
        )


def check_files(store: Any) -> None:
    """Refuse an experiment whose files are in an object store that does not answer.

    Raises:
        StoreError: naming the key.
    """
    check_answers(str(store.client.get_experiment(store.experiment_id).artifact_location))


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
        check_answers(location)  # it could not be changed afterwards
    # Otherwise the UI guesses what kind of experiment it is and opens on its pages for chat models.
    tags = {"mlflow.experimentKind": "custom_model_development", view.TAG: view.state()}
    try:
        return str(client.create_experiment(name, artifact_location=location, tags=tags))
    except Exception:
        known = client.get_experiment_by_name(name)
        if known is None:
            raise
        return str(known.experiment_id)  # another process was faster


def _plain(address: str) -> str:
    path = local_path(address)
    return (address if path is None else str(path)).rstrip("/")

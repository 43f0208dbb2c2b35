"""Files of runs as local paths, wherever they are: many of them are fetched at once."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path

from rnnbench.tracking.address import local_path
from rnnbench.tracking.object_stores import told
from rnnbench.tracking.store import Store

_AT_ONCE = 8
Folders = dict[str, Path]  # by run


@contextmanager
def run_files(store: Store, run_ids: Iterable[str], names: Collection[str]) -> Iterator[Folders]:
    """Give by run a folder that holds those of some files that the run has.

    A run whose files are nowhere is left out. What was fetched goes with the block.

    Raises:
        StoreError: where the store, or what it keeps files in, does not answer.
    """
    addresses = store.artifact_folders(run_ids)
    found = {i: local_path(address) for i, address in addresses.items()}
    here = {run_id: folder for run_id, folder in found.items() if folder is not None}
    away = [run_id for run_id in found if run_id not in here and addresses[run_id]]
    if not away:
        yield here
        return
    from concurrent.futures import ThreadPoolExecutor

    with tempfile.TemporaryDirectory(prefix="rnnbench-") as place:
        fetched = {run_id: Path(place, run_id) for run_id in away}
        with store.translated():
            client = store.client

            def fetch(run_id: str) -> None:
                fetched[run_id].mkdir()
                with told(addresses[run_id]):
                    for item in client.list_artifacts(run_id):
                        if item.path in names:
                            client.download_artifacts(run_id, item.path, str(fetched[run_id]))

            # Each in a copy of this context, which says how long a store is waited for.
            contexts = [copy_context() for _ in away]
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                for _ in pool.map(lambda own, run_id: own.run(fetch, run_id), contexts, away):
                    pass
        yield here | fetched

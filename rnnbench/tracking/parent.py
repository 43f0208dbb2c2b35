"""The parent run of a sweep, under which the MLflow UI groups its runs."""

from __future__ import annotations

import os
import time

from rnnbench.errors import StoreError
from rnnbench.locks import Timeout
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.recorder import source_tags
from rnnbench.tracking.store import Store

_WAIT_SECONDS = 60
_LOOK_SECONDS = 0.5


class SweepParent:
    """One parent for all who work on a sweep; whoever came first owns it while it is running."""

    def __init__(self, store: Store, sweep_key: str, name: str, command: str) -> None:
        self._store = store
        self._key = sweep_key
        self._name = name
        self._command = command
        self._lock = store.home.lock(store.sweep_lock(sweep_key))
        self.run_id: str | None = None

    def open(self) -> str:
        """Return the id of the parent: an earlier one, another driver's, or a new one."""
        end = time.monotonic() + _WAIT_SECONDS
        while self.run_id is None:
            try:
                # Whoever looks whether it is held holds it for a moment.
                self._lock.acquire(timeout=_LOOK_SECONDS)
            except Timeout:
                known = self.find()
                if known is not None:
                    self.run_id = known.run_id
                elif time.monotonic() > end:
                    raise self._missing() from None
            else:
                self.run_id = self._own()
        return self.run_id

    def find(self) -> Record | None:
        """Return the parent that the store has, whoever opened it."""
        known = self._store.records({names.SWEEP: self._key}, kind="sweep")
        return min(known, key=lambda record: (record.start_time, record.run_id), default=None)

    def close(self, status: names.Status) -> None:
        """End the parent, unless another driver is at work under it."""
        if self.run_id is None:
            return
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return
        try:
            self._store.client.set_terminated(self.run_id, status)
        finally:
            self._lock.release()

    def _own(self) -> str:
        client = self._store.client
        known = self.find()
        if known is not None:
            client.update_run(known.run_id, status="RUNNING")
            for name, value in self._store.ownership.tags().items():
                client.set_tag(known.run_id, name, value)
            return known.run_id
        tags = {
            names.KIND: names.SWEEP_PARENT,
            names.SWEEP: self._key,
            names.COMMAND: self._command,
            names.HOST: os.uname().nodename,
            **source_tags(self._command),
        }
        run_id = self._store.begin(tags, self._name)
        first = self.find()
        if first is None or first.run_id == run_id:
            return run_id
        self._store.delete(run_id)  # another home has begun the same sweep at the same moment
        return first.run_id

    def _missing(self) -> StoreError:
        return StoreError(
            "home",
            "a parent run, which the process that began this sweep creates",
            f"none after {_WAIT_SECONDS} seconds",
            "end that process, or run the command again when it has finished",
        )

"""The parent run of a sweep, under which the MLflow UI groups its runs."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from rnnbench.errors import StoreError
from rnnbench.system.locks import Lock, Timeout
from rnnbench.tracking import names
from rnnbench.tracking.notes import SHOWN_METRICS, sweep_note
from rnnbench.tracking.record import Record
from rnnbench.tracking.recorder import source_tags
from rnnbench.tracking.run_names import Subject
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import RunEntry

_WAIT_SECONDS = 60
_LOOK_SECONDS = 0.5


class SweepParent:
    """One parent for all who work on a sweep; whoever came first owns it while it is running."""

    def __init__(
        self, store: Store, sweep_key: str, subject: Subject, kind: str, command: str
    ) -> None:
        """Declare the parent; nothing is written yet.

        Args:
            store: where it is, or will be.
            sweep_key: content key of the sweep.
            subject: the arms and data sets, for its name and description.
            kind: what it is, as in ``sweep of 6 runs``.
            command: what was typed, without secrets.
        """
        self._store = store
        self._key = sweep_key
        self._subject = subject
        self._kind = kind
        self._command = command
        self._name = store.sweep_lock(sweep_key)
        self._lock: Lock | None = None
        self.run_id: str | None = None

    def open(self) -> str:
        """Return the id of the parent: an earlier one, another driver's, or a new one."""
        end = time.monotonic() + _WAIT_SECONDS
        while self.run_id is None:
            try:
                if self._lock is None:
                    self._lock = self._store.locks.acquire(self._name, timeout=_LOOK_SECONDS)
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

    def describe(self, labels: Mapping[str, str]) -> None:
        """Refresh the description from the summaries of the arms.

        Args:
            labels: content key of an arm -> how the sweep calls it.
        """
        parent = self.find()
        if parent is None:
            return
        found = self._store.records(kind="arm", only=(names.ARM_KEY, *SHOWN_METRICS))
        keys = ((record.tags.get(names.ARM_KEY, ""), record) for record in found)
        arms = [(labels[key], r) for key, r in keys if key in labels and r.is_finished]
        # Whoever types the sweep in other words has not begun it.
        command = parent.tags.get(names.COMMAND, self._command)
        note = sweep_note(self._subject, command, self._key, arms)
        if parent.tags.get(names.NOTE) != note:
            with self._store.translated():
                self._store.add(RunEntry(parent.run_id, tags={names.NOTE: note}))

    def close(self, status: names.Status) -> None:
        """End the parent, unless another driver is at work under it."""
        run_id, self.run_id = self.run_id, None
        if run_id is None:
            return
        try:
            lock, self._lock = self._lock or self._store.locks.acquire(self._name, timeout=0), None
        except Timeout:
            return
        with lock:
            if lock.is_held():  # else another driver has taken it over
                self._store.add(RunEntry(run_id, status=status))

    def _own(self) -> str:
        self._store.save_view()
        known = self.find()
        if known is not None:
            tags = self._store.marker.tags()
            self._store.add(RunEntry(known.run_id, tags=tags, status="RUNNING"))
            return known.run_id
        tags = {
            names.KIND: names.SWEEP_PARENT,
            names.SWEEP: self._key,
            names.COMMAND: self._command,
            names.HOST: os.uname().nodename,
            names.NOTE: sweep_note(self._subject, self._command, self._key, []),
            **source_tags(self._command),
        }
        run_id = self._store.begin(tags, self._subject.name(self._kind, self._key))
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

"""Who trains a run: at most one process, of whatever home, for as long as it lives."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from enum import Enum
from pathlib import Path

from rnnbench.config.metrics import EPOCH_METRICS
from rnnbench.config.schema import SweepConfig
from rnnbench.sweep.jobs import JOB_COLUMNS, Job
from rnnbench.system.locks import Lock, Timeout
from rnnbench.tracking import names
from rnnbench.tracking.begin import begin_alone, owner_elsewhere, runs_of
from rnnbench.tracking.record import Record, also_trial_of, counting
from rnnbench.tracking.recorder import run_tags
from rnnbench.tracking.run_names import run_name
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import RunEntry
from rnnbench.training.history import Epoch, epochs_of
from rnnbench.training.spec import RunSpec

_MOST_DEATHS = 3  # of a run's worker, before the run is kept as failed


class Claim(Enum):
    """The answer of :meth:`Ownership.claim`."""

    OWNED = "ours to train"
    DONE = "nothing left to train"
    ELSEWHERE = "being trained by another process"


class Ownership:
    """Owns the runs that this process is training: their locks, ids and folders, until released."""

    def __init__(self, store: Store, options: SweepConfig, sweep_key: str, command: str) -> None:
        self._store = store
        self._options = options
        self._sweep_key = sweep_key
        self._command = command
        self._locks: dict[str, Lock] = {}
        self.specs: dict[str, RunSpec] = {}
        self.run_ids: dict[str, str] = {}

    def claim(self, spec: RunSpec) -> Claim:
        """Become the owner of a run and begin it, unless it has another, or needs none."""
        try:
            lock = self._store.locks.acquire(spec.key, timeout=0)
        except Timeout:
            return Claim.ELSEWHERE
        answer = Claim.ELSEWHERE
        try:
            answer = self._begin(spec)
        finally:
            if answer is not Claim.OWNED:
                lock.release()
        if answer is Claim.OWNED:
            # What a killed run left there is none of this run's files.
            shutil.rmtree(self.folder(spec.key), ignore_errors=True)
            self._locks[spec.key] = lock
            self.specs[spec.key] = spec
        return answer

    def _begin(self, spec: RunSpec) -> Claim:
        known = self._runs(spec)
        if not Job(spec, counting(known) if known else None).is_pending(self._options):
            return Claim.DONE
        tags = run_tags(spec, self._sweep_key, self._command)
        run_id = begin_alone(self._store, tags, run_name(spec), spec.kind, known)
        if run_id is None:
            return Claim.ELSEWHERE
        self.run_ids[spec.key] = run_id
        return Claim.OWNED

    def holds(self, key: str) -> bool:
        """Return whether a run is still ours: a lock can be lost with a connection."""
        return self._locks[key].is_held()

    def record(self, spec: RunSpec) -> Record | None:
        """Return the record that counts for a run, or ``None``."""
        runs = self._runs(spec)
        return counting(runs) if runs else None

    def history(self, record: Record) -> list[Epoch]:
        """Return the epochs of a finished run, as the store has them."""
        return epochs_of(self._store.histories([record.run_id], EPOCH_METRICS)[record.run_id])

    def share(self, record: Record, spec: RunSpec) -> None:
        """Tell a finished trial of another search that it is one of this search, too."""
        also = also_trial_of(record.tags)
        assert spec.search is not None
        assert spec.trial is not None
        also[spec.search.study] = {
            names.TRIAL: str(spec.trial.number),
            names.SEARCH: spec.search.description,
            names.ARM: spec.label,
        }
        self._store.add(
            RunEntry(record.run_id, tags={names.ALSO: json.dumps(also, sort_keys=True)})
        )

    def is_elsewhere(self, spec: RunSpec) -> bool:
        """Return whether another process is training a run."""
        if self._store.locks.held(spec.key):
            return True
        return self.owner(spec) is not None

    def has_died_often(self, spec: RunSpec) -> bool:
        """Return whether one more death of its worker is to count as a failure of the run."""
        killed = self._store.records(
            {names.KEY: spec.key}, kind=spec.kind, status="KILLED", only=[names.LOST]
        )
        return sum(names.LOST in record.tags for record in killed) >= _MOST_DEATHS - 1

    def owner(self, spec: RunSpec) -> str | None:
        """Return the host and home that train a run whose locks are not here, or ``None``."""
        return owner_elsewhere(self._store, self._runs(spec))

    def folder(self, key: str) -> Path:
        """Return where a worker leaves the files of a run."""
        return self._store.home.path / "staging" / key

    def release(self, key: str) -> None:
        """Give a run up; whatever is to be known of it is in the store."""
        del self.specs[key]
        del self.run_ids[key]
        self._locks.pop(key).release()

    def release_all(self) -> None:
        """Give every run up, and end what was begun but never came to be trained."""
        with ExitStack() as stack:
            for key in self.specs:
                stack.callback(self.release, key)
                stack.callback(self._store.kill, self.run_ids[key], "the sweep was interrupted")

    def _runs(self, spec: RunSpec) -> list[Record]:
        only = None if spec.trial is not None else JOB_COLUMNS
        return runs_of(self._store, spec.key, spec.kind, only)

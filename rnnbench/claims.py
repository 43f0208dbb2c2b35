"""Who trains a run: at most one process, for as long as it lives."""

from __future__ import annotations

import json
import shutil
from enum import Enum
from pathlib import Path

from rnnbench.config.schema import SweepConfig
from rnnbench.executors.events import DIED
from rnnbench.jobs import JOB_COLUMNS, Job
from rnnbench.locks import Lock, Timeout
from rnnbench.runspec import RunSpec
from rnnbench.tracking import names
from rnnbench.tracking.record import Record, also_trial_of
from rnnbench.tracking.store import Store
from rnnbench.training.history import EPOCH_METRICS, Epoch, epochs_of

_MOST_DEATHS = 3  # of a run's worker, before the run is kept as failed


class Claim(Enum):
    """The answer to a claim."""

    OWNED = "ours to train"
    DONE = "nothing left to train"
    ELSEWHERE = "being trained by another process"


class Claims:
    """The locks that this process holds, one for each run that it is training."""

    def __init__(self, store: Store, options: SweepConfig) -> None:
        self._store = store
        self._options = options
        self._locks: dict[str, Lock] = {}
        self.specs: dict[str, RunSpec] = {}

    def claim(self, spec: RunSpec) -> Claim:
        """Become the owner of a run, unless it has another, or needs none."""
        lock = self._store.home.lock(spec.key)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return Claim.ELSEWHERE
        answer, record = Claim.OWNED, self.record(spec)
        if record is not None and self._is_foreign(record):
            answer = Claim.ELSEWHERE
        elif not Job(spec, record).is_pending(self._options):
            answer = Claim.DONE
        if answer is not Claim.OWNED:
            lock.release()
            return answer
        if record is not None and record.status == "RUNNING":
            # Its owner cannot be alive: the lock is ours.
            self._store.end_dead(record)
        # What a killed run left there is none of this run's files.
        shutil.rmtree(self.folder(spec.key), ignore_errors=True)
        self._locks[spec.key] = lock
        self.specs[spec.key] = spec
        return answer

    def record(self, spec: RunSpec) -> Record | None:
        """Return the record that counts for a run, or ``None``."""
        only = None if spec.trial is not None else JOB_COLUMNS
        return self._store.by_key([spec.key], kind=spec.kind, only=only).get(spec.key)

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
        self._store.client.set_tag(record.run_id, names.ALSO, json.dumps(also, sort_keys=True))

    def is_elsewhere(self, spec: RunSpec) -> bool:
        """Return whether another process is training a run."""
        if self._store.home.is_owned(spec.key):
            return True
        return self.owner(spec) is not None

    def has_died_often(self, spec: RunSpec) -> bool:
        """Return whether one more death of its worker is to count as a failure of the run."""
        killed = self._store.records(
            {names.KEY: spec.key}, kind=spec.kind, status="KILLED", only=JOB_COLUMNS
        )
        return sum(record.reason.startswith(DIED) for record in killed) >= _MOST_DEATHS - 1

    def owner(self, spec: RunSpec) -> str | None:
        """Return the host and home that train a run whose locks are not here, or ``None``."""
        record = self.record(spec)
        if record is None or not self._is_foreign(record):
            return None
        return record.tags.get(names.OWNER, "")

    def folder(self, key: str) -> Path:
        """Return where a worker leaves the files of a run."""
        return self._store.home.path / "staging" / key

    def release(self, key: str) -> None:
        """Give a run up; whatever is to be known of it is in the store."""
        del self.specs[key]
        self._locks.pop(key).release()

    def release_all(self) -> None:
        """Give every run up."""
        for key in list(self.specs):
            self.release(key)

    def _is_foreign(self, record: Record) -> bool:
        """Return whether a run is being trained from another home, whose locks we don't see."""
        return record.status == "RUNNING" and not self._store.is_ours(record)

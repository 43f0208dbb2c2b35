"""The job table of a sweep: its declared runs, and which of them are still to be done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rnnbench.config.schema import SweepConfig
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec, digest

JobStatus = Literal["DONE", "STALE", "RUNNING", "FAILED", "PENDING"]

SECONDS = "run_seconds"
FIT_SECONDS = "fit_seconds"
# What of a run in the store a job table needs.
JOB_COLUMNS = (
    names.KEY,
    names.ARM_KEY,
    names.CELL,
    names.OWNER,
    names.PATH,
    names.PROCESS,
    names.REASON,
    names.TRAINING_VERSION,
    names.TRIAL_STATE,
    names.WORK,
    "seed",
    SECONDS,
    FIT_SECONDS,
)


@dataclass(frozen=True)
class Job:
    """A declared run, and what the store knows of it.

    Attributes:
        spec: the declared run.
        record: the store's record of its key, where there is one.
        stale: a finished run of the same configuration by an older training version.
        is_owned: whether a living process is training it.
    """

    spec: RunSpec
    record: Record | None
    stale: Record | None = None
    is_owned: bool = False

    @property
    def is_done(self) -> bool:
        """Whether a finished run with this key is in the store."""
        return self.record is not None and self.record.is_finished

    @property
    def status(self) -> JobStatus:
        """How a plan calls it; what was killed is pending again."""
        if self.is_done:
            return "DONE"
        if self.is_owned:
            return "RUNNING"
        if self.record is not None and self.record.status == "FAILED":
            return "FAILED"
        return "PENDING" if self.stale is None else "STALE"

    def is_pending(self, options: SweepConfig) -> bool:
        """Return whether a sweep trains it: never finished, and not failed unless asked for."""
        if self.is_done or (self.stale is not None and options.accept_stale):
            return False
        return self.status != "FAILED" or options.retry_failed

    def counted(self, options: SweepConfig) -> Record | None:
        """Return the record that counts as the result or the failure of the run."""
        if self.stale is not None and options.accept_stale and not self.is_done:
            return self.stale
        return self.record


def job_table(
    specs: Sequence[RunSpec], store: Store, known: Iterable[Record] | None = None
) -> list[Job]:
    """Return the declared runs with what the store knows of them; nothing is changed.

    Args:
        specs: the declared runs.
        store: where runs are looked up.
        known: the store's runs of their kinds, where they were read already.
    """
    if known is None:
        known = _of_kinds(specs, store, JOB_COLUMNS)
    wanted = {spec.key for spec in specs}
    by_key: dict[str, Record] = {}
    finished: dict[tuple[str, int], Record] = {}
    for record in known:
        if record.key in wanted:
            before = by_key.get(record.key)
            if before is None or not before.is_finished:
                by_key[record.key] = record
        elif record.is_finished:
            finished[record.tags.get(names.ARM_KEY, ""), record.seed] = record
    jobs = []
    for spec in specs:
        found = by_key.get(spec.key)
        stale = finished.get((spec.arm_key, spec.config.seed))
        jobs.append(Job(spec, found, stale, found is not None and _is_owned(found, store)))
    return jobs


def results(specs: Sequence[RunSpec], store: Store, options: SweepConfig) -> dict[str, Record]:
    """Return by key the record that counts for each declared run that has one."""
    found: dict[str, Record] = {}
    for kind in sorted({spec.kind for spec in specs}):
        found |= store.by_key((spec.key for spec in specs if spec.kind == kind), kind=kind)
    missing = [s for s in specs if s.key not in found or not found[s.key].is_finished]
    if missing and options.accept_stale:
        for job in job_table(missing, store, _of_kinds(missing, store)):
            record = job.counted(options)
            if record is not None:
                found[job.spec.key] = record
    return found


def _of_kinds(
    specs: Sequence[RunSpec], store: Store, only: Collection[str] | None = None
) -> list[Record]:
    """Return the store's runs of the kinds that declared runs are of."""
    kinds = sorted({spec.kind for spec in specs})
    return [record for kind in kinds for record in store.records(kind=kind, only=only)]


def _is_owned(record: Record, store: Store) -> bool:
    if record.status != "RUNNING":
        return False
    return not store.is_ours(record) or store.locks.held(record.key)


def sweep_key(keys: Iterable[str], until: Sequence[object] = ()) -> str:
    """Return the content key of a set of runs or searches, whatever their order.

    Args:
        keys: theirs.
        until: what else decides when the sweep ends, where it may end before all are trained.
    """
    return digest({"runs": sorted(keys)} | ({"until": list(until)} if until else {}))

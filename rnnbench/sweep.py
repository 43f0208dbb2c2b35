"""The driver of a sweep: claims runs, has them trained, writes what happens into the store."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from filelock import BaseFileLock, Timeout
from rich.console import Console

from rnnbench.artifacts import write_artifacts
from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config, SweepConfig
from rnnbench.executors.events import EpochEnded, Event, Failed, Finished, Passed, Started
from rnnbench.executors.local import LocalExecutor
from rnnbench.interrupt import Interruption
from rnnbench.jobs import Job, check_arms, declare, make_task, sweep_key
from rnnbench.progress import SweepProgress, duration
from rnnbench.run import Task
from rnnbench.runspec import RunSpec
from rnnbench.tracking import names
from rnnbench.tracking.home import Home
from rnnbench.tracking.recorder import Recorder, open_sweep
from rnnbench.tracking.store import Record, Store, redacted, tracking_uri, translated

_POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Swept:
    """The outcome of a sweep: the record of every declared run, and which were trained now."""

    specs: tuple[RunSpec, ...]
    records: dict[str, Record]
    trained: frozenset[str]

    def is_finished(self, spec: RunSpec) -> bool:
        """Return whether a declared run has a result."""
        return spec.key in self.records and self.records[spec.key].is_finished

    @property
    def all_finished(self) -> bool:
        """Whether every declared run is finished."""
        return all(map(self.is_finished, self.specs))


def find_records(specs: Sequence[RunSpec], store: Store, options: SweepConfig) -> dict[str, Record]:
    """Return by key the record that counts for each declared run that has one.

    With ``accept_stale``, a run that an older training version finished counts too.
    """
    records = store.by_key(spec.key for spec in specs)
    if options.accept_stale:
        missing = [s for s in specs if s.key not in records or not records[s.key].is_finished]
        for arm_key in {spec.arm_key for spec in missing}:
            stale = {r.seed: r for r in store.records({names.ARM_KEY: arm_key}) if r.is_finished}
            for spec in missing:
                if spec.arm_key == arm_key and spec.config.seed in stale:
                    records[spec.key] = stale[spec.config.seed]
    return records


def job_table(specs: Sequence[RunSpec], store: Store, options: SweepConfig) -> list[Job]:
    """Return the declared runs with their records; runs whose owner died are ended first."""
    records = find_records(specs, store, options)
    if store.reap(records.values()):
        records = find_records(specs, store, options)
    return [Job(spec, records.get(spec.key)) for spec in specs]


def run_arms(
    arms: Sequence[Arm],
    console: Console,
    command: str,
    *,
    seeds: int | None = None,
    parent: bool = True,
) -> Swept:
    """Check and declare the runs of some arms, and train those that are not finished.

    Args:
        arms: what to train; the first one's options count for all.
        console: where progress is shown.
        command: what the user typed.
        seeds: replicates of each arm; ``None`` for the configured number.
        parent: whether the runs are grouped under a parent run.

    Raises:
        ConfigError, DataError, StoreError: before anything is trained.
    """
    check_arms(arms)
    config = arms[0].config
    tracking_uri(config)  # a wrong address is told before any data is prepared
    home = Home.of(config.home)
    home.make()
    specs = declare(arms, home.path, seeds)
    with LocalExecutor(config.executor) as executor:
        store = Store.open(config)
        with SweepProgress(console) as progress:
            return run_sweep(
                specs, store, executor, progress, config, redacted(command), parent=parent
            )


def run_sweep(
    specs: Sequence[RunSpec],
    store: Store,
    executor: LocalExecutor,
    progress: SweepProgress,
    config: Config,
    command: str,
    *,
    parent: bool = True,
) -> Swept:
    """Train what is not finished and return every declared run's record.

    Args:
        specs: the declared runs.
        store: where runs are found and written.
        executor: where they are trained.
        progress: told what happens.
        config: options of the sweep and its name.
        command: what the user typed.
        parent: whether the runs are grouped under a parent run.
    """
    table = job_table(specs, store, config.sweep)
    pending = [job.spec for job in table if job.is_pending(config.sweep)]
    progress.begin(len(specs), len(specs) - len(pending), sum(spec.work for spec in pending))
    if not pending:
        known = {job.spec.key: job.record for job in table if job.record is not None}
        return Swept(tuple(specs), known, frozenset())
    executor.warm_up()
    key = sweep_key(specs)
    name = _sweep_name(specs) if parent else None
    with Interruption() as interruption:
        driver = _Driver(store, progress, config, key, command, name, interruption)
        with driver:
            driver.train(executor, pending)
    return Swept(tuple(specs), find_records(specs, store, config.sweep), frozenset(driver.trained))


def _sweep_name(specs: Sequence[RunSpec]) -> str:
    labels = list(dict.fromkeys(spec.label for spec in specs))
    shown = ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")
    return f"sweep of {len(specs)} runs: {shown}"


class _Driver:
    """Holds the locks and the open MLflow runs of one sweep, and closes them whatever happens."""

    def __init__(
        self,
        store: Store,
        progress: SweepProgress,
        config: Config,
        key: str,
        command: str,
        parent_name: str | None,
        interruption: Interruption,
    ) -> None:
        self._store = store
        self._progress = progress
        self._config = config
        self._key = key
        self._command = command
        self._parent_name = parent_name
        self._parent: str | None = None
        self._locks: dict[str, BaseFileLock] = {}
        self._recorders: dict[str, Recorder] = {}
        self._specs: dict[str, RunSpec] = {}
        self._elsewhere: list[str] = []
        self._interruption = interruption
        self.trained: set[str] = set()

    def __enter__(self) -> _Driver:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Leave no run shown as running: whatever is open now was interrupted."""
        with ExitStack() as stack:
            for lock in self._locks.values():
                stack.callback(lock.release)
            for recorder in list(self._recorders.values()):
                stack.callback(recorder.fail, "the sweep was interrupted", killed=True)
            if self._parent is not None:
                status = "FINISHED" if kind is None else "KILLED"
                stack.callback(self._store.client.set_terminated, self._parent, status)

    def train(self, executor: LocalExecutor, specs: Sequence[RunSpec]) -> None:
        """Have runs trained, until each is finished, failed or trained by somebody else."""
        waiting = list(specs)
        while waiting:
            self._specs = {spec.key: spec for spec in waiting}
            self._elsewhere.clear()
            tasks = [make_task(spec, self._folder(spec.key)) for spec in waiting]
            for event in executor.run(tasks, self._claim, self._interruption):
                with translated(self._store.uri, self._store.home.path):
                    self._handle(event)
            waiting = self._wait_for_others()

    def _wait_for_others(self) -> list[RunSpec]:
        """Wait for runs that another sweep is training; return those that it left undone."""
        left = []
        if self._elsewhere:
            self._progress.say(f"waiting for {len(self._elsewhere)} runs of another sweep")
        for key in self._elsewhere:
            while self._is_trained_elsewhere(key):
                time.sleep(_POLL_SECONDS)
                self._interruption.check()
            job = Job(self._specs[key], self._store.by_key([key]).get(key))
            if job.is_pending(self._config.sweep):
                left.append(job.spec)
            else:
                self._progress.ended(job.spec, "trained by another sweep")
        return left

    def _is_trained_elsewhere(self, key: str) -> bool:
        if self._store.home.is_owned(key):
            return True
        record = self._store.by_key([key]).get(key)
        return record is not None and self._is_foreign(record)

    def _is_foreign(self, record: Record) -> bool:
        """Return whether a run is being trained from another home, whose locks we don't see."""
        return record.status == "RUNNING" and not self._store.is_ours(record)

    def _folder(self, key: str) -> Path:
        return self._store.home.path / "staging" / key

    def _claim(self, task: Task) -> bool:
        """Become the owner of a run; another owner, or a finished record, passes it over."""
        lock = self._store.home.lock(task.key)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            self._elsewhere.append(task.key)
            return False
        job = Job(self._specs[task.key], self._store.by_key([task.key]).get(task.key))
        if job.record is not None and self._is_foreign(job.record):
            lock.release()
            self._elsewhere.append(task.key)
            return False
        if not job.is_pending(self._config.sweep):
            lock.release()
            self._progress.ended(self._specs[task.key], "trained by another sweep")
            return False
        if job.record is not None and job.record.status == "RUNNING":
            # Its owner cannot be alive: the lock is ours.
            self._store.end_dead(job.record)
        # What a killed run left there is none of this run's files.
        shutil.rmtree(self._folder(task.key), ignore_errors=True)
        self._locks[task.key] = lock
        return True

    def _handle(self, event: Event) -> None:
        if isinstance(event, Passed):
            return
        spec = self._specs[event.key]
        if isinstance(event, Started):
            if self._parent is None and self._parent_name is not None:
                self._parent = open_sweep(self._store, self._key, self._parent_name, self._command)
            self._recorders[event.key] = Recorder(
                self._store, spec, self._parent, self._key, self._command
            )
            self._progress.started(spec)
        elif isinstance(event, EpochEnded):
            self._recorders[event.key].epoch(event.epoch)
            self._progress.epoch(spec, event.epoch)
        elif isinstance(event, Finished):
            self._finish(spec, event)
        elif isinstance(event, Failed):
            self._recorders[event.key].fail(event.reason, killed=event.killed)
            self._close(spec, ("killed: " if event.killed else "failed: ") + event.reason)

    def _finish(self, spec: RunSpec, event: Finished) -> None:
        """Store a result; files that cannot be written cost this run, not the sweep."""
        recorder = self._recorders[event.key]
        try:
            with self._store.home.staging(event.key) as folder:
                write_artifacts(spec, event.outcome, folder)
                recorder.finish(event.outcome, folder)
        except (OSError, ValueError) as error:
            reason = f"its files could not be stored: {error}"
            recorder.fail(reason, killed=True)
            self._close(spec, f"killed: {reason}")
            return
        self.trained.add(event.key)
        self._close(spec, _told(event.outcome.metrics))

    def _close(self, spec: RunSpec, text: str) -> None:
        del self._recorders[spec.key]
        self._locks.pop(spec.key).release()
        self._progress.ended(spec, text)


def _told(metrics: dict[str, float]) -> str:
    parts = []
    if "best_val_accuracy" in metrics:
        epoch = int(metrics["best_epoch"])
        parts.append(f"validation accuracy {metrics['best_val_accuracy']:.4f} (epoch {epoch})")
    if "test_accuracy" in metrics:
        parts.append(f"test {metrics['test_accuracy']:.4f}")
    parts.append(duration(metrics["fit_seconds"]))
    return ", ".join(parts)

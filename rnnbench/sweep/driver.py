"""The driver of a sweep: has tasks trained and writes what happens into the store."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

from rnnbench.config.metrics import METRICS
from rnnbench.config.recorded import unresolved
from rnnbench.formatting.durations import duration
from rnnbench.formatting.redact import redacted
from rnnbench.interrupt import Interruption
from rnnbench.sweep.executors.events import (
    EpochEnded,
    Event,
    Failed,
    Finished,
    Idle,
    Lost,
    OfTask,
    Placed,
    Started,
    Stopped,
)
from rnnbench.sweep.executors.protocol import Executor
from rnnbench.sweep.ownership import Ownership
from rnnbench.sweep.progress import SweepProgress
from rnnbench.sweep.queue import Ending, Queue
from rnnbench.sweep.summaries import ArmSummaries
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.recorder import Recorder, Withdrawn
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import RunEntry
from rnnbench.training.history import ACCURACY, RMSE
from rnnbench.training.spec import RunSpec

_OfRun = Started | OfTask | Lost
_EPOCHS_SECONDS = 2.0  # in which epochs of all runs are collected to be written at once


class Driver:
    """Holds the locks and the open MLflow runs of one sweep, and closes them whatever happens."""

    def __init__(
        self,
        store: Store,
        ownership: Ownership,
        progress: SweepProgress,
        parent: SweepParent | None,
        sweep_key: str,
    ) -> None:
        self._store = store
        self._ownership = ownership
        self._progress = progress
        self._parent = parent
        self._summaries = ArmSummaries(store, sweep_key, create=parent is not None)
        self._epochs_written = 0.0
        self._recorders: dict[str, Recorder] = {}
        self._to_store: list[Finished] = []
        self._given_up: set[str] = set()
        self._queue: Queue | None = None
        self.trained: set[str] = set()

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Store what has a result; whatever else is open now was interrupted."""
        with ExitStack() as stack:
            stack.callback(self._ownership.release_all)
            if self._parent is not None:
                stack.callback(self._parent.close, "FINISHED" if kind is None else "KILLED")
            for recorder in self._recorders.values():
                stack.callback(recorder.abandon, "the sweep was interrupted")
            stack.callback(self._summaries.write)
            if self._queue is not None:
                stack.callback(self._store_waiting, self._queue)

    def train(self, executor: Executor, queue: Queue, interruption: Interruption) -> None:
        """Have everything of a queue trained, here or by others who are at it already."""
        self._queue, working = queue, True
        while working:
            for event in executor.run(queue, interruption):
                self._handle(event, queue, executor)
            working = queue.wait_for_others(interruption)

    def _handle(self, event: Event, queue: Queue, executor: Executor) -> None:
        if isinstance(event, Idle):
            self._store_waiting(queue)
            self._write_epochs()
            running = {spec.arm_key for spec in self._ownership.specs.values()}
            self._summaries.look(lambda arm: arm in running or queue.has_arm(arm))
            return
        spec = self._ownership.specs[event.key]
        if event.key not in self._given_up:
            try:
                self._hear(event, spec, queue, executor)
            except Withdrawn:
                self._give_up(spec)
        if event.key in self._given_up:
            self._pass_over(event, spec, queue, executor)

    def _give_up(self, spec: RunSpec) -> None:
        """Write nothing more of a run: somebody else trains it, or will."""
        self._given_up.add(spec.key)
        self._recorders.pop(spec.key, None)

    def _pass_over(self, event: _OfRun, spec: RunSpec, queue: Queue, executor: Executor) -> None:
        """Wait for the end of a run that was given up: until then its worker is at its files."""
        if isinstance(event, EpochEnded):
            if spec.trial is not None and spec.trial.prunable:
                executor.reply(event.key, stop=True)
        elif not isinstance(event, (Started, Placed)):
            self._leave(spec, queue)

    def _leave(self, spec: RunSpec, queue: Queue) -> None:
        self._given_up.discard(spec.key)
        self._ownership.release(spec.key)
        queue.ended(spec, "elsewhere")
        self._progress.given_up(spec)

    def _check_held(self, spec: RunSpec) -> None:
        """Raise Withdrawn where somebody else has come to own a run."""
        if not self._ownership.holds(spec.key):
            raise Withdrawn(self._ownership.run_ids[spec.key])

    def _hear(self, event: _OfRun, spec: RunSpec, queue: Queue, executor: Executor) -> None:
        if isinstance(event, Started):
            self._started(spec)
        elif isinstance(event, Placed):
            self._recorders[event.key].placed(event.machine)
        elif isinstance(event, EpochEnded):
            self._recorders[event.key].epoch(event.epoch)
            self._write_epochs()
            if event.key in self._given_up:
                return
            self._progress.epoch(spec, event.epoch)
            stop = queue.epoch(spec, event.epoch)
            if spec.trial is not None and spec.trial.prunable:
                executor.reply(event.key, stop=stop)
        elif isinstance(event, Finished):
            if spec.trial is None:
                # Its worker gets the next run before this one's files are written.
                self._to_store.append(event)
            else:
                self._store_results([event], queue)
        elif isinstance(event, Stopped):
            self._check_held(spec)
            self._recorders[event.key].prune()
            del self._recorders[event.key]
            queue.ended(spec, "pruned")
            self._close(spec, "pruned")
        elif isinstance(event, Failed):
            self._fail(spec, event.reason, queue, killed=event.killed)
        elif isinstance(event, Lost):
            again = not self._ownership.has_died_often(spec)
            self._recorders[event.key].lost(event.loss)
            if again and event.loss == "node":
                self._try_again(spec, event.reason, queue)
            else:
                self._fail(spec, event.reason, queue, killed=again)

    def _started(self, spec: RunSpec) -> None:
        parent = None if self._parent is None else self._parent.open()
        self._recorders[spec.key] = Recorder(
            self._store, spec, self._ownership.run_ids[spec.key], parent
        )
        self._progress.started(spec)

    def _write_epochs(self) -> None:
        """Write epochs that have come in, of all runs at once, so that people see them."""
        now = time.monotonic()
        if now - self._epochs_written < _EPOCHS_SECONDS:
            return
        self._epochs_written = now
        told = [recorder.so_far() for recorder in self._recorders.values()]
        gone = self._write([entry for entry in told if entry is not None])
        for spec in [r.spec for r in self._recorders.values() if r.run_id in gone]:
            self._give_up(spec)

    def _write(self, entries: Sequence[RunEntry]) -> set[str]:
        return self._store.add(*entries) if entries else set()

    def _store_waiting(self, queue: Queue) -> None:
        events, self._to_store = self._to_store, []
        self._store_results(events, queue)

    def _store_results(self, events: Sequence[Finished], queue: Queue) -> None:
        """Store results at once; files that cannot be moved cost their run, not the sweep."""
        stored: list[tuple[RunSpec, Finished, RunEntry]] = []
        for event in events:
            spec = self._ownership.specs[event.key]
            entry = self._ended(spec, event, queue)
            if entry is not None:
                stored.append((spec, event, entry))
        gone = self._write([entry for _, _, entry in stored])
        for spec, _, _ in stored:
            del self._recorders[spec.key]  # whatever goes wrong now, these have ended
        for spec, event, entry in stored:
            if entry.run_id in gone:
                self._leave(spec, queue)
            else:
                self._stored(spec, event, queue)

    def _ended(self, spec: RunSpec, event: Finished, queue: Queue) -> RunEntry | None:
        """Return what is to be written of a result; ``None`` where it is dealt with already."""
        try:
            if spec.key in self._given_up:
                raise Withdrawn(spec.key)
            self._check_held(spec)
            with self._store.home.staging(spec.key) as folder:
                try:
                    return self._recorders[spec.key].finished(event.outcome, folder)
                except (OSError, ValueError) as error:
                    reason = f"its files could not be stored: {error}"
                    self._fail(spec, reason, queue, killed=True)
        except Withdrawn:
            self._give_up(spec)
            self._leave(spec, queue)
        return None

    def _stored(self, spec: RunSpec, event: Finished, queue: Queue) -> None:
        queue.ended(spec, "finished", event.outcome)
        if spec.trial is None:
            self.trained.add(event.key)
            self._summaries.changed(spec)
        self._close(spec, _told(event.outcome.metrics))

    def _fail(self, spec: RunSpec, reason: str, queue: Queue, *, killed: bool) -> None:
        reason = redacted(unresolved(reason, spec.config), self._store.uri)
        self._recorders[spec.key].fail(reason, killed=killed)
        del self._recorders[spec.key]
        ending: Ending = "killed" if killed else "failed"
        queue.ended(spec, ending)
        self._close(spec, f"{ending}: {reason}")

    def _try_again(self, spec: RunSpec, reason: str, queue: Queue) -> None:
        """Have a run trained on another node."""
        self._recorders.pop(spec.key).fail(reason, killed=True)
        self._ownership.release(spec.key)
        queue.ended(spec, "again")
        self._progress.given_up(spec, f"again, because {reason}")

    def _close(self, spec: RunSpec, text: str) -> None:
        self._ownership.release(spec.key)
        self._progress.ended(spec, text)


def _told(metrics: dict[str, float]) -> str:
    parts = []
    for score in (ACCURACY.name, RMSE.name):
        if f"best_val_{score}" in metrics:
            best = f" (epoch {int(metrics['best_epoch'])})" if "best_epoch" in metrics else ""
            parts.append(f"val {_shown(metrics, f'best_val_{score}')}{best}")
        if f"test_{score}" in metrics:
            parts.append(f"test {_shown(metrics, f'test_{score}')}")
    parts.append(duration(metrics["fit_seconds"]))
    return ", ".join(parts)


def _shown(metrics: dict[str, float], name: str) -> str:
    return METRICS[name].shown(metrics[name])

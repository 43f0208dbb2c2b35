"""The driver of a sweep: has tasks trained and writes what happens into the store."""

from __future__ import annotations

from contextlib import ExitStack

from rnnbench.config.metrics import METRICS
from rnnbench.config.recorded import unresolved
from rnnbench.formatting.durations import duration
from rnnbench.formatting.redact import redacted
from rnnbench.interrupt import Interruption
from rnnbench.sweep.artifacts import write_artifacts
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
from rnnbench.sweep.queue import Queue
from rnnbench.tracking.arm_summary import update_arm_summary
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.recorder import Recorder, Withdrawn
from rnnbench.tracking.store import Store
from rnnbench.training.history import ACCURACY, RMSE
from rnnbench.training.spec import RunSpec

_OfRun = Started | OfTask | Lost


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
        self._key = sweep_key
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
        queue.given_up(spec)
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
            self._progress.epoch(spec, event.epoch)
            stop = queue.epoch(spec, event.epoch)
            if spec.trial is not None and spec.trial.prunable:
                executor.reply(event.key, stop=stop)
        elif isinstance(event, Finished):
            if spec.trial is None:
                # Its worker gets the next run before this one's files are written.
                self._to_store.append(event)
            else:
                self._store_result(spec, event, queue)
        elif isinstance(event, Stopped):
            self._check_held(spec)
            self._recorders[event.key].prune()
            del self._recorders[event.key]
            queue.pruned(spec)
            self._close(spec, "pruned")
        elif isinstance(event, Failed):
            self._fail(spec, event.reason, queue, killed=False)
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

    def _store_waiting(self, queue: Queue) -> None:
        while self._to_store:
            finished = self._to_store.pop(0)
            spec = self._ownership.specs[finished.key]
            try:
                self._store_result(spec, finished, queue)
            except Withdrawn:
                self._give_up(spec)
                self._leave(spec, queue)

    def _store_result(self, spec: RunSpec, event: Finished, queue: Queue) -> None:
        """Store a result; files that cannot be written cost this run, not the sweep."""
        recorder = self._recorders[event.key]
        self._check_held(spec)
        try:
            with self._store.home.staging(event.key) as folder:
                write_artifacts(spec, event.outcome, folder)
                recorder.finish(event.outcome, folder)
        except (OSError, ValueError) as error:
            self._fail(spec, f"its files could not be stored: {error}", queue, killed=True)
            return
        del self._recorders[event.key]
        queue.finished(spec, event.outcome)
        if spec.trial is None:
            self.trained.add(event.key)
            create = self._parent is not None
            update_arm_summary(self._store, spec, self._key, create=create)
        self._close(spec, _told(event.outcome.metrics))

    def _fail(self, spec: RunSpec, reason: str, queue: Queue, *, killed: bool) -> None:
        reason = redacted(unresolved(reason, spec.config), self._store.uri)
        self._recorders[spec.key].fail(reason, killed=killed)
        del self._recorders[spec.key]
        queue.failed(spec, reason, killed=killed)
        self._close(spec, ("killed: " if killed else "failed: ") + reason)

    def _try_again(self, spec: RunSpec, reason: str, queue: Queue) -> None:
        """Have a run trained on another node."""
        self._recorders.pop(spec.key).fail(reason, killed=True)
        self._ownership.release(spec.key)
        queue.again(spec)
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

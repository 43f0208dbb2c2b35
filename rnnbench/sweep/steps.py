"""The steps of a sweep, which its strategy takes in an order of its own."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.config.schema import Config
from rnnbench.interrupt import Interruption
from rnnbench.sweep.driver import Driver
from rnnbench.sweep.ending import Finished, finished_runs, record_look, refresh_summaries
from rnnbench.sweep.executors.protocol import Executor
from rnnbench.sweep.jobs import job_table, results
from rnnbench.sweep.ownership import Ownership
from rnnbench.sweep.progress import SweepProgress
from rnnbench.sweep.queue import Queue
from rnnbench.sweep.result import Swept
from rnnbench.tracking.abandoned import reap
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.record import Record
from rnnbench.tracking.run_names import Subject
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec


class Sweep:
    """A sweep that is going on: its store, its progress, its parent run, who trains.

    Attributes:
        store: where runs are recorded.
        progress: what is shown meanwhile.
        config: the options of all arms.
        parent: groups the runs, once :meth:`group` was called; ``None`` where they are not grouped.
    """

    def __init__(
        self,
        store: Store,
        progress: SweepProgress,
        config: Config,
        command: str,
        executor: Executor,
        *,
        parent: bool,
    ) -> None:
        """Begin with nothing trained.

        Args:
            store: see above.
            progress: see above.
            config: see above.
            command: what the user typed, without secrets.
            executor: trains the runs.
            parent: whether they are grouped under a parent run.
        """
        self.store = store
        self.progress = progress
        self.config = config
        self.parent: SweepParent | None = None
        self._command = command
        self._executor = executor
        self._has_parent = parent
        self._key = ""

    def pending(self, specs: Sequence[RunSpec]) -> list[RunSpec]:
        """Return what is left to train; whatever has lost its owner is ended first."""
        reap(self.store)
        table = job_table(specs, self.store)
        return [job.spec for job in table if job.is_pending(self.config.sweep)]

    def group(self, key: str, subject: Subject, kind: str) -> None:
        """Say what the sweep is: its content key, and the name of its parent run.

        Args:
            key: of the declared runs (:func:`rnnbench.sweep.jobs.sweep_key`).
            subject: what is trained on what.
            kind: what is done with it.
        """
        self._key = key
        if self._has_parent:
            self.parent = SweepParent(self.store, key, subject, kind, self._command)

    def ownership(self) -> Ownership:
        """Return what holds the locks of the runs that :meth:`run` trains."""
        return Ownership(self.store, self.config.sweep, self._key, self._command)

    def run(self, queue: Queue, ownership: Ownership) -> frozenset[str]:
        """Have everything of a queue trained; return the content keys of what has a result."""
        self._executor.start()
        driver = Driver(self.store, ownership, self.progress, self.parent, self._key)
        with (
            self.store.translated(),
            Interruption() as interruption,
            driver,
        ):
            self.store.get_ready()  # while the workers' server imports TensorFlow
            driver.train(self._executor, queue, interruption)
        return frozenset(driver.trained)

    def records(self, specs: Sequence[RunSpec]) -> dict[str, Record]:
        """Return by key the record that counts for each declared run that has one."""
        return results(specs, self.store, self.config.sweep)

    def finish(self, swept: Swept) -> None:
        """Bring summaries of arms up to date, and keep that results of fixed seeds are seen now."""
        if self.parent is None:
            return
        finished = self.refresh_summaries(swept.specs)
        if swept.all_finished and not self.config.until:
            record_look(self.store, swept.specs, self.parent, finished)

    def refresh_summaries(self, specs: Sequence[RunSpec]) -> Finished:
        """Return the finished runs of declared arms, whose summaries are up to date now."""
        if self.parent is None:
            return {}
        finished = finished_runs(self.store, specs)
        refresh_summaries(self.store, specs, self.parent, self._key, finished)
        return finished

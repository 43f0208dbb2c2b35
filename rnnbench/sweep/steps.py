"""The steps of a sweep, which its strategy takes in an order of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rnnbench.config.schema import Config
from rnnbench.interrupt import Interruption
from rnnbench.sweep.driver import Driver
from rnnbench.sweep.executors.protocol import Executor
from rnnbench.sweep.jobs import JOB_COLUMNS, job_table, results
from rnnbench.sweep.ownership import Ownership
from rnnbench.sweep.progress import SweepProgress
from rnnbench.sweep.queue import Queue
from rnnbench.sweep.result import Swept
from rnnbench.tracking import names
from rnnbench.tracking.abandoned import reap
from rnnbench.tracking.arm_summary import update_arm_summary
from rnnbench.tracking.looks import Looked, record_looks, short_keys
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.record import Record
from rnnbench.tracking.run_names import Subject
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec


@dataclass
class Sweep:
    """A sweep that is going on: its store, its progress, its parent run, who trains.

    Attributes:
        store: where runs are recorded.
        progress: what is shown meanwhile.
        config: the options of all arms.
        command: what the user typed, without secrets.
        executor: trains the runs.
        has_parent: whether they are grouped under a parent run.
        key: content key of the declared runs, once :meth:`group` was called.
        parent: groups the runs from then on; ``None`` where they are not grouped.
    """

    store: Store
    progress: SweepProgress
    config: Config
    command: str
    executor: Executor
    has_parent: bool
    key: str = field(default="", init=False)
    parent: SweepParent | None = field(default=None, init=False)

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
        self.key = key
        if self.has_parent:
            self.parent = SweepParent(self.store, key, subject, kind, self.command)

    def ownership(self) -> Ownership:
        """Return what holds the locks of the runs that :meth:`run` trains."""
        return Ownership(self.store, self.config.sweep, self.key, self.command)

    def run(self, queue: Queue, ownership: Ownership) -> frozenset[str]:
        """Have everything of a queue trained; return the content keys of what has a result."""
        self.executor.start()
        driver = Driver(self.store, ownership, self.progress, self.parent, self.key)
        with (
            self.store.translated(),
            Interruption() as interruption,
            driver,
        ):
            self.store.get_ready()  # while the workers' server imports TensorFlow
            driver.train(self.executor, queue, interruption)
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
            self._record_look(swept.specs, self.parent, finished)

    def refresh_summaries(self, specs: Sequence[RunSpec]) -> dict[str, list[Record]]:
        """Make up for summaries that an interruption has left behind the runs.

        Returns the finished runs of declared arms by content key of the arm, those of other seeds,
        too; none where runs are not grouped.
        """
        if self.parent is None:
            return {}
        arms = {spec.arm_key: spec for spec in specs}
        finished: dict[str, list[Record]] = {arm_key: [] for arm_key in arms}
        for record in self.store.records(only=JOB_COLUMNS):
            arm_key = record.tags.get(names.ARM_KEY, "")
            if arm_key in finished and record.is_finished:
                finished[arm_key].append(record)
        told: dict[str, list[set[str]]] = {}
        for record in self.store.records(kind="arm", only=(names.ARM_KEY, names.REPLICATES)):
            ids = record.tags.get(names.REPLICATES, "").split() if record.is_finished else ()
            told.setdefault(record.tags.get(names.ARM_KEY, ""), []).append(set(ids))
        for arm_key, runs in finished.items():
            run_ids = {run.run_id for run in runs}
            if run_ids and told.get(arm_key) != [run_ids]:
                with self.store.translated():
                    update_arm_summary(self.store, arms[arm_key], self.key)
        self.parent.describe({key: spec.label for key, spec in arms.items()})
        return finished

    def _record_look(
        self,
        specs: Sequence[RunSpec],
        parent: SweepParent,
        finished: Mapping[str, Sequence[Record]],
    ) -> None:
        """Keep that somebody saw the results of so many fixed seeds, all of them being there.

        Whoever looks at some of the seeds that an arm has doesn't decide by them to train more.
        """
        seeds = {spec.config.seed for spec in specs}
        arms = [key for key, runs in finished.items() if {run.seed for run in runs} <= seeds]
        record = parent.find() if len(arms) > 1 else None
        if record is not None:
            looked = Looked(short_keys(arms), (len(seeds),), min(seeds))
            record_looks(self.store, record, [looked])

"""A sweep: declared runs and searches, of which only what is missing is trained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console

from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.formatting.redact import redacted
from rnnbench.interrupt import Interruption
from rnnbench.search.declared import Search, declare_searches
from rnnbench.search.epochs import remarks
from rnnbench.search.outcome import look_up, save_artifacts, tag_winners
from rnnbench.search.queue import SearchQueue
from rnnbench.search.space import check_searches
from rnnbench.search.storage import studied
from rnnbench.sweep.declaration import check_arms, declare
from rnnbench.sweep.driver import Driver
from rnnbench.sweep.ending import Finished, finished_runs, record_look, refresh_summaries
from rnnbench.sweep.executors.local import LocalExecutor
from rnnbench.sweep.jobs import job_table, results, sweep_key
from rnnbench.sweep.ownership import Claims
from rnnbench.sweep.progress import SweepProgress
from rnnbench.sweep.queue import Queue, RunQueue
from rnnbench.sweep.result import Swept
from rnnbench.tracking import names
from rnnbench.tracking.address import patient, tracking_uri, translated
from rnnbench.tracking.home import Home
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.record import Record
from rnnbench.tracking.run_names import Subject
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec
from rnnbench.until.check import check_compared, check_until, first_look
from rnnbench.until.course import Course
from rnnbench.until.queue import UntilQueue
from rnnbench.until.rounds import Rounds


def run_arms(
    arms: Sequence[Arm],
    console: Console,
    command: str,
    *,
    seeds: int | None = None,
    parent: bool = True,
    tell_store: bool = True,
) -> Swept:
    """Check and declare the runs of some arms, and train those that are not finished.

    Args:
        arms: what to train, or to search; the first one's options count for all.
        console: where progress is shown.
        command: what the user typed.
        seeds: replicates of each arm; ``None`` for the configured number.
        parent: whether the runs are grouped under a parent run.
        tell_store: whether to say that a new store is started.

    Raises:
        ConfigError, DataError, StoreError: before anything is trained.
    """
    check_arms(arms)
    check_searches(arms)
    check_until(arms)
    config = arms[0].config
    tracking_uri(config)  # a wrong address is told before any data is prepared
    news = Store.news(config)  # and so is one that does not answer
    with Home.of(config.home).made():
        return _run_arms(arms, console, command, seeds, news if tell_store else "", parent=parent)


def _run_arms(
    arms: Sequence[Arm],
    console: Console,
    command: str,
    seeds: int | None,
    news: str,
    *,
    parent: bool,
) -> Swept:
    config = arms[0].config
    home = Home.of(config.home)
    searches: list[Search] = []
    specs: list[RunSpec] = []

    def report(text: str) -> None:
        console.print(text, markup=False)

    if config.search.sampler != "none":
        searches = declare_searches(first_look(arms), home, report)
        if config.until is not None:
            check_compared([spec for search in searches for spec in search.undrawn()])
        for remark in remarks(search.config for search in searches):
            report(remark)
    else:
        specs = declare(arms, home.path, seeds, on_progress=report)
        if config.until is not None:
            check_compared(specs)
    if news:
        report(news)
    with LocalExecutor(config.executor) as executor:
        if config.tracking.uri is None and not home.database.exists():
            executor.warm_up()  # nothing can be finished yet, and making a store takes seconds
        store = Store.open(config)
        with SweepProgress(console) as progress, patient(progress.say), store.ownership.kept():
            sweep = _Sweep(store, progress, config, redacted(command), parent=parent)
            if searches:
                with studied(home):
                    return sweep.search(searches, executor)
            if config.until is not None:
                return sweep.decide(specs, executor)
            return sweep.train(specs, executor)


class _Sweep:
    """What the two kinds of sweep share: the store, its parent run, and their order of steps."""

    def __init__(
        self, store: Store, progress: SweepProgress, config: Config, command: str, *, parent: bool
    ) -> None:
        self._store = store
        self._progress = progress
        self._config = config
        self._command = command
        self._has_parent = parent

    def train(self, specs: Sequence[RunSpec], executor: LocalExecutor) -> Swept:
        """Train the declared runs that are not finished."""
        pending = self._pending(specs)
        self._progress.begin(len(specs), len(specs) - len(pending), sum(s.work for s in pending))
        subject = Subject.of([(spec.label, spec.data) for spec in specs])
        kind = f"sweep of {len(specs)} runs"
        parent = self._parent(sweep_key(s.key for s in specs), subject, kind)
        trained: frozenset[str] = frozenset()
        if pending:
            claims = self._claims()
            queue = RunQueue(claims, self._progress, pending)
            trained = self._run(queue, claims, parent, executor)
        swept = Swept(tuple(specs), self._records(specs), trained)
        self._finish(swept, parent)
        return swept

    def decide(self, specs: Sequence[RunSpec], executor: LocalExecutor) -> Swept:
        """Train declared runs, those of few seeds first, until all comparisons are decided."""
        self._store.reap()
        subject = Subject.of([(spec.label, spec.data) for spec in specs])
        kind = f"sweep of at most {len(specs)} runs"
        parent = self._parent(self._key_of(spec.key for spec in specs), subject, kind)
        self._progress.begin(0, 0)
        declared, trained, courses = self._decide(specs, parent, executor)
        return Swept(tuple(declared), self._records(declared), trained, courses=courses)

    def _decide(
        self,
        specs: Sequence[RunSpec],
        parent: SweepParent | None,
        executor: LocalExecutor,
        told: int = 0,
    ) -> tuple[list[RunSpec], frozenset[str], tuple[Course, ...]]:
        """Return the runs that the looks needed, those trained now, and where comparisons stand.

        ``told`` of them are in the progress already.
        """
        rounds = Rounds(self._store, self._config, specs, parent, self._progress.say)
        rounds.tell_before()
        trained: frozenset[str] = frozenset()
        status: names.Status = "KILLED"
        try:
            needed = rounds.advance()
            work = sum(spec.work for spec in needed)
            self._progress.extend(rounds.status, len(rounds.declared) - told, work, len(needed))
            if needed:
                claims = self._claims()
                queue = UntilQueue(rounds, needed, claims, self._progress)
                trained = self._run(queue, claims, parent, executor)
            status = "FINISHED"
        finally:
            if parent is not None:
                with translated(self._store.uri, self._store.home.path):
                    parent.close(status)
        if parent is not None:
            self._refresh_summaries(rounds.declared, parent)
        return rounds.declared, trained, rounds.courses

    def search(self, searches: Sequence[Search], executor: LocalExecutor) -> Swept:
        """Search for every arm, and train the winners with fresh seeds."""
        self._store.reap()
        before = look_up(searches, self._store.home)
        specs = [spec for searched in before for spec in searched.replicates]
        pending = self._pending(specs)
        total = sum(s.config.search.n_trials + s.config.seeds for s in searches)
        again = sum(s.count("FAIL") for s in before) if self._config.sweep.retry_failed else 0
        # Replicates that are finished already are counted when the queue passes over them.
        done = sum(searched.ended for searched in before) - again
        self._progress.begin(total, done, sum(searched.work_left for searched in before))
        subject = Subject.of([(search.label, search.data) for search in searches])
        kind = f"{searches[0].config.search.sampler} search"
        parent = self._parent(self._key_of(search.key for search in searches), subject, kind)
        trained: frozenset[str] = frozenset()
        if pending or again or not all(searched.winner for searched in before):
            claims = self._claims()
            queue = SearchQueue(searches, self._store.home, claims, self._progress)
            try:
                trained = self._run(queue, claims, parent, executor)
            finally:
                queue.close()
        after = look_up(searches, self._store.home)
        specs = [spec for searched in after for spec in searched.replicates]
        courses: tuple[Course, ...] = ()
        if self._config.until is not None and all(searched.winner for searched in after):
            most = self._config.seeds
            whole = [s for searched in after for s in searched.declared(most)]
            specs, more, courses = self._decide(whole, parent, executor, len(specs))
            trained |= more
        records = self._records(specs)
        with translated(self._store.uri, self._store.home.path):
            tag_winners(self._store, specs, records)
            if parent is not None:
                save_artifacts(self._store, after, parent)
        swept = Swept(tuple(specs), records, trained, tuple(after), courses)
        if not courses:
            self._finish(swept, parent)
        return swept

    def _pending(self, specs: Sequence[RunSpec]) -> list[RunSpec]:
        """Return what is left to train; whatever has lost its owner is ended first."""
        self._store.reap()
        table = job_table(specs, self._store)
        return [job.spec for job in table if job.is_pending(self._config.sweep)]

    def _parent(self, key: str, subject: Subject, kind: str) -> SweepParent | None:
        self._key = key
        if not self._has_parent:
            return None
        return SweepParent(self._store, key, subject, kind, self._command)

    def _claims(self) -> Claims:
        return Claims(self._store, self._config.sweep, self._key, self._command)

    def _run(
        self, queue: Queue, claims: Claims, parent: SweepParent | None, executor: LocalExecutor
    ) -> frozenset[str]:
        executor.warm_up()
        driver = Driver(self._store, claims, self._progress, parent, self._key)
        with (
            translated(self._store.uri, self._store.home.path),
            Interruption() as interruption,
            driver,
        ):
            _ = self._store.client  # imports MLflow while the workers' server imports TensorFlow
            driver.train(executor, queue, interruption)
        return frozenset(driver.trained)

    def _records(self, specs: Sequence[RunSpec]) -> dict[str, Record]:
        """Return by key the record that counts for each declared run that has one."""
        return results(specs, self._store, self._config.sweep)

    def _key_of(self, keys: Iterable[str]) -> str:
        """Return the content key of the sweep: of its runs or searches, and of when it ends."""
        config = self._config
        if config.until is None:
            return sweep_key(keys)
        return sweep_key(keys, (config.until, config.report.margin, config.report.confidence))

    def _finish(self, swept: Swept, parent: SweepParent | None) -> None:
        """Bring summaries of arms up to date, and keep that their results are seen now."""
        if parent is None:
            return
        finished = self._refresh_summaries(swept.specs, parent)
        if swept.all_finished and not self._config.until:
            record_look(self._store, swept.specs, parent, finished)

    def _refresh_summaries(self, specs: Sequence[RunSpec], parent: SweepParent) -> Finished:
        """Return the finished runs of declared arms, whose summaries are up to date now."""
        finished = finished_runs(self._store, specs)
        refresh_summaries(self._store, specs, parent, self._key, finished)
        return finished

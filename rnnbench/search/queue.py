"""The work of searches: trials for every arm in turn, then the replicates of each winner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from rnnbench.errors import ConfigError
from rnnbench.interrupt import Interruption
from rnnbench.search.declared import Search, storage_of
from rnnbench.search.storage import close_storage, open_storage, study_locks
from rnnbench.search.study import Study, intermediate
from rnnbench.sweep.ownership import Claim, Ownership
from rnnbench.sweep.queue import Ending, Others, RunQueue, wait_for_any
from rnnbench.system.locks import Lock, Timeout
from rnnbench.tracking import names
from rnnbench.tracking.home import Home
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.spec import RunSpec, Task

if TYPE_CHECKING:
    from rnnbench.sweep.progress import SweepProgress


class _Open:
    """A search that this process owns, with the trials that it is still to train."""

    def __init__(self, search: Search, study: Study, lock: Lock) -> None:
        self.search = search
        self.study = study
        self.lock = lock
        counted = study.counted()[: search.config.search.n_trials]
        self.left = [trial.number for trial in counted if trial.state == "RUNNING"]
        # Those that are to be drawn, and those that wait with the values of a failed one.
        self.missing = search.config.search.n_trials - len(counted)
        self.missing += sum(trial.state == "WAITING" for trial in counted)
        self.epochs: dict[int, list[Epoch]] = {}
        self.running: set[int] = set()
        self.elsewhere: list[tuple[int, RunSpec]] = []

    def next(self) -> int | None:
        """Return the number of a trial to train, or ``None``."""
        if self.left:
            return self.left.pop(0)
        if self.missing > 0:
            self.missing -= 1
            return self.study.ask()
        return None

    @property
    def is_over(self) -> bool:
        """Whether no trial is left or running."""
        return not (self.left or self.missing > 0 or self.running or self.elsewhere)


class SearchQueue:
    """Trials of the arms in turn, and the replicates of every search that is over."""

    def __init__(
        self,
        searches: Sequence[Search],
        home: Home,
        ownership: Ownership,
        progress: SweepProgress,
    ) -> None:
        self._home = home
        self._address = storage_of(searches)
        self._locks = study_locks(home, self._address)
        self._ownership = ownership
        self._progress = progress
        self._runs = RunQueue(ownership, progress, ())
        self._others = Others(ownership, progress)
        self._untouched = list(searches)
        self._elsewhere: list[Search] = []
        self._open: dict[str, _Open] = {}
        self._storage: Any = None

    def take(self, held: Collection[str], busy: Collection[str]) -> Task | None:
        """See :class:`rnnbench.sweep.executors.protocol.TaskSource`: trials first."""
        while self._untouched and self._address is None:
            self._begin(self._untouched.pop(0))
        while True:
            for opened in sorted(self._open.values(), key=lambda o: len(o.running)):
                spec = self._next(opened)
                if spec is not None:
                    return spec.task(self._ownership.folder(spec.key))
            if not self._untouched:
                return self._runs.take(held, busy)
            # Searches that others could do are begun one by one, when there is time for them.
            self._begin(self._untouched.pop(0))

    def epoch(self, spec: RunSpec, epoch: Epoch) -> bool:
        """See :class:`rnnbench.sweep.queue.Queue`."""
        if spec.trial is None or (opened := self._owned(spec.trial.study)) is None:
            return False
        number = spec.trial.number
        epochs = opened.epochs.setdefault(number, [])
        epochs.append(epoch)
        value = intermediate(opened.search.config.search.metric, epochs)
        return opened.study.report(number, epoch.epoch, value)

    def ended(self, spec: RunSpec, how: Ending, outcome: Outcome | None = None) -> None:
        """A trial that was killed is resumed another time (:class:`rnnbench.sweep.queue.Queue`)."""
        if spec.trial is None:
            self._runs.ended(spec, how, outcome)
            return
        opened, number = self._owned(spec.trial.study), spec.trial.number
        if opened is None:
            return
        if outcome is not None:
            opened.study.complete(number, outcome.metrics[opened.search.config.search.metric])
        elif how == "pruned":
            opened.study.prune(number)
        elif how == "failed":
            opened.study.fail(number)
        elif how == "elsewhere":
            opened.elsewhere.append((number, spec))
        elif how == "again":
            opened.left.append(number)
        opened.running.discard(number)
        opened.epochs.pop(number, None)

    def has_arm(self, arm_key: str) -> bool:
        """See :class:`rnnbench.sweep.queue.Queue`."""
        return self._runs.has_arm(arm_key)

    def wait_for_others(self, interruption: Interruption) -> bool:
        """See :class:`rnnbench.sweep.queue.Queue`.

        Searches of others come last: while this process holds one that waits for a trial, its
        owner may be waiting for that search.
        """
        trials = [
            (opened, number, spec)
            for opened in self._open.values()
            for number, spec in opened.elsewhere
        ]
        if trials:
            back = self._others.wait([spec for _, _, spec in trials], interruption)
            for opened, number, spec in trials:
                if spec in back:
                    opened.left.append(number)
                    opened.elsewhere.remove((number, spec))
            return True
        if self._runs.wait_for_others(interruption):
            return True
        if self._elsewhere:
            self._progress.say(f"waiting for {len(self._elsewhere)} searches of another sweep")
            free = wait_for_any(
                self._elsewhere, lambda s: not self._locks.held(s.key), interruption
            )
            self._untouched += free
            self._elsewhere = [search for search in self._elsewhere if search not in free]
        return bool(self._untouched)

    def close(self) -> None:
        """Give up the searches that are not over; trials that are running stay so, for later."""
        for opened in self._open.values():
            opened.lock.release()
        self._open.clear()
        if self._storage is not None:
            close_storage(self._storage)

    def _owned(self, key: str) -> _Open | None:
        """Return a search that is still ours, else ``None``.

        Its next owner finds in the store what becomes of the trials that are being trained here.
        """
        opened = self._open.get(key)
        return opened if opened is not None and self._owns(opened) else None

    def _owns(self, opened: _Open) -> bool:
        """Return whether a search is still ours; one whose lock was lost is another's to wait for.

        What it waited for comes again where it comes back.
        """
        if opened.lock.is_held():
            return True
        del self._open[opened.search.key]
        opened.lock.release()
        self._elsewhere.append(opened.search)
        return False

    def _begin(self, search: Search) -> None:
        try:
            lock = self._locks.acquire(search.key, timeout=0)
        except Timeout:
            self._elsewhere.append(search)
            return
        if self._storage is None:
            self._storage = open_storage(self._home, self._address)
        study = Study.open(self._storage, search.key, search.label, search.config)
        if search.config.sweep.retry_failed:
            study.retry_failed()
        opened = self._open[search.key] = _Open(search, study, lock)
        self._close_if_over(opened)

    def _next(self, opened: _Open) -> RunSpec | None:
        """Return the run of a search's next trial, claimed; ``None`` where it has none."""
        while self._owns(opened) and (number := opened.next()) is not None:
            spec = self._claimed(opened, number)
            if spec is not None:
                return spec
        if opened.search.key in self._open:
            self._close_if_over(opened)
        return None

    def _claimed(self, opened: _Open, number: int) -> RunSpec | None:
        """Return the run of a trial, claimed; ``None`` where it needs none any more."""
        search, study = opened.search, opened.study
        try:
            config, _ = study.draw(number)
            spec = search.trial(number, config)
        except ConfigError as error:
            study.fail(number)
            self._progress.say(f"{search.label} trial {number}: failed: {error}")
            return None
        if self._is_settled(opened, number, spec):
            return None
        if self._ownership.claim(spec) is not Claim.OWNED:
            # Another search draws the same and is at it: its result will do.
            opened.elsewhere.append((number, spec))
            return None
        opened.running.add(number)
        return spec

    def _is_settled(self, opened: _Open, number: int, spec: RunSpec) -> bool:
        """Tell the study what the store knows of a trial already, and return whether it does.

        The trial was trained by another search, or by a process that died before it told.
        """
        study, record = opened.study, self._ownership.record(spec)
        if record is None:
            return False
        same = record.tags.get(names.STUDY) == opened.search.key
        metric = opened.search.config.search.metric
        if record.is_finished or (record.is_pruned and same):
            # All that it would have reported, for the pruner compares others with it.
            epochs = self._ownership.history(record)
            for count, epoch in enumerate(epochs, 1):
                study.report(number, epoch.epoch, intermediate(metric, epochs[:count]))
        if record.is_finished:
            if not same:
                self._ownership.share(record, spec)
            study.complete(number, record.metrics[metric])
        elif record.is_pruned and same:
            study.prune(number)
        elif record.status == "FAILED":
            study.fail(number)
        else:
            return False
        self._progress.ended(spec, "is finished already")
        return True

    def _close_if_over(self, opened: _Open) -> None:
        """Queue the winner's replicates once every trial has ended."""
        if not opened.is_over:
            return
        search = opened.search
        winner = search.winner(opened.study.counted())
        if winner is not None:
            self._runs.add(search.replicates(winner))
        del self._open[search.key]
        opened.lock.release()

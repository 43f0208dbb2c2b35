"""What a sweep would do: one line a run, and the time that it will take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnbench.config.expand import Arm
from rnnbench.config.metrics import MEASURES
from rnnbench.config.schema import Config, SweepConfig
from rnnbench.errors import ConfigError
from rnnbench.search.declared import declare_searches
from rnnbench.search.outcome import Searched, look_up
from rnnbench.search.space import apply, check_searches
from rnnbench.search.study import Trial, as_trial
from rnnbench.stats import statistic
from rnnbench.sweep.declaration import check_arms, declare
from rnnbench.sweep.expected import Expected
from rnnbench.sweep.jobs import JOB_COLUMNS, Job, JobStatus, job_table
from rnnbench.system.cores import worker_count
from rnnbench.system.scratch import scratch_folder
from rnnbench.tracking.address import tracking_uri
from rnnbench.tracking.home import Home
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec
from rnnbench.until.check import check_compared, check_until, first_look
from rnnbench.until.outlook import Outlook, outlooks
from rnnbench.until.planning import Shown, shown_by

_TRIAL_STATUS: dict[str, JobStatus] = {"COMPLETE": "DONE", "PRUNED": "DONE", "FAIL": "FAILED"}


@dataclass(frozen=True)
class Line:
    """A run of a plan.

    Attributes:
        name: as the run will be called.
        status: DONE, STALE, RUNNING, FAILED or PENDING.
        units: of the recurrent layers, or ``None`` where a search has not drawn them yet.
        parameters: recurrent parameters, likewise.
        seconds: expected for one worker, or ``None`` where nothing like it is finished, or nothing
            is left to train.
        to_train: whether a sweep would train it.
        search: the arm that a search is about, else empty.
        is_trial: whether it is one of the search's trials, for which its other runs wait.
    """

    name: str
    status: JobStatus
    units: int | None
    parameters: int | None
    seconds: float | None
    to_train: bool
    search: str = ""
    is_trial: bool = False


@dataclass(frozen=True)
class Plan:
    """What a sweep would do.

    Attributes:
        lines: every run that it declares; with ``until``, those that its next looks need.
        workers: how many runs are trained at once.
        shown: what its seeds can show of each comparison, where they are fixed.
        outlooks: with ``until``, what the comparisons of each data set will take.
        run_seconds: of a run on average, with ``until``, where something like it is finished.
    """

    lines: tuple[Line, ...]
    workers: int
    shown: tuple[Shown, ...] = ()
    outlooks: tuple[Outlook, ...] = ()
    run_seconds: float | None = None

    def count(self, status: JobStatus) -> int:
        """Return how many runs have a status."""
        return sum(line.status == status for line in self.lines)

    @property
    def to_train(self) -> list[Line]:
        """What a sweep would train."""
        return [line for line in self.lines if line.to_train]

    @property
    def seconds(self) -> float | None:
        """Expected seconds of the sweep, or ``None`` where some run is like none before it.

        Work is shared among the workers; a run is not, nor a trial and a run that waits for it.
        """
        known = [line.seconds for line in self.to_train if line.seconds is not None]
        if len(known) < len(self.to_train):
            return None
        stages: dict[tuple[str, bool], float] = defaultdict(float)
        for line in self.to_train:
            stage = (line.search, line.is_trial)
            stages[stage] = max(stages[stage], line.seconds or 0.0)
        paths = [stages[name, True] + stages[name, False] for name, _ in list(stages)]
        return max(sum(known) / self.workers, *paths, 0.0)


def make_plan(arms: Sequence[Arm]) -> Plan:
    """Return what a sweep over these arms would do; nothing is written.

    Runs are told apart by the contents of their data: what is not prepared yet is prepared in a
    temporary folder.

    Raises:
        ConfigError, DataError, StoreError: as the sweep would.
    """
    check_arms(arms)
    check_searches(arms)
    check_until(arms)
    config = arms[0].config
    tracking_uri(config)  # a wrong address is told before any data is prepared
    home = Home.of(config.home)
    home.check()
    with scratch_folder() as scratch:
        workers = worker_count(config.executor.workers, config.executor.threads)
        return _plan(arms, home, scratch, workers)


def _plan(arms: Sequence[Arm], home: Home, scratch: Path, workers: int) -> Plan:
    config = arms[0].config
    if config.search.sampler != "none":
        searched = look_up(declare_searches(first_look(arms), home, scratch=scratch), home)
        records, store = _read(config)
        trials = [] if store is None else store.records(kind="trial", only=JOB_COLUMNS)
        expected = Expected([*records, *trials])
        lines = tuple(_searches(searched, store, records, expected))
        if config.until is None:
            return Plan(lines, workers)
        most = config.seeds
        whole = [s for one in searched for s in one.declared(most) or one.search.undrawn(most)]
        check_compared(whole)
        found = outlooks(whole, config, store)
        if all(one.winner for one in searched):
            listed = {spec.key for one in searched for spec in one.replicates}
            further = [s for s in _needed(whole, found) if s.key not in listed]
            lines += tuple(_runs(further, store, records, expected, config.sweep))
        return Plan(lines, workers, outlooks=tuple(found))
    specs = declare(arms, home.path, scratch=scratch)
    records, store = _read(config)
    known = {record.key: record for record in records if record.is_finished}
    expected = Expected(records)
    if config.until is None:
        lines = tuple(_runs(specs, store, records, expected, config.sweep))
        return Plan(lines, workers, tuple(shown_by(specs, config, known, store)))
    check_compared(specs)
    found = outlooks(specs, config, store)
    of_looks = _needed(specs, found)
    lines = tuple(_runs(of_looks, store, records, expected, config.sweep))
    each = statistic(s for spec in of_looks if (s := expected.seconds(spec)) is not None)
    seconds = each.mean if each.n == len(of_looks) else None
    return Plan(lines, workers, outlooks=tuple(found), run_seconds=seconds)


def _needed(specs: Sequence[RunSpec], outlooks: Sequence[Outlook]) -> list[RunSpec]:
    """Return the runs that the looks rest on which are taken or come next."""
    keys = {s.key for one in outlooks for s in (*one.course.rested_on, *one.course.needed)}
    return [spec for spec in specs if spec.key in keys]


def _read(config: Config) -> tuple[list[Record], Store | None]:
    store = Store.find(config)
    columns = (*JOB_COLUMNS, *MEASURES)
    return ([], None) if store is None else (store.records(only=columns), store)


def _runs(
    specs: Sequence[RunSpec],
    store: Store | None,
    records: Iterable[Record],
    expected: Expected,
    options: SweepConfig,
    search: str = "",
) -> Iterator[Line]:
    jobs = [Job(s, None) for s in specs] if store is None else job_table(specs, store, records)
    for job in jobs:
        spec, to_train = job.spec, job.is_pending(options)
        yield Line(
            spec.name,
            job.status,
            spec.config.model.units,
            spec.parameters.recurrent,
            expected.seconds(spec) if to_train else None,
            to_train,
            search,
        )


def _searches(
    searched: Sequence[Searched],
    store: Store | None,
    records: Sequence[Record],
    expected: Expected,
) -> Iterator[Line]:
    for result in searched:
        search, config = result.search, result.search.config
        undrawn = search.trial(0, config)
        seconds = expected.seconds(undrawn)
        running = store is not None and store.home.is_owned(search.key)
        for trial in result.trials:
            yield _trial(result, trial, expected, is_owned=running)
        for number in range(len(result.trials), config.search.n_trials):
            name = f"{search.label} trial {number}"
            yield Line(name, "PENDING", None, None, seconds, True, search.key, is_trial=True)
        if result.winner is not None:
            specs = result.replicates
            yield from _runs(specs, store, records, expected, config.sweep, search.key)
            continue
        for seed in range(config.seed, config.seed + config.seeds):
            name = f"{search.label} best trial, seed={seed}"
            yield Line(name, "PENDING", None, None, seconds, True, search.key)


def _trial(result: Searched, trial: Trial, expected: Expected, *, is_owned: bool) -> Line:
    search = result.search
    status = _TRIAL_STATUS.get(trial.state, "RUNNING" if is_owned else "PENDING")
    retried = status == "FAILED" and search.config.sweep.retry_failed
    try:
        spec = search.trial(trial.number, apply(as_trial(search.config), trial.params))
    except ConfigError:
        # Values that don't go together, which the search has passed over.
        name = f"{search.label} trial {trial.number}"
        return Line(name, status, None, None, None, retried, search.key, is_trial=True)
    to_train = retried or status in ("PENDING", "RUNNING")
    return Line(
        spec.name,
        status,
        spec.config.model.units,
        spec.parameters.recurrent,
        expected.seconds(spec) if to_train else None,
        to_train,
        search.key,
        is_trial=True,
    )

"""What a sweep would do: one line a run, and the time that it will take."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from rnnbench.config.metrics import MEASURES
from rnnbench.config.schema import Config
from rnnbench.models.kernels.support import wants_kernels
from rnnbench.sweep.jobs import FIT_SECONDS, JOB_COLUMNS, SECONDS, Job, JobStatus, job_table
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec

_NEAREST = 5
# Steps of tiny runs take what a step takes, whatever it computes: nothing to multiply by thousands.
_FURTHEST = 30.0


class Expected:
    """Expected seconds of runs, from the seconds and the work of finished ones."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._arms: dict[str, list[float]] = defaultdict(list)
        self._alike: dict[tuple[str, bool], list[tuple[float, float, float]]] = defaultdict(list)
        for record in records:
            seconds = record.metrics.get(SECONDS)
            work = record.tags.get(names.WORK)
            if seconds is None or not record.is_finished:
                continue
            self._arms[record.tags.get(names.ARM_KEY, "")].append(seconds)
            if work is not None:
                fused = "fused" in record.tags.get(names.PATH, "")
                alike = self._alike[record.tags.get(names.CELL, ""), fused]
                fit = min(record.metrics.get(FIT_SECONDS, seconds), seconds)
                alike.append((float(work), fit, seconds - fit))

    def seconds(self, spec: RunSpec) -> float | None:
        """Return the seconds that one worker will need, or ``None`` where nothing is known.

        The mean of the arm's own runs; else the median over the runs of the same cell that are
        nearest in their work, and computed by the same kind of loops if there are such: the
        seconds of their epochs in proportion to the work, and those beside them as they were.
        Nothing is concluded from runs of less than a thirtieth of the work.
        """
        from statistics import fmean, median  # with nothing finished, not asked for

        if spec.arm_key in self._arms:
            return fmean(self._arms[spec.arm_key])
        assert spec.config.cell is not None
        cell = spec.config.cell.name
        fused = wants_kernels(spec.config)
        known = self._alike.get((cell, fused)) or self._alike.get((cell, not fused), [])
        near = [one for one in known if one[0] > 0 and spec.work <= _FURTHEST * one[0]]
        near.sort(key=lambda one: abs(math.log(one[0] / spec.work)))
        if not near:
            return None
        return median(fit * spec.work / work + rest for work, fit, rest in near[:_NEAREST])


class PlannedRun(NamedTuple):
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
        lines: every run that it declares; where its strategy chooses them, those that come next.
        workers: how many runs are trained at once.
        found: what the strategy says of them beside, of types of its own.
    """

    lines: tuple[PlannedRun, ...]
    workers: int
    found: tuple[object, ...] = ()

    def count(self, status: JobStatus) -> int:
        """Return how many runs have a status."""
        return sum(line.status == status for line in self.lines)

    @property
    def to_train(self) -> list[PlannedRun]:
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


@dataclass(frozen=True)
class Known:
    """What a plan knows of the store.

    Attributes:
        config: the options of all arms.
        store: ``None`` while there is none.
        records: its training runs.
        workers: how many runs are trained at once.
        trials: its trials, where they have been read.
    """

    config: Config
    store: Store | None
    records: tuple[Record, ...]
    workers: int
    trials: tuple[Record, ...] = ()

    @classmethod
    def read(cls, config: Config, workers: int) -> Known:
        """Read the store that a configuration names.

        Raises:
            StoreError: where it cannot be read.
        """
        store = Store.find(config)
        records = () if store is None else tuple(store.records(only=JOB_COLUMNS))
        return cls(config, store, records, workers)

    @cached_property
    def expected(self) -> Expected:
        """How long runs will take, by those that are finished."""
        return Expected([*self.records, *self.trials])

    def measured(self, specs: Sequence[RunSpec], most: int) -> dict[str, Record]:
        """Return finished runs by content key, with all that they measured.

        Args:
            specs: the runs that are asked for.
            most: of an arm, in their order.
        """
        finished = {record.key for record in self.records if record.is_finished}
        keys: dict[str, list[str]] = defaultdict(list)
        for spec in specs:
            if spec.key in finished:
                keys[spec.arm_key].append(spec.key)
        wanted = {key for own in keys.values() for key in own[:most]}
        if self.store is None or not wanted:
            return {}
        return self.store.by_key(wanted, only=(*JOB_COLUMNS, *MEASURES))

    def with_trials(self) -> Known:
        """Return it with the trials that are in the store."""
        if self.store is None:
            return self
        return replace(self, trials=tuple(self.store.records(kind="trial", only=JOB_COLUMNS)))

    def lines(self, specs: Sequence[RunSpec], search: str = "") -> Iterator[PlannedRun]:
        """Yield a line for each declared run.

        Args:
            specs: the runs.
            search: the arm that a search is about, where they wait for its trials.
        """
        store, options = self.store, self.config.sweep
        jobs = (
            [Job(spec, None) for spec in specs]
            if store is None
            else job_table(specs, store, self.records)
        )
        parameters: dict[str, int] = {}  # all runs of an arm have as many
        for job in jobs:
            spec, to_train = job.spec, job.is_pending(options)
            if spec.arm_key not in parameters:
                parameters[spec.arm_key] = spec.parameters.recurrent
            yield PlannedRun(
                spec.name,
                job.status,
                spec.config.model.units,
                parameters[spec.arm_key],
                self.expected.seconds(spec) if to_train else None,
                to_train,
                search,
            )

"""A sweep with ``until=decided``: seeds are added until every comparison is decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.stats import statistic
from rnnbench.stats.design import looks
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import check_arms, declare
from rnnbench.sweep.jobs import sweep_key
from rnnbench.sweep.plan import Known, Plan
from rnnbench.sweep.queue import RunQueue
from rnnbench.sweep.result import Swept
from rnnbench.tracking import names
from rnnbench.tracking.abandoned import reap
from rnnbench.tracking.run_names import Subject
from rnnbench.training.spec import RunSpec
from rnnbench.until.check import check_compared, check_until
from rnnbench.until.outlook import Outlook, outlooks
from rnnbench.until.rounds import Rounds

if TYPE_CHECKING:
    from rnnbench.sweep.steps import Sweep


class UntilDecided:
    """Trains the runs of one look after another (:class:`rnnbench.sweep.strategy.Replication`)."""

    def check(self, arms: Sequence[Arm]) -> None:
        """Refuse what can never be decided, before any data is read.

        Raises:
            ConfigError: naming the key.
        """
        check_arms(arms)
        check_until(arms)

    def declare(self, arms: Sequence[Arm], cache: DataCache) -> Comparisons:
        """See :class:`rnnbench.sweep.strategy.Strategy`: every run up to the limit."""
        specs = declare(arms, cache)
        check_compared(specs)
        return Comparisons(tuple(specs), self)

    def first(self, arms: Sequence[Arm]) -> list[Arm]:
        """Return the arms with the seeds of the first look."""
        config = arms[0].config
        if config.until is None:
            return list(arms)
        fixed = {"seeds": looks(config.seeds)[0], "until": None, "most_seeds": None}
        return [replace(arm, config=arm.config.model_copy(update=fixed)) for arm in arms]

    def ends(self, config: Config) -> tuple[object, ...]:
        """Return when comparisons are decided."""
        return config.until, config.report.margin, config.report.confidence

    def check_declared(self, specs: Sequence[RunSpec]) -> None:
        """Refuse arms of which a report would compare no two.

        Raises:
            ConfigError: with what differs between the first two.
        """
        check_compared(specs)

    def plan_more(
        self, specs: Sequence[RunSpec], known: Known, listed: Collection[str] = ()
    ) -> Plan:
        """Return the runs of the looks that are taken or come next."""
        found = outlooks(specs, known.config, known.store)
        of_looks = [spec for spec in _needed(specs, found) if spec.key not in listed]
        return Plan(tuple(known.lines(of_looks)), known.workers, tuple(found))

    def train_more(self, sweep: Sweep, specs: Sequence[RunSpec], told: int) -> Swept:
        """Train runs of one look after another until all comparisons are decided."""
        parent = sweep.parent
        rounds = Rounds(sweep.store, sweep.config, specs, parent, sweep.progress.say)
        rounds.tell_before()

        def further() -> Sequence[RunSpec]:
            """Take the look that the runs which have ended allow."""
            found = rounds.advance()
            sweep.progress.extend(rounds.status, len(found), sum(spec.work for spec in found))
            return found

        trained: frozenset[str] = frozenset()
        status: names.Status = "KILLED"
        try:
            needed = rounds.advance()
            work = sum(spec.work for spec in needed)
            more = len(rounds.declared) - told
            sweep.progress.extend(rounds.status, more, work, len(needed))
            if needed:
                ownership = sweep.ownership()
                queue = RunQueue(ownership, sweep.progress, needed, further)
                trained = sweep.run(queue, ownership)
            status = "FINISHED"
        finally:
            if parent is not None:
                with sweep.store.translated():
                    parent.close(status)
        sweep.refresh_summaries(rounds.declared)
        declared = tuple(rounds.declared)
        return Swept(declared, sweep.records(declared), trained, rounds.courses)


@dataclass(frozen=True)
class Comparisons:
    """Every run up to the limit (:class:`rnnbench.sweep.strategy.Declared`)."""

    specs: tuple[RunSpec, ...]
    strategy: UntilDecided

    def plan(self, known: Known) -> Plan:
        """Return a line for each run that the looks need, and what is to be expected of them."""
        found = outlooks(self.specs, known.config, known.store)
        of_looks = _needed(self.specs, found)
        each = [known.expected.seconds(spec) for spec in of_looks]
        told = [seconds for seconds in each if seconds is not None]
        mean = statistic(told).mean if len(told) == len(each) else None
        found = [replace(one, run_seconds=mean) for one in found]
        return Plan(tuple(known.lines(of_looks)), known.workers, tuple(found))

    def train(self, sweep: Sweep) -> Swept:
        """Train declared runs, those of few seeds first, until all comparisons are decided."""
        reap(sweep.store)
        subject = Subject.of([(spec.label, spec.data) for spec in self.specs])
        key = sweep_key((spec.key for spec in self.specs), self.strategy.ends(sweep.config))
        sweep.group(key, subject, f"sweep of at most {len(self.specs)} runs")
        sweep.progress.begin(0, 0)
        return self.strategy.train_more(sweep, self.specs, told=0)


def _needed(specs: Sequence[RunSpec], found: Sequence[Outlook]) -> list[RunSpec]:
    """Return the runs that the looks rest on which are taken or come next."""
    keys = {s.key for one in found for s in (*one.course.rested_on, *one.course.needed)}
    return [spec for spec in specs if spec.key in keys]

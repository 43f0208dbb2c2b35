"""A sweep with ``search.sampler``: trials for every arm, then the winners with fresh seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.config.expand import Arm
from rnnbench.search.declared import Search, declare_searches, storage_of
from rnnbench.search.epochs import remarks
from rnnbench.search.outcome import look_up, save_artifacts, tag_winners
from rnnbench.search.plan import search_lines
from rnnbench.search.queue import SearchQueue
from rnnbench.search.samplers import check_sampler
from rnnbench.search.space import check_space
from rnnbench.search.storage import check_storage, studied
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import check_arms
from rnnbench.sweep.jobs import sweep_key
from rnnbench.sweep.plan import Known, Plan
from rnnbench.sweep.result import Swept
from rnnbench.sweep.strategy import Replication
from rnnbench.tracking.abandoned import reap
from rnnbench.tracking.home import Home
from rnnbench.tracking.run_names import Subject

if TYPE_CHECKING:
    from rnnbench.sweep.steps import Sweep


@dataclass(frozen=True)
class Searching:
    """Searches for every arm, and trains the winners (:class:`rnnbench.sweep.strategy.Strategy`).

    Attributes:
        winners: how many seeds the winners get.
    """

    winners: Replication

    def check(self, arms: Sequence[Arm]) -> None:
        """Refuse searches that can never be drawn, or winners that cannot be trained.

        Raises:
            ConfigError: naming the key.
        """
        check_arms(arms)
        for arm in arms:
            if arm.config.search.sampler != "none":
                check_sampler(arm.config.search)
                check_space(arm.config)
        check_storage(arms[0].config.search.storage)
        self.winners.check(arms)

    def declare(self, arms: Sequence[Arm], cache: DataCache) -> Searches:
        """See :class:`rnnbench.sweep.strategy.Strategy`."""
        searches = declare_searches(self.winners.first(arms), cache)
        self.winners.check_declared([spec for search in searches for spec in search.undrawn()])
        for remark in remarks(search.config for search in searches):
            cache.report(remark)
        return Searches(tuple(searches), self.winners, Home(cache.home))


@dataclass(frozen=True)
class Searches:
    """The declared searches of a sweep (:class:`rnnbench.sweep.strategy.Declared`)."""

    searches: tuple[Search, ...]
    winners: Replication
    home: Home

    def plan(self, known: Known) -> Plan:
        """Return a line for each trial, and for the runs of each winner."""
        known, most = known.with_trials(), known.config.seeds
        searched = look_up(self.searches, self.home)
        lines = tuple(search_lines(searched, known))
        whole = [s for one in searched for s in one.declared(most) or one.search.undrawn(most)]
        self.winners.check_declared(whole)
        listed = {spec.key for one in searched for spec in one.replicates}
        more = self.winners.plan_more(whole, known, listed)
        if all(one.winner for one in searched):
            lines += more.lines
        return Plan(lines, known.workers, more.found)

    def train(self, sweep: Sweep) -> Swept:
        """Search for every arm, and train the winners with fresh seeds."""
        with studied(self.home, storage_of(self.searches)):
            return self._train(sweep)

    def _train(self, sweep: Sweep) -> Swept:
        searches, config = self.searches, sweep.config
        reap(sweep.store)
        before = look_up(searches, self.home)
        pending = sweep.pending([spec for searched in before for spec in searched.replicates])
        total = sum(s.config.search.n_trials + s.config.seeds for s in searches)
        again = sum(s.count("FAIL") for s in before) if config.sweep.retry_failed else 0
        # Replicates that are finished already are counted when the queue passes over them.
        done = sum(searched.ended for searched in before) - again
        sweep.progress.begin(total, done, sum(searched.work_left for searched in before))
        subject = Subject.of([(search.label, search.data) for search in searches])
        key = sweep_key((search.key for search in searches), self.winners.ends(config))
        sweep.group(key, subject, f"{searches[0].config.search.sampler} search")
        trained: frozenset[str] = frozenset()
        if pending or again or not all(searched.winner for searched in before):
            ownership = sweep.ownership()
            queue = SearchQueue(searches, self.home, ownership, sweep.progress)
            try:
                trained = sweep.run(queue, ownership)
            finally:
                queue.close()
        after = look_up(searches, self.home)
        specs = tuple(spec for searched in after for spec in searched.replicates)
        more = None
        if all(searched.winner for searched in after):
            whole = [spec for searched in after for spec in searched.declared(config.seeds)]
            more = self.winners.train_more(sweep, whole, len(specs))
        if more is not None:
            specs, trained = more.specs, trained | more.trained
        records = sweep.records(specs)
        with sweep.store.translated():
            tag_winners(sweep.store, specs, records)
            if sweep.parent is not None:
                save_artifacts(sweep.store, after, sweep.parent)
        found = () if more is None else more.found
        swept = Swept(specs, records, trained, (*after, *found))
        if more is None:
            sweep.finish(swept)
        return swept

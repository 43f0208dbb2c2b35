"""The searches of a sweep: what is searched for each arm, and what the winner is trained as."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.data import Prepared
from rnnbench.search.space import apply
from rnnbench.search.study import Trial, best_of, description, direction, study_key
from rnnbench.seeds import selection_seed
from rnnbench.sweep.data_cache import DataCache
from rnnbench.training.spec import RunSpec, SearchOf, TrialOf, replicates


@dataclass(frozen=True)
class Search:
    """What is searched for one arm.

    Attributes:
        label: the arm's name.
        config: the arm, not yet drawn.
        data: its prepared data set, unless the space draws another.
        cache: where data sets are prepared.
    """

    label: str
    config: Config
    data: Prepared
    cache: DataCache

    @cached_property
    def key(self) -> str:
        """Content key of the study."""
        return study_key(self.config, self.data)

    @cached_property
    def described(self) -> SearchOf:
        """What was searched and how, for the tags of its runs; the number of trials may grow."""
        return SearchOf(self.key, description(self.config.search))

    def trial(self, number: int, config: Config) -> RunSpec:
        """Return the run of a trial whose values are drawn."""
        ready, data = self.cache.ready(config)
        prunable = self.config.search.pruner != "none"
        (spec,) = replicates(self.label, ready, data, [selection_seed(ready.seed, number)])
        return spec.of_search(self.described, TrialOf(self.key, number, prunable))

    def winner(self, trials: Iterable[Trial]) -> Trial | None:
        """Return the trial whose values are trained again; ``None`` while trials are missing."""
        budget = self.config.search.n_trials
        counted = list(trials)[:budget]
        if len(counted) < budget or any(t.state in ("RUNNING", "WAITING") for t in counted):
            return None
        return best_of(counted, largest=direction(self.config) == "maximize")

    def replicates(self, winner: Trial, count: int | None = None) -> list[RunSpec]:
        """Return the winner's runs with fresh seeds, which meet the test set.

        Args:
            winner: the best trial.
            count: how many; ``None`` for ``seeds``.
        """
        return self._runs(*self.cache.ready(apply(self.config, winner.params)), count)

    def undrawn(self, count: int | None = None) -> list[RunSpec]:
        """Return the same as if the search had drawn nothing: what is known before it ends."""
        return self._runs(self.config, self.data, count)

    def _runs(self, config: Config, data: Prepared, count: int | None) -> list[RunSpec]:
        seeds = range(config.seed, config.seed + (config.seeds if count is None else count))
        specs = replicates(self.label, config, data, seeds)
        return [spec.of_search(self.described) for spec in specs]


def storage_of(searches: Sequence[Search]) -> str | None:
    """Return the address of the studies of a sweep, which are in one place."""
    return searches[0].config.search.storage


def declare_searches(arms: Sequence[Arm], cache: DataCache) -> list[Search]:
    """Return the search of every arm, its data prepared.

    Raises:
        ConfigError, DataError: for a search that can never be trained.
    """
    found = [Search(arm.label, arm.config, cache.ready(arm.config)[1], cache) for arm in arms]
    return list({search.key: search for search in reversed(found)}.values())[::-1]

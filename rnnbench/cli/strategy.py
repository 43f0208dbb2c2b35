"""Which strategy a configuration asks for: fixed seeds, until decided, a search before either."""

from __future__ import annotations

from rnnbench.config.schema import Config
from rnnbench.sweep.fixed import FixedSeeds
from rnnbench.sweep.strategy import Replication, Strategy
from rnnbench.until.planning import seeds_show


def strategy_of(config: Config) -> Strategy:
    """Return the strategy of a sweep.

    Args:
        config: of any of its arms.
    """
    runs: Replication = FixedSeeds(show=seeds_show)
    if config.until is not None:
        from rnnbench.until.strategy import UntilDecided

        runs = UntilDecided()
    if config.search.sampler == "none":
        return runs
    from rnnbench.search.strategy import Searching

    return Searching(runs)

"""How baselines are trained: as the runs of a sweep, of which only what is missing is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.baselines.declaration import declare_baselines
from rnnbench.baselines.kinds import Baseline
from rnnbench.config.expand import Arm
from rnnbench.errors import ConfigError
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.fixed import DeclaredRuns


@dataclass(frozen=True)
class Baselines:
    """Trains baselines on the data sets of the arms (:class:`rnnbench.sweep.strategy.Strategy`).

    Attributes:
        chosen: which of them.
        is_typed: whether they were typed, so that one that has no use for the data is refused.
    """

    chosen: tuple[Baseline, ...]
    is_typed: bool = False

    @property
    def needs_tensorflow(self) -> bool:
        """Whether one of them is a Keras model."""
        return any(baseline.fit is None for baseline in self.chosen)

    def check(self, arms: Sequence[Arm]) -> None:
        """Refuse a sweep that ends when something is decided: baselines are not compared.

        Raises:
            ConfigError: naming the key.
        """
        until = arms[0].config.until
        if until is not None:
            action = "leave it out, or type seeds=5 for as many"
            raise ConfigError("until", "null for baselines", until, action)

    def declare(self, arms: Sequence[Arm], cache: DataCache) -> DeclaredRuns:
        """See :class:`rnnbench.sweep.strategy.Strategy`; what belongs to a cell is ignored."""
        specs = declare_baselines(arms, cache, self.chosen, is_typed=self.is_typed)
        return DeclaredRuns(tuple(specs))

"""What a sweep asks of its strategy: what is refused, declared, planned and trained.

:class:`rnnbench.sweep.fixed.FixedSeeds` trains every declared run. Searches and sweeps that end
when something is decided are strategies, too, of which a sweep knows no more than is said here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Protocol

from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.plan import Known, Plan
from rnnbench.training.spec import RunSpec

if TYPE_CHECKING:
    from rnnbench.sweep.result import Swept
    from rnnbench.sweep.steps import Sweep


class Declared(Protocol):
    """What a strategy has declared, its data prepared."""

    def plan(self, known: Known) -> Plan:
        """Return what :meth:`train` would do; nothing is written."""
        ...

    def train(self, sweep: Sweep) -> Swept:
        """Train what is not finished, and say what the sweep has come to."""
        ...


class Strategy(Protocol):
    """How a sweep goes about its arms."""

    def check(self, arms: Sequence[Arm]) -> None:
        """Refuse what this strategy can never train, before any data is read.

        Raises:
            ConfigError: naming the key.
        """
        ...

    def declare(self, arms: Sequence[Arm], cache: DataCache) -> Declared:
        """Prepare the data and declare what is to be trained.

        Args:
            arms: checked.
            cache: prepares their data; it is told each remark.

        Raises:
            ConfigError, DataError: for what can never be trained.
        """
        ...


class Replication(Strategy, Protocol):
    """A strategy for declared runs, to which another hands what it has chosen: how many seeds."""

    def first(self, arms: Sequence[Arm]) -> list[Arm]:
        """Return the arms with the seeds that are trained in any case."""
        ...

    def ends(self, config: Config) -> tuple[object, ...]:
        """Return what decides when the sweep ends, where it may end before all are trained."""
        ...

    def check_declared(self, specs: Sequence[RunSpec]) -> None:
        """Refuse declared runs that this strategy can do nothing with.

        Raises:
            ConfigError: naming the key.
        """
        ...

    def plan_more(
        self, specs: Sequence[RunSpec], known: Known, listed: Collection[str] = ()
    ) -> Plan:
        """Return what :meth:`train_more` would do.

        Args:
            specs: every run up to the limit.
            known: what is in the store.
            listed: content keys of the runs that have a line already.
        """
        ...

    def train_more(self, sweep: Sweep, specs: Sequence[RunSpec], told: int) -> Swept | None:
        """Train further runs, those of the first seeds having ended.

        Args:
            sweep: which is going on.
            specs: every run up to the limit.
            told: how many of them are in the progress already.

        Returns:
            What the sweep has come to; ``None`` where there is nothing beyond the first seeds.
        """
        ...

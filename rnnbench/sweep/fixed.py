"""The plain strategy: every declared run is trained, so many seeds of each arm."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import check_arms, declare
from rnnbench.sweep.jobs import sweep_key
from rnnbench.sweep.plan import Known, Plan
from rnnbench.tracking.run_names import Subject
from rnnbench.training.spec import RunSpec

if TYPE_CHECKING:
    from rnnbench.sweep.result import Swept
    from rnnbench.sweep.steps import Sweep

Show = Callable[[Sequence[RunSpec], Known], Sequence[object]]


@dataclass(frozen=True)
class FixedSeeds:
    """Trains as many seeds of each arm as were asked for.

    Attributes:
        count: replicates of each arm; ``None`` for the configured number.
        show: returns what a plan says of the declared runs beside their lines.
    """

    count: int | None = None
    show: Show | None = None

    def check(self, arms: Sequence[Arm]) -> None:
        """See :class:`rnnbench.sweep.strategy.Strategy`."""
        check_arms(arms)

    def declare(self, arms: Sequence[Arm], cache: DataCache) -> DeclaredRuns:
        """See :class:`rnnbench.sweep.strategy.Strategy`."""
        return DeclaredRuns(tuple(declare(arms, cache, self.count)), self.show)

    def first(self, arms: Sequence[Arm]) -> list[Arm]:
        """See :class:`rnnbench.sweep.strategy.Replication`: all of them."""
        return list(arms)

    def ends(self, config: Config) -> tuple[object, ...]:  # noqa: ARG002
        """See :class:`rnnbench.sweep.strategy.Replication`: with its last run."""
        return ()

    def check_declared(self, specs: Sequence[RunSpec]) -> None:
        """See :class:`rnnbench.sweep.strategy.Replication`."""

    def plan_more(
        self,
        specs: Sequence[RunSpec],  # noqa: ARG002
        known: Known,
        listed: Collection[str] = (),  # noqa: ARG002
    ) -> Plan:
        """See :class:`rnnbench.sweep.strategy.Replication`: nothing."""
        return Plan((), known.workers)

    def train_more(self, sweep: Sweep, specs: Sequence[RunSpec], told: int) -> None:
        """See :class:`rnnbench.sweep.strategy.Replication`: nothing."""


@dataclass(frozen=True)
class DeclaredRuns:
    """Every run of a sweep (:class:`rnnbench.sweep.strategy.Declared`)."""

    specs: tuple[RunSpec, ...]
    show: Show | None = None

    def plan(self, known: Known) -> Plan:
        """Return a line a run."""
        lines = tuple(known.lines(self.specs))
        found = () if self.show is None else tuple(self.show(self.specs, known))
        return Plan(lines, known.workers, found)

    def train(self, sweep: Sweep) -> Swept:
        """Train the declared runs that are not finished."""
        specs, pending = self.specs, sweep.pending(self.specs)
        sweep.progress.begin(len(specs), len(specs) - len(pending), sum(s.work for s in pending))
        subject = Subject.of([(spec.label, spec.data) for spec in specs])
        sweep.group(sweep_key(s.key for s in specs), subject, f"sweep of {len(specs)} runs")
        trained: frozenset[str] = frozenset()
        if pending:
            from rnnbench.sweep.queue import RunQueue  # a plan trains nothing

            ownership = sweep.ownership()
            trained = sweep.run(RunQueue(ownership, sweep.progress, pending), ownership)
        from rnnbench.sweep.result import Swept

        swept = Swept(specs, sweep.records(specs), trained)
        sweep.finish(swept)
        return swept

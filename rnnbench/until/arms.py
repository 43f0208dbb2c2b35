"""The arms that a sweep declares, before and while they are trained, and their comparisons."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from rnnbench.config.recorded import parameters
from rnnbench.results.compare import relate
from rnnbench.results.facts import (
    DECISIVE,
    MACHINE,
    OF_WEIGHTS,
    UNKNOWN,
    Facts,
    is_measured,
)
from rnnbench.results.measure import AUTO, usual_for
from rnnbench.tracking.record import Record
from rnnbench.training import TRAINING_VERSION
from rnnbench.training.spec import RunSpec

Pair = tuple[str, str]


@dataclass(frozen=True)
class DeclaredArm(Facts):
    """An arm as its sweep declares it: what :func:`rnnbench.results.compare.relate` asks of one.

    Attributes:
        name: its label.
        specs: its runs, in the order of their seeds.
        finished: the finished runs that the store has, by seed.
        failed: seeds that failed.
    """

    name: str
    specs: tuple[RunSpec, ...]
    finished: Mapping[int, Record] = field(default_factory=dict)
    failed: frozenset[int] = frozenset()

    @property
    def cell(self) -> str:
        """Its cell."""
        cell = self.specs[0].config.cell
        return "" if cell is None else cell.name

    @cached_property
    def params(self) -> Mapping[str, str]:
        """Dotted key -> value, as runs log them."""
        return parameters(self.specs[0].config)

    @property
    def seeds(self) -> frozenset[int]:
        """Seeds that are declared, trained or not."""
        return frozenset(spec.config.seed for spec in self.specs)

    @property
    def trials(self) -> int:
        """Trials of its search: all of a sweep have as many."""
        return 0

    @cached_property
    def conditions(self) -> Mapping[str, Mapping[int, str]]:
        """Code and data, which the sweep decides; the machine is not known before."""
        known = {
            "training_version": str(TRAINING_VERSION),
            "data_digest": self.specs[0].data.digest,
        }
        return {
            column: dict.fromkeys(self.seeds, known.get(column, UNKNOWN))
            for column in (*DECISIVE, *MACHINE)
        }

    @property
    def judged_by(self) -> str:
        """What it will be compared by, before anything is measured: the best or the last epoch."""
        wanted = self.specs[0].config.report.metric
        is_split = self.params["training.validation"] == "split"
        usual = usual_for(self.specs[0].data.spec)
        return wanted if wanted != AUTO else usual.best if is_split else usual.last

    def one(self, column: str) -> float:
        """Return what all runs share; of what is not trained, its recurrent parameters."""
        if column == "parameters_recurrent":
            return float(self.specs[0].parameters.recurrent)
        values = list(self.by_seed(column).values())
        return sum(values) / len(values) if values else math.nan

    def by_seed(self, metric: str) -> dict[int, float]:
        """Return a metric by seed, where it was measured, by an earlier version under its name."""
        measure, weights = OF_WEIGHTS.get(metric, (metric, ""))
        found = {}
        for seed, record in self.finished.items():
            value = record.metrics.get(metric)
            if value is None and self.params["training.test"] == weights:
                value = record.metrics.get(measure)
            if value is not None and is_measured(value):
                found[seed] = value
        return found

    @property
    def run_by_seed(self) -> Mapping[int, str]:
        """Ids of its finished runs by seed."""
        return {seed: record.run_id for seed, record in self.finished.items()}

    @property
    def _described(self) -> str | None:
        search = self.specs[0].search
        return None if search is None else search.description


@dataclass(frozen=True)
class Family:
    """The comparisons of one data set, which are decided together.

    Attributes:
        title: the data set.
        arms: in the order of the sweep; those that are compared with no other are left out.
        pairs: names of the arms of every comparison that a report would make.
    """

    title: str
    arms: tuple[DeclaredArm, ...]
    pairs: tuple[Pair, ...]

    def with_runs(self, records: Mapping[str, Record], failed: Collection[str] = ()) -> Family:
        """Return it with what the store has of its runs.

        Args:
            records: the record that counts, by content key.
            failed: content keys of runs that have no result and get none.
        """

        def known(arm: DeclaredArm) -> DeclaredArm:
            found = {spec.config.seed: records.get(spec.key) for spec in arm.specs}
            return replace(
                arm,
                finished={s: r for s, r in found.items() if r is not None and r.is_finished},
                failed=frozenset(spec.config.seed for spec in arm.specs if spec.key in failed),
            )

        return replace(self, arms=tuple(map(known, self.arms)))


def families(specs: Iterable[RunSpec]) -> list[Family]:
    """Return the comparisons of a sweep, those of each data set together.

    They are those of its report: of arms that differ in one factor and nothing else, by
    ``report.metric``.
    """
    by_data = arms_by_data(arms_of(specs))
    return [family for name, arms in by_data.items() if (family := _family(name, arms)).pairs]


def arms_by_data(arms: Sequence[DeclaredArm]) -> dict[str, list[DeclaredArm]]:
    """Return arms by data set: arrays are several of one name, told apart as a report does.

    By their contents; where arms differ in how many samples of a file they use, by its path.
    """
    limits: dict[object, set[object]] = {}
    for arm in arms:
        limits.setdefault(_path(arm), set()).add(arm.specs[0].config.data.limit)
    found: dict[str, list[DeclaredArm]] = {}
    for arm in arms:
        data, path = arm.specs[0].data, _path(arm)
        own = path if path is not None and len(limits[path]) > 1 else data.digest[:8]
        name = f"{data.name} {own}" if data.name == "arrays" else data.name
        found.setdefault(name, []).append(arm)
    return found


def _path(arm: DeclaredArm) -> object:
    return arm.specs[0].config.data.path


def unmatched(specs: Iterable[RunSpec]) -> list[str]:
    """Return the arms of a sweep that are compared with no other, by name."""
    specs = list(specs)
    compared = {arm.name for family in families(specs) for arm in family.arms}
    return [arm.name for arm in arms_of(specs) if arm.name not in compared]


def _family(name: str, arms: Sequence[DeclaredArm]) -> Family:
    pairs = [
        (a.name, b.name)
        for a, b in itertools.combinations(arms, 2)
        if _tested_on(a) == _tested_on(b) and relate(a, b, a.judged_by).is_clean
    ]
    compared = {arm for pair in pairs for arm in pair}
    return Family(name, tuple(arm for arm in arms if arm.name in compared), tuple(pairs))


def arms_of(specs: Iterable[RunSpec]) -> list[DeclaredArm]:
    """Return declared runs by arm."""
    found: dict[str, list[RunSpec]] = {}
    for spec in specs:
        found.setdefault(spec.arm_key, []).append(spec)
    return [DeclaredArm(own[0].label, tuple(own)) for own in found.values()]


def _tested_on(arm: DeclaredArm) -> int | None:
    """Return on how many samples an arm is tested: a report compares those of as many."""
    return arm.specs[0].config.data.test_limit

"""What a sweep has come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rnnbench.tracking.record import Record
from rnnbench.training.spec import RunSpec


class Finding(Protocol):
    """What a strategy has found out beside the results of runs, of a type of its own."""

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to find out."""
        ...


@dataclass(frozen=True)
class Swept:
    """The outcome of a sweep: the record of every declared run, and which were trained now.

    Attributes:
        specs: the declared runs; where a strategy chooses them, those that it has chosen so far.
        records: the record that counts, by content key.
        trained: content keys of those that were trained now.
        found: what the strategy has found out.
    """

    specs: tuple[RunSpec, ...]
    records: dict[str, Record]
    trained: frozenset[str]
    found: tuple[Finding, ...] = ()

    def is_finished(self, spec: RunSpec) -> bool:
        """Return whether a declared run has a result."""
        return spec.key in self.records and self.records[spec.key].is_finished

    @property
    def all_finished(self) -> bool:
        """Whether every declared run is finished, and nothing is left to find out."""
        return all(map(self.is_finished, self.specs)) and all(one.is_over for one in self.found)

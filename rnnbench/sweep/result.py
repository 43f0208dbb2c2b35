"""What a sweep has come to."""

from __future__ import annotations

from dataclasses import dataclass, field

from rnnbench.search.outcome import Searched
from rnnbench.tracking.record import Record
from rnnbench.training.spec import RunSpec
from rnnbench.until.course import Course


@dataclass(frozen=True)
class Swept:
    """The outcome of a sweep: the record of every declared run, and which were trained now.

    ``searched`` has the searches, in the order of the arms; their winners' runs are declared runs.
    ``courses`` has, with ``until``, where the comparisons of each data set stand; declared are then
    the runs that the looks so far needed.
    """

    specs: tuple[RunSpec, ...]
    records: dict[str, Record]
    trained: frozenset[str]
    searched: tuple[Searched, ...] = field(default=())
    courses: tuple[Course, ...] = field(default=())

    def is_finished(self, spec: RunSpec) -> bool:
        """Return whether a declared run has a result."""
        return spec.key in self.records and self.records[spec.key].is_finished

    @property
    def all_finished(self) -> bool:
        """Whether every search has a winner and every declared run is finished."""
        return all(map(self.is_finished, self.specs)) and all(s.winner for s in self.searched)

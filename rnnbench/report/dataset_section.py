"""The runs on one data set with everything that a report's parts need of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rnnbench.config.schema import ReportConfig
from rnnbench.report.document import Block, TableCell
from rnnbench.report.pairs import Pair
from rnnbench.report.wording import arm_words, difference_words, place_words
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.compare import ELSEWHERE, failures_of
from rnnbench.results.facts import MACHINE
from rnnbench.results.measure import Measure, Usual, score_of, usual_of
from rnnbench.results.rows import called

if TYPE_CHECKING:
    import pandas as pd

SECONDS = "seconds_per_epoch"
_EXECUTOR = ("workers", "threads")


@dataclass(frozen=True)
class DatasetSection:
    """One data set of a report.

    Attributes:
        key: short and unique in the report, for the names of files.
        title: as in ``imdb, maxlen 500``.
        arms: its arms, by name.
        pairs: its comparisons.
        refused: pairs that cannot be compared.
        options: margin, in the unit of the measure, and confidence.
        baselines: models without recurrence on the same data, which are compared with nothing.
        measure: what its arms are judged by; ``None`` where they have no such measure.
        family: how many comparisons hold together, in a sentence after another.
        epochs: one row an epoch of their runs; ``None`` where only comparisons are told.
        as_configured: the options before their margin had a unit; ``None`` where they are the same.
    """

    key: str
    title: str
    arms: tuple[ArmRuns, ...]
    pairs: tuple[Pair, ...]
    refused: tuple[Pair, ...]
    options: ReportConfig
    baselines: tuple[ArmRuns, ...] = ()
    measure: Measure | None = None
    family: str = ""
    epochs: pd.DataFrame | None = field(default=None, compare=False)
    as_configured: ReportConfig | None = None

    @property
    def configured(self) -> ReportConfig:
        """The options of the report."""
        return self.as_configured or self.options

    @property
    def usual(self) -> Usual:
        """What its arms are judged by unless something else is asked for: accuracies, or errors."""
        return usual_of(self.arms)

    @property
    def history(self) -> pd.DataFrame:
        """One row an epoch of its runs."""
        assert self.epochs is not None
        return self.epochs

    @property
    def place(self) -> str:
        """Its title in words: ``imdb, 500 tokens``."""
        return place_words(self.title, self.arms[0].params)

    @property
    def score(self) -> str | None:
        """The accuracy or RMSE of its arms: what they are judged by, or the first that all have."""
        return score_of(self.arms, self.measure)

    @property
    def data(self) -> str:
        """Name of its data set: of a user's series, that of their file."""
        return called(self.arms[0].rows[0])


def headed(
    datasets: Sequence[DatasetSection], blocks: Callable[[DatasetSection], Sequence[Block | None]]
) -> tuple[Block, ...]:
    """Return the blocks that each data set has on a subject; of several, each has its heading."""
    told: list[Block] = []
    for dataset in datasets:
        own = [block for block in blocks(dataset) if block is not None]
        if own and len(datasets) > 1:
            own[0] = replace(own[0], title=dataset.place)
        told += own
    return tuple(told)


def arm_cell(name: str) -> TableCell:
    """Return the entry of a table that names an arm: in words; CSV holds the name itself."""
    return TableCell(arm_words(name), name)


def pair_cell(pair: Pair) -> TableCell:
    """Return the entry that names a comparison: in words; CSV holds the names of its arms."""
    a, b, shared = pair.words
    name = f"{a} − {b}" + (f", both {shared}" if shared else "")
    return TableCell(difference_words(pair.words), name)


def of(drawn: int, all_: int, what: str = "arms") -> str:
    """Return what a title says where a figure shows a part: `` (40 of 200 arms)``."""
    return f" ({drawn} of {all_} {what})" if drawn < all_ else ""


def failures(arms: Sequence[ArmRuns]) -> str:
    """Return in how many seeds each arm failed, as a sentence; empty where none did."""
    if not any(arm.failed for arm in arms):
        return ""
    names = [arm for arm in arms if arm.failed]
    rest = ", the others in none" if len(names) < len(arms) else ""
    told = failures_of(names)
    return f"{told}{rest}: means and differences are of the seeds that did not fail."


def seconds_apart(arms: Sequence[ArmRuns]) -> str:
    """Return what a note on seconds says where arms differ in who or what computed them."""
    words = ""
    if len({arm.shown("path") for arm in arms}) > 1:
        words += (
            " Not all arms are computed by the same loops (“computed by” in the table of size and "
            "time): their seconds differ for that reason, too."
        )
    apart = [f"{MACHINE[c]} {'; '.join(v)}" for c in ELSEWHERE if len(v := _all(arms, c)) > 1]
    if apart:
        words += f" The runs differ in {', and in '.join(apart)}: seconds do not compare."
    return words


def side_by_side(arms: Sequence[ArmRuns]) -> str:
    """Return what a note on seconds says of runs that were trained at the same time."""
    ways = {tuple(arm.params.get(f"executor.{key}", "1") for key in _EXECUTOR) for arm in arms}
    if {workers for workers, _ in ways} <= {"1"}:
        return ""
    told = " or ".join(
        ", ".join(f"executor.{key}={value}" for key, value in zip(_EXECUTOR, way, strict=True))
        for way in sorted(ways)
    )
    cores = " or ".join(sorted({arm.shown("hardware") for arm in arms}))
    words = (
        f" Runs were trained side by side ({told}; {cores}) and shared the machine: their seconds "
        "hold for that, not for a run alone."
    )
    return words + (" Not all arms were trained in the same way." if len(ways) > 1 else "")


def is_one_machine(arms: Sequence[ArmRuns]) -> bool:
    """Return whether the seconds of arms are of one machine, with as many threads."""
    return all(len(_all(arms, column)) < 2 for column in ELSEWHERE)


def _all(arms: Sequence[ArmRuns], column: str) -> list[str]:
    return sorted({value for arm in arms for value in arm.conditions[column].values()})


def order(dataset: DatasetSection) -> list[ArmRuns]:
    """Return the arms, best first: by what they are judged by, then by validation."""
    beside = Measure(dataset.usual.validated)
    measure = dataset.measure or beside
    return sorted(dataset.arms, key=lambda arm: (measure.rank(arm), beside.rank(arm), arm.name))

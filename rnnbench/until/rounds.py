"""The looks of a sweep with ``until=decided``, taken one after another while its runs finish."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rnnbench.config.schema import Config
from rnnbench.results.answers import Answers
from rnnbench.sweep.jobs import results
from rnnbench.tracking.looks import (
    Looked,
    looks_of,
    record_looks,
    seeds_by_hand,
    short_keys,
)
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec
from rnnbench.until.arms import families, unmatched
from rnnbench.until.course import Course, course
from rnnbench.until.measured import answers_of, measure_of
from rnnbench.until.words import look_words


class Rounds:
    """What a sweep has decided so far, and which runs it needs next."""

    def __init__(
        self,
        store: Store,
        config: Config,
        specs: Sequence[RunSpec],
        parent: SweepParent | None,
        tell: Callable[[str], None],
    ) -> None:
        """Take no look yet.

        Args:
            store: where the runs are.
            config: with ``until``; the options of all arms.
            specs: every run up to the limit.
            parent: where looks are recorded.
            tell: called with a line about each look.
        """
        self._store = store
        self._config = config
        self._specs = specs
        self._parent = parent
        self._tell = tell
        self._families = families(specs)
        self._alone = set(unmatched(specs))
        self._answers: Answers = {}
        self._asked: set[str] = set()
        self._told: dict[str, int] = {}
        self.courses: tuple[Course, ...] = ()

    def tell_before(self) -> None:
        """Say which arms are compared with no other, and which looks were taken by hand before."""
        for name in sorted(self._alone):
            self._tell(f"{name} differs from every other arm in more than one thing: not compared")
        keys = {spec.arm_key for spec in self._specs}
        if seeds := seeds_by_hand(looks_of(self._store), keys):
            *some, last = map(str, seeds)
            numbers = f"{', '.join(some)} and {last}" if some else last
            self._tell(
                f"finished sweeps have shown these arms with {numbers} seeds before: "
                "such looks are not among those that this one accounts for"
            )

    def advance(self) -> list[RunSpec]:
        """Take every look that the runs in the store allow, and return what the next ones need.

        A run that has failed is asked for once where failed runs are to be trained again, and one
        that was killed by now is left to the next start of the sweep.
        """
        records = results(self._specs, self._store, self._config.sweep)
        again = self._config.sweep.retry_failed
        failed = {
            key
            for key, record in records.items()
            if record.status == "FAILED" and (key in self._asked or not again)
        }
        settled = failed | {key for key, record in records.items() if record.is_finished}
        found = []
        for family in self._families:
            known = family.with_runs(records, failed)
            metric = measure_of(known.arms, self._config.report.metric)
            self._answers = answers_of(self._store, known.arms, metric, self._answers)
            found.append(course(known, self._config, settled, self._answers))
        self.courses = tuple(found)
        self._record()
        for one in self.courses:
            for number in range(self._told.get(one.family.title, 0), len(one.looks)):
                self._tell(look_words(one, number, several=len(self.courses) > 1))
            self._told[one.family.title] = len(one.looks)
        needed = [spec for one in self.courses for spec in one.needed]
        needed += [spec for spec in self._first_of_others() if spec.key not in settled]
        further = [spec for spec in needed if spec.key not in self._asked]
        self._asked |= {spec.key for spec in further}
        return further

    @property
    def declared(self) -> list[RunSpec]:
        """The runs that the looks so far rest on, and those that the next ones need."""
        wanted = {spec.key for one in self.courses for spec in (*one.rested_on, *one.needed)}
        wanted |= {spec.key for spec in self._first_of_others()}
        return [spec for spec in self._specs if spec.key in wanted]

    @property
    def status(self) -> str:
        """``look 2 of 11, 5 seeds, 1 open``, of what is trained now."""
        going = [one for one in self.courses if not one.is_over]
        count = sum(one.open_pairs for one in going)
        if len(going) != 1:
            return f"{len(going)} data sets, {count} open" if going else "runs"
        (one,) = going
        looks, number = one.design.looks, len(one.looks)
        return f"look {number + 1} of {len(looks)}, {looks[number]} seeds, {count} open"

    def _first_of_others(self) -> list[RunSpec]:
        """Return as many runs as the first look has of arms that are compared with no other."""
        first = min((one.design.looks[0] for one in self.courses), default=0)
        seeds = range(self._config.seed, self._config.seed + first)
        return [s for s in self._specs if s.label in self._alone and s.config.seed in seeds]

    def _record(self) -> None:
        """Write the looks taken to the parent of the sweep, before anyone acts on them."""
        begun = [one for one in self.courses if one.looks]
        if self._parent is None or not begun:
            return
        looked = [
            Looked(
                short_keys(arm.specs[0].arm_key for arm in one.family.arms),
                tuple(look.seeds for look in one.looks),
                one.design.first_seed,
                one.design.most_seeds,
                one.design.margin,
                one.design.confidence,
                tuple(look.alpha for look in one.looks),
            )
            for one in self.courses  # all of them, each in its place, whichever is looked at first
        ]
        with self._store.translated():
            self._parent.open()
        record = self._parent.find()
        if record is not None:
            details = [
                {
                    "data": one.family.title,
                    "metric": one.metric,
                    "looks": [look.as_record() for look in one.looks],
                }
                for one in begun
            ]
            record_looks(self._store, record, looked, details)

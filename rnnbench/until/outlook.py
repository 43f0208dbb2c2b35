"""How many runs a sweep with ``until=decided`` will take, and how long: nothing is trained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.config.schema import Config
from rnnbench.formatting.durations import about
from rnnbench.results.answers import Answers
from rnnbench.stats import statistic
from rnnbench.stats.expected import ExpectedSweep, expected_runs
from rnnbench.sweep.jobs import results
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec
from rnnbench.until.arms import families
from rnnbench.until.course import Course, course
from rnnbench.until.measured import answers_of, measure_of
from rnnbench.until.spreads import spreads


@dataclass(frozen=True)
class Outlook:
    """What the comparisons of one data set will take.

    Attributes:
        course: where they stand.
        sd: spread of a difference that is expected, in the unit of the measure.
        seeds: how many seeds have shown it; ``None`` where it is assumed.
        cases: what is supposed of the arms, in words, and what is to be expected then.
        run_seconds: of a run on average, where something like it is finished.
    """

    course: Course
    sd: float
    seeds: int | None
    cases: tuple[tuple[str, ExpectedSweep], ...]
    run_seconds: float | None = None


def outlooks(specs: Sequence[RunSpec], config: Config, store: Store | None) -> list[Outlook]:
    """Return what the comparisons of each data set will take; nothing is changed.

    Args:
        specs: every run up to the limit.
        config: with ``until``; limit, margin and level.
        store: where runs are looked up.
    """
    records: dict[str, Record] = {} if store is None else results(specs, store, config.sweep)
    again = config.sweep.retry_failed
    failed = {k for k, r in records.items() if r.status == "FAILED" and not again}
    settled = failed | {key for key, record in records.items() if record.is_finished}
    found = []
    for family in families(specs):
        known = family.with_runs(records, failed)
        metric = measure_of(known.arms, config.report.metric)
        read = answers_of(store, known.arms, metric)
        found.append(_outlook(course(known, config, settled, read), read))
    return found


def _outlook(stands: Course, answers: Answers) -> Outlook:
    known = spreads(stands.family, stands.metric, answers, stands.design.margin)
    told = [spread for spread in known if spread.seeds is not None]
    sd = math.sqrt(statistic(spread.sd**2 for spread in told or known).mean)
    seeds = min((spread.seeds or 0 for spread in told), default=None)
    sampling = statistic(spread.sampling for spread in told or known).mean
    arms = stands.family.arms
    means = [arm.one(stands.metric) for arm in arms]
    cases = {"the arms differ as much as in the store": means}
    if not told or any(map(math.isnan, means)):
        others = [0.0] * (len(arms) - 1)
        cases = {"the arms are equal": [0.0, *others]}
        cases["one arm differs by that spread"] = [sd, *others]
    expected = [
        (words, expected_runs(stands.design, sd, supposed, seen=seeds, sampling=sampling))
        for words, supposed in cases.items()
    ]
    return Outlook(stands, sd, seeds, tuple(expected))


def outlook_words(outlook: Outlook, workers: int, *, several: bool) -> str:
    """Return what the comparisons of a data set will take, in a few sentences.

    Args:
        outlook: with at least one case.
        workers: how many runs are trained at once.
        several: whether the sweep has several data sets.
    """
    stands, design, seconds = outlook.course, outlook.course.design, outlook.run_seconds
    where = f"{stands.family.title}: " if several else ""
    count = f"{stands.open_pairs} of {len(stands.family.pairs)} comparisons open"
    if stands.is_over:
        text = f"{where}{stands.used} runs, {count} after {stands.looks[-1].seeds} seeds. "
        return f"{text}A sweep would train nothing."
    number = len(stands.looks)
    cases = []
    for words, expected in outlook.cases:
        left = max(expected.runs - stands.used, len(stands.needed))
        time = "" if seconds is None else f", in {about(left * seconds / workers)} from now"
        cases.append(
            f"about {expected.runs:.0f}{time}, where {words} "
            f"({expected.low} to {expected.high} in 80 % of sweeps)"
        )
    source = (
        "assumed, as much as the margin, for the store does not know it"
        if outlook.seeds is None
        else f"as {outlook.seeds} seeds in the store have shown"
    )
    return (
        f"{where}Look {number + 1} of {len(design.looks)}, {design.looks[number]} seeds, {count}. "
        f"Runs until decided, of at most {stands.most}: {'; '.join(cases)}. "
        f"The difference of two runs with the same seed spreads by {outlook.sd:.2g}: {source}."
    )

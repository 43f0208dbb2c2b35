"""What the runs say of published statements: a verdict for each pair of arms, or for one arm."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from rnnbench.config.metrics import METRICS, entry
from rnnbench.config.schema import ClaimConfig
from rnnbench.formatting.tables import span
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.document import TableCell, interval, number, signed, text
from rnnbench.report.families import compare_families
from rnnbench.report.pairs import Pair, turned
from rnnbench.report.wording import arm_words, metric_words
from rnnbench.results.answers import Answers
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.compare import failures_of, relate
from rnnbench.results.margins import in_unit
from rnnbench.results.measure import Measure
from rnnbench.stats import half_width, statistic
from rnnbench.stats.family import FEWEST
from rnnbench.tracking.looks import Looked

_HARDLY = "better but it hardly matters"


@dataclass(frozen=True)
class ClaimFinding:
    """What the runs say of a claim: a verdict, a number with its interval, and the arms."""

    verdict: str
    metric: str
    measured: TableCell
    span: TableCell
    arms: tuple[ArmRuns, ...]
    title: str


@dataclass(frozen=True)
class _Asked:
    """Two arms that a claim is about, and where."""

    claim: ClaimConfig
    dataset: DatasetSection
    pair: Pair


def judge(
    claims: Sequence[ClaimConfig],
    datasets: Sequence[DatasetSection],
    answers: Answers,
    looks: Sequence[Looked] = (),
) -> list[list[ClaimFinding]]:
    """Return for each claim a finding for each data set that has the arms, or that none has.

    Args:
        claims: the published statements.
        datasets: the data sets.
        answers: by weights and run, which test samples were answered rightly.
        looks: with how many seeds the arms were looked at before.
    """
    found = [
        [item for dataset in datasets for item in _judge_on(claim, dataset)] for claim in claims
    ]
    asked = [item for items in found for item in items if isinstance(item, _Asked)]
    judged = dict(zip(map(id, asked), _compared(asked, answers, looks), strict=True))
    return [
        [judged[id(item)] if isinstance(item, _Asked) else item for item in items]
        or [ClaimFinding("no runs", claim.metric, text(None), text(None), (), "")]
        for claim, items in zip(claims, found, strict=True)
    ]


def _judge_on(claim: ClaimConfig, dataset: DatasetSection) -> list[ClaimFinding | _Asked]:
    arms = [arm for arm in dataset.arms if _fits(arm, claim)]
    first = [arm for arm in arms if _value(arm, claim.factor) == str(claim.a)]
    if claim.b is None:
        chosen = first if claim.a is not None else arms
        metric = _metric(claim, chosen)
        measured = [arm for arm in chosen if arm.by_seed(metric)]
        if chosen and not measured:
            return [_unmeasured(metric, chosen, dataset.place)]
        return [_single(claim, metric, arm, dataset) for arm in measured]
    second = [arm for arm in arms if _value(arm, claim.factor) == str(claim.b)]
    metric = _metric(claim, [*first, *second])
    return [
        _asked(claim, metric, a, b, dataset)
        for a in first
        for b in second
        if relate(a, b, metric).is_clean or len(first) == len(second) == 1
    ]


def _metric(claim: ClaimConfig, arms: Sequence[ArmRuns]) -> str:
    """Return what a claim is tested by: a published test is that of the last epoch."""
    last = f"{claim.metric}_last"
    is_last = last in METRICS and arms and all(arm.by_seed(last) for arm in arms)
    return last if is_last else claim.metric


def _asked(
    claim: ClaimConfig, metric: str, a: ArmRuns, b: ArmRuns, dataset: DatasetSection
) -> ClaimFinding | _Asked:
    if not a.by_seed(metric) or not b.by_seed(metric) or metric not in METRICS:
        return _unmeasured(metric, (a, b), _title(a, b, dataset))
    return _Asked(claim, dataset, Pair(a, b, relate(a, b, metric), Measure(metric)))


def _compared(
    asked: Sequence[_Asked], answers: Answers, looks: Sequence[Looked]
) -> list[ClaimFinding]:
    """Return the findings of pairs: those that can be compared are families by measure.

    Nothing is known of a margin for other measures than accuracies, and errors of numbers.
    """
    found: dict[object, Pair] = {}
    for is_clean, has_margin in itertools.product((True, False), repeat=2):
        # Each pair once, however many claims are about it.
        own = {
            _key(one): one
            for one in asked
            if one.pair.relation.is_clean == is_clean
            and one.pair.measure is not None
            and (one.pair.measure.is_accuracy or one.pair.measure.is_error) == has_margin
        }
        # What cannot be compared has a number all the same, and makes no family larger.
        named = [
            (one.pair.a.data_name if is_clean else str(key), one.pair) for key, one in own.items()
        ]
        if named:
            options = next(iter(own.values())).dataset.configured
            options = options if has_margin else options.model_copy(update={"margin": 0.0})
            results = compare_families(named, options, answers, looks)
            found |= dict(zip(own, results, strict=True))
    return [_finding(one, found[_key(one)]) for one in asked]


def _key(asked: _Asked) -> tuple[object, ...]:
    pair = asked.pair
    return (pair.measure and pair.measure.metric, frozenset((id(pair.a), id(pair.b))))


def _finding(asked: _Asked, pair: Pair) -> ClaimFinding:
    """Return what a comparison says of a claim that arm ``a`` lies above or below ``b``."""
    claim, relation = asked.claim, asked.pair.relation
    a, b = asked.pair.a, asked.pair.b
    assert pair.result is not None
    assert pair.measure is not None
    result = pair.result if pair.a is a else turned(pair.result)
    difference = result.difference
    sign = 1.0 if claim.expected == "higher" else -1.0
    margin = in_unit(asked.dataset.configured, pair.measure, (a, b)).margin
    verdict = "undecided"
    if result.better is not None:
        verdict = "confirmed" if sign * difference.estimate > 0 else "refuted"
        hardly = f", but under the margin of {margin:.4g}"
        verdict += hardly if result.verdict == _HARDLY else ""
    elif result.verdict == "equivalent":
        verdict = f"refuted: equivalent within {margin:.4g}"
    elif result.seeds_needed is not None:
        verdict += f" (about {span(*result.seeds_needed)} seeds would decide)"
    remarks = [words for words in (relation.failures, *relation.machine.values()) if words]
    if relation.confounds or not relation.is_clean:
        verdict = f"not comparable: {'; '.join(relation.confounds) or 'they are one arm'}"
    elif remarks:
        verdict += f" ({'; '.join(remarks)})"
    return ClaimFinding(
        verdict,
        pair.measure.metric,
        signed(difference.estimate, pair.measure.entry),
        interval(difference.low, difference.high, pair.measure.entry),
        (a, b),
        _title(a, b, asked.dataset),
    )


def _title(a: ArmRuns, b: ArmRuns, dataset: DatasetSection) -> str:
    return f"{dataset.place}: {arm_words(a.name)}, {arm_words(b.name)}"


def _unmeasured(metric: str, arms: Sequence[ArmRuns], title: str) -> ClaimFinding:
    verdict = f"{metric_words(metric)} was not measured"
    return ClaimFinding(verdict, metric, text(None), text(None), tuple(arms), title)


def _single(claim: ClaimConfig, metric: str, arm: ArmRuns, dataset: DatasetSection) -> ClaimFinding:
    summary = statistic(arm.by_seed(metric).values())
    width = half_width(summary, dataset.options.confidence)
    low, high = summary.mean - width, summary.mean + width
    bounds = [
        _bound(side, given, metric, dataset)
        for side, given in (("above", claim.above), ("below", claim.below))
        if given is not None
    ]
    verdict = next((one.missing for one in bounds if one.missing), "undecided")
    if verdict == "undecided" and summary.n >= FEWEST:
        said = (one.verdict(low, high) for one in bounds)
        verdict = next((one for one in said if one != "undecided"), "undecided")
    if arm.failed:
        verdict += f" ({failures_of((arm,))})"
    told = "".join(f" {one.side} {one.words}" for one in bounds)
    title = f"{dataset.place}: {arm_words(arm.name)}{',' if told else ''}{told}"
    cells = number(summary.mean, entry(metric)), interval(low, high, entry(metric))
    return ClaimFinding(verdict, metric, *cells, (arm,), title)


@dataclass(frozen=True)
class _Bound:
    """What a claim says that a mean lies ``above`` or ``below``.

    Attributes:
        side: which of the two.
        words: what it is called.
        value: what it is; NaN where it was not measured.
        missing: why it was not.
    """

    side: str
    words: str
    value: float
    missing: str = ""

    def verdict(self, low: float, high: float) -> str:
        """Return whether an interval lies wholly on the side that is named."""
        is_above, is_below = low > self.value, high < self.value
        if is_above or is_below:
            return "confirmed" if is_above == (self.side == "above") else "refuted"
        return "undecided"


def _bound(side: str, given: float | str, metric: str, dataset: DatasetSection) -> _Bound:
    """Return a number, or what a baseline reaches on a data set."""
    if not isinstance(given, str):
        return _Bound(side, f"{given:g}", given)
    known = (arm for arm in dataset.baselines if arm.params.get("baseline.name") == given)
    values = [value for arm in known for value in arm.by_seed(metric).values()]
    words = given.replace("_", " ")
    if not values:
        missing = f"baseline {words} has no {metric_words(metric)}"
        return _Bound(side, words, math.nan, missing)
    mean = fmean(values)
    return _Bound(side, f"{words} ({entry(metric).shown(mean)})", mean)


def _fits(arm: ArmRuns, claim: ClaimConfig) -> bool:
    """Return whether an arm is one of those that the claim is about."""
    for key, wanted in claim.where.items():
        shown = "null" if wanted is None else str(wanted)
        known = arm.params.get(key)
        if key == "match" and wanted is not None and known != shown:
            # The reference of a match is itself one of the matched arms.
            if f"{arm.cell}:{arm.params.get('model.units')}" != shown:
                return False
        elif known != shown and not (key == "match" and known is None and shown == "null"):
            return False
    return True


def _value(arm: ArmRuns, factor: str | None) -> str | None:
    return arm.cell if factor in (None, "cell") else arm.params.get(factor)

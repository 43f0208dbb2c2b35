"""Published claims beside what the runs say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.cells import CELLS
from rnnbench.config.schema import ClaimConfig, ReportConfig
from rnnbench.report.document import (
    Block,
    Cell,
    Column,
    DataTable,
    interval,
    number,
    signed,
    text,
)
from rnnbench.report.ground import ELSEWHERE, Ground
from rnnbench.report.verdicts import KEY as VERDICTS
from rnnbench.report.wording import arm_words, cell_words, metric_words
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.compare import failures_of, relate
from rnnbench.stats import half_width, statistic
from rnnbench.stats.paired import FEWEST, compare

# What a machine decides as much as an arm does.
_COSTS = ("fit_seconds", "validation_seconds", "seconds_per_epoch", "compile_seconds")


@dataclass(frozen=True)
class Finding:
    """What the runs say of a claim: a verdict, a number with its interval, and the arms."""

    verdict: str
    measured: Cell
    span: Cell
    arms: tuple[ArmRuns, ...]
    title: str


def claims_block(claims: Sequence[ClaimConfig], grounds: Sequence[Ground]) -> Block | None:
    """Return a table with a row for each claim and pair of arms that it is about."""
    if not claims:
        return None
    rows, ids, flaws = [], [], []
    for claim in claims:
        for finding in judge(claim, grounds):
            rows.append(_row(claim, finding))
            ids.append(tuple(run_id for arm in finding.arms for run_id in arm.run_ids))
        if claim.flaw:
            flaws.append(f"“{claim.text}”, as published: {claim.flaw}.")
    columns = (
        Column("claim", numeric=False),
        Column("verdict", numeric=False),
        Column("measure", numeric=False),
        Column("measured", "difference of two arms, or mean of one"),
        Column("interval"),
        Column("published", numeric=False),
        Column("tested on", numeric=False),
        Column("source", numeric=False),
    )
    note = (
        "Confirmed or refuted: the interval lies wholly on that side, and of two arms so does the "
        "verdict. Undecided: anything else, and always with fewer than "
        f"{FEWEST} seeds."
    )
    title = "Published claims, tested here"
    table = DataTable("claims", title, columns, tuple(rows), note, tuple(ids), VERDICTS)
    return Block("", tables=(table,), bullets=tuple(flaws))


def judge(claim: ClaimConfig, grounds: Sequence[Ground]) -> list[Finding]:
    """Return a finding for each data set that has the arms, or one that says there is none."""
    found = [finding for ground in grounds for finding in _judge_on(claim, ground)]
    return found or [Finding("no runs", text(None), text(None), (), "")]


def _judge_on(claim: ClaimConfig, ground: Ground) -> list[Finding]:
    arms = [arm for arm in ground.arms if _fits(arm, claim)]
    first = [arm for arm in arms if _value(arm, claim.factor) == str(claim.a)]
    if claim.b is None:
        chosen = first if claim.a is not None else arms
        measured = [arm for arm in chosen if arm.by_seed(claim.metric)]
        if chosen and not measured:
            return [_unmeasured(claim, chosen, ground.place)]
        return [_single(claim, arm, ground) for arm in measured]
    second = [arm for arm in arms if _value(arm, claim.factor) == str(claim.b)]
    return [
        _paired(claim, a, b, ground)
        for a in first
        for b in second
        if relate(a, b).is_clean or len(first) == len(second) == 1
    ]


def _paired(claim: ClaimConfig, a: ArmRuns, b: ArmRuns, ground: Ground) -> Finding:
    relation = relate(a, b)
    title = f"{ground.place}: {arm_words(a.name)}, {arm_words(b.name)}"
    options = ground.options
    sign = 1.0 if claim.expected == "higher" else -1.0
    first = {seed: sign * value for seed, value in a.by_seed(claim.metric).items()}
    second = {seed: sign * value for seed, value in b.by_seed(claim.metric).items()}
    result = compare(first, second, _margin(claim, options), options.confidence)
    if not first or not second:
        return _unmeasured(claim, (a, b), title)
    difference = result.difference
    low, high = sorted((sign * difference.low, sign * difference.high))
    verdict = {
        "A better": "confirmed",
        "B better": "refuted",
        "equivalent": f"refuted: equivalent within {_margin(claim, options):g}",
        "undecided": "undecided",
    }[result.verdict]
    if result.verdict == "undecided" and result.seeds_needed is not None:
        verdict += f" (about {result.seeds_needed} seeds would decide)"
    confounds = list(relation.confounds)
    if claim.metric in _COSTS:
        confounds += [words for column, words in relation.machine.items() if column in ELSEWHERE]
    remarks = [words for words in (relation.failures, *relation.machine.values()) if words]
    if confounds or not relation.is_clean:
        reasons = "; ".join(confounds) or "they are one arm"
        verdict = f"not comparable: {reasons}"
    elif remarks:
        verdict += f" ({'; '.join(remarks)})"
    return Finding(verdict, signed(sign * difference.estimate), interval(low, high), (a, b), title)


def _unmeasured(claim: ClaimConfig, arms: Sequence[ArmRuns], title: str) -> Finding:
    return Finding(
        f"{metric_words(claim.metric)} was not measured", text(None), text(None), tuple(arms), title
    )


def _single(claim: ClaimConfig, arm: ArmRuns, ground: Ground) -> Finding:
    summary = statistic(arm.by_seed(claim.metric).values())
    width = half_width(summary, ground.options.confidence)
    low, high = summary.mean - width, summary.mean + width
    verdict = _beyond(claim, low, high) if summary.n >= FEWEST else "undecided"
    if arm.failed:
        verdict += f" ({failures_of((arm,))})"
    bound = f" above {claim.above:g}" if claim.above is not None else ""
    bound += f" below {claim.below:g}" if claim.below is not None else ""
    title = f"{ground.place}: {arm_words(arm.name)}{',' if bound else ''}{bound}"
    return Finding(verdict, number(summary.mean), interval(low, high), (arm,), title)


def _beyond(claim: ClaimConfig, low: float, high: float) -> str:
    """Return whether an interval lies wholly on the side of a number that a claim names."""
    if claim.above is not None and low > claim.above:
        return "confirmed"
    if claim.above is not None and high < claim.above:
        return "refuted"
    if claim.below is not None and high < claim.below:
        return "confirmed"
    if claim.below is not None and low > claim.below:
        return "refuted"
    return "undecided"


def _row(claim: ClaimConfig, finding: Finding) -> tuple[Cell, ...]:
    published = ", ".join(f"{_named(key, claim)}{value}" for key, value in claim.published.items())
    return (
        text(claim.text),
        text(finding.verdict),
        text(metric_words(claim.metric)),
        finding.measured,
        finding.span,
        text(published or None),
        text(finding.title or None),
        text(claim.source),
    )


def _named(key: str, claim: ClaimConfig) -> str:
    """Return whose a published number is: an arm's, or that of a measure of its own."""
    if key == claim.metric:
        return ""
    return f"{cell_words(key) if key in CELLS else metric_words(key)} "


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


def _margin(claim: ClaimConfig, options: ReportConfig) -> float:
    """Return the margin of accuracies; nothing is known of one for other measures."""
    return options.margin if claim.metric.endswith("accuracy") else 0.0

"""The answer, before anything else: a sentence or two for each comparison, and two figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rnnbench.config.arm_names import factor_name
from rnnbench.report.comparisons import difference_pictures
from rnnbench.report.dataset_section import DatasetSection, headed, order
from rnnbench.report.document import ANSWER, Block, ReportSection, Statement
from rnnbench.report.failures import failed, without_success
from rnnbench.report.overfitting import learning_curves
from rnnbench.report.pairs import Pair
from rnnbench.report.question import asked
from rnnbench.report.statements import (
    is_undecided,
    largest,
    measure_of,
    result_of,
    statement,
)
from rnnbench.report.wording import (
    arm_place,
    arm_words,
    capital,
    flat,
)
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.measure import Measure
from rnnbench.stats import statistic

_MOST_TOLD = 4  # comparisons of a data set that have a sentence each; of more, the decided ones
_MOST_DETAILS = 3  # decided comparisons of a factor that have one then
_MOST_ARMS = 4  # of which the accuracy is told where nothing is compared


def answer_section(datasets: Sequence[DatasetSection], see: str) -> ReportSection:
    """Return what the runs say, with a block for each data set.

    Args:
        datasets: the data sets.
        see: key of the section that explains verdicts.
    """
    return ReportSection(ANSWER, "Answer", headed(datasets, lambda dataset: [_block(dataset, see)]))


def _block(dataset: DatasetSection, see: str) -> Block:
    pictures = (*difference_pictures(dataset), *learning_curves(dataset)[:1])
    told = (
        *failed(dataset),
        *without_success(dataset),
        *compared(dataset),
        *best(dataset),
        *refused(dataset),
    )
    if not dataset.pairs:
        return Block("", pictures=pictures, statements=told)
    measure, percent = measure_of(dataset.pairs[0]), f"{100 * dataset.options.confidence:g} %"
    scale = "A point: 0.01 of" if measure.is_accuracy else "By"
    together = " of all differences together" if len(dataset.pairs) > 1 else " of the difference"
    remark = f" {measure.remark}" if measure.remark else ""
    note = f"{scale} {measure.words}. In brackets: {percent} interval{together}.{remark}"
    return Block("", (note,), pictures=pictures, statements=told, see=see)


def compared(dataset: DatasetSection) -> list[Statement]:
    """Return a statement for each comparison; of many, for the decided ones of each factor."""
    first = asked((dataset,))
    pairs = sorted(dataset.pairs, key=lambda pair: _place(pair, first))
    if len(pairs) <= _MOST_TOLD:
        pairs.sort(key=is_undecided)
        return [statement(pair, dataset.options.margin) for pair in pairs]
    told: list[Statement] = []
    for factor in dict.fromkeys(pair.relation.factor or "" for pair in pairs):
        own = [pair for pair in pairs if pair.relation.factor == factor]
        told += _of_factor(factor, own, dataset.options.margin)
    return told


def _of_factor(factor: str, pairs: Sequence[Pair], margin: float) -> list[Statement]:
    """Return how many comparisons by a factor are decided, and a statement for those."""
    if len(pairs) == 1:
        return [statement(pairs[0], margin)]
    subject = capital(factor_name(factor))
    decided = [pair for pair in pairs if not is_undecided(pair)]
    if not decided:
        lead = f"{subject}: undecided in all {len(pairs)} comparisons."
        return [Statement(lead, f" {largest(pairs)}")]
    rest = f" of {len(pairs)} comparisons decided, {len(pairs) - len(decided)} undecided"
    decided.sort(key=_difference, reverse=True)
    more = ". The largest differences:" if len(decided) > _MOST_DETAILS else ":"
    told = (replace(statement(pair, margin), is_detail=True) for pair in decided[:_MOST_DETAILS])
    return [Statement(f"{subject}: {len(decided)}{rest}", more), *told]


def best(dataset: DatasetSection) -> list[Statement]:
    """Return what the best cell reaches, and the best baseline beside it."""
    measure = dataset.measure
    arms = [arm for arm in order(dataset) if measure is not None and arm.by_seed(measure.metric)]
    if measure is None or not arms:
        return []
    beside = [arm for arm in dataset.baselines if arm.by_seed(measure.metric)]
    if not beside:
        return _reached(dataset, arms, measure)
    baseline, words = min(beside, key=measure.rank), measure.words
    name = "a " + flat(arm_words(baseline.name.replace(" (baseline)", "")))
    cell, value = arms[0].one(measure.metric), baseline.one(measure.metric)
    top = arm_words(arms[0].name)
    if measure.sign * value > measure.sign * cell:
        whom = "every cell here" if len(arms) > 1 else top
        reached = f"{flat(top)}: {cell:.4f}" if len(arms) > 1 else f"{cell:.4f}"
        lead = f"{capital(name)} reaches {value:.4f}, better than {whom}"
        return [Statement(lead, f" ({reached}; {words}).")]
    better = "less than" if measure.is_lower_better else "more than"
    over = "as much as" if value == cell else better
    rest = f" {words}, {over} the best baseline, {name}, with {value:.4f}."
    return [Statement(f"{top} reaches {cell:.4f}", rest)]


def _reached(dataset: DatasetSection, arms: Sequence[ArmRuns], measure: Measure) -> list[Statement]:
    """Return what the best arm reaches, or some of those that nothing is compared with."""
    told = []
    for arm in arms[: 1 if dataset.pairs else _MOST_ARMS]:
        found = statistic(arm.by_seed(measure.metric).values())
        spread = f" ± {found.sd:.4f}" if found.sd == found.sd else ""
        seeds = f"{found.n} seed{'s' if found.n != 1 else ''}"
        highest = ", the best mean here; no baseline stands beside it" if dataset.pairs else ""
        told.append(
            Statement(
                f"{arm_words(arm.name)} reaches {found.mean:.4f}{spread}",
                f" {measure.words} over {seeds}{highest}.",
            )
        )
    return told


def refused(dataset: DatasetSection) -> list[Statement]:
    """Return how many pairs are not compared, or that there is nothing to compare."""
    count = len(dataset.refused)
    if count:
        several = "pairs of arms are" if count > 1 else "pair of arms is"
        confounded = any(pair.relation.confounds for pair in dataset.refused)
        why = "more than one thing differs" if confounded else "they share no measure"
        return [Statement(f"{count} {several} not compared", f", because {why}.")]
    if not dataset.pairs:
        return [Statement("One model alone: there is nothing to compare it with.", _MORE)]
    return []


_MORE = " sweep +cell=simple_rnn,lstm,gru trains others, and baseline those without recurrence."


def _place(pair: Pair, first: Sequence[str]) -> tuple[object, ...]:
    """Return by what comparisons are told: what the title asks, where, and which arms."""
    factor = pair.relation.factor or ""
    rank = 0 if factor in first else 1 if factor == "cell" else 2
    arms = sorted((arm_place(pair.a.name), arm_place(pair.b.name)))
    return (rank, factor, arm_place(pair.words[2]), *arms)


def _difference(pair: Pair) -> float:
    return abs(result_of(pair).difference.estimate)

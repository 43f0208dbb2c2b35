"""The answer, before anything else: a sentence or two for each comparison, and two figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnnbench.formatting.sentences import capital
from rnnbench.report.compared import compared
from rnnbench.report.comparisons import difference_pictures
from rnnbench.report.dataset_section import DatasetSection, headed, order
from rnnbench.report.document import ANSWER, Block, Picture, ReportSection, Statement
from rnnbench.report.failures import failed, without_success
from rnnbench.report.pairs import MOST_REFUSED
from rnnbench.report.statements import measure_of
from rnnbench.report.wording import arm_words, flat
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.chance import chance_level
from rnnbench.results.measure import AUTO, ERRORS, Measure
from rnnbench.stats import statistic
from rnnbench.training.division import FREQUENT

_ALIKE = "test_macro_f1"
_MOST_ARMS = 4  # of which the accuracy is told where nothing is compared


def answer_section(
    datasets: Sequence[DatasetSection], see: str, curves: Mapping[str, Sequence[Picture]]
) -> ReportSection:
    """Return what the runs say, with a block for each data set.

    Args:
        datasets: the data sets.
        see: key of the section that explains verdicts.
        curves: by key of a data set its learning curves, of which the first are shown.
    """
    return ReportSection(
        ANSWER,
        "Answer",
        headed(datasets, lambda dataset: [_block(dataset, see, curves[dataset.key])]),
    )


def _block(dataset: DatasetSection, see: str, curves: Sequence[Picture]) -> Block:
    pictures = (*difference_pictures(dataset), *curves[:1])
    told = (
        *failed(dataset),
        *without_success(dataset),
        *unequal(dataset),
        *compared(dataset),
        *best(dataset),
        *refused(dataset),
    )
    if not dataset.pairs:
        return Block("", pictures=pictures, statements=told)
    measure = measure_of(dataset.pairs[0])
    scale = "A point: 0.01 of" if measure.is_accuracy else "By"
    unit = ", in the unit of the targets" if measure.is_error else ""
    together = " of all differences together" if len(dataset.pairs) > 1 else " of the difference"
    remark = f" {measure.remark}" if measure.remark else ""
    interval = f"{dataset.options.percent} interval{together}"
    note = f"{scale} {measure.words}{unit}. In brackets: {interval}.{remark}"
    return Block("", (note,), pictures=pictures, statements=told, see=see)


def unequal(dataset: DatasetSection) -> list[Statement]:
    """Return that accuracy says little where one class is most of the test set.

    Nothing where the measure was asked for, or is none of accuracy.
    """
    measure = dataset.measure
    is_chosen = measure is not None and measure.is_accuracy and dataset.options.metric == AUTO
    shares = [level for arm in dataset.arms if (level := chance_level(arm)) is not None]
    if not is_chosen or dataset.usual is ERRORS or max(shares, default=0.0) <= FREQUENT:
        return []
    rest = f": {100 * max(shares):.3g} % of the test samples are of one class"
    is_known = all(arm.by_seed(_ALIKE) for arm in dataset.arms)
    instead = f"; report.metric={_ALIKE} compares by a score in which each class counts alike"
    return [Statement("Accuracy says little here", f"{rest}{instead if is_known else ''}.")]


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
    name = flat(arm_words(baseline.name.replace(" (baseline)", "")))
    cell, value = arms[0].one(measure.metric), baseline.one(measure.metric)
    top, by = arm_words(arms[0].name), measure.entry
    reached = by.shown(cell)
    if measure.sign * value > measure.sign * cell:
        whom = "every cell here" if len(arms) > 1 else top
        beaten = f"{flat(top)}: {reached}" if len(arms) > 1 else reached
        lead = f"{capital(name)} reaches {by.shown(value)}, better than {whom}"
        return [Statement(lead, f" ({beaten}; {words}).")]
    better = "less than" if measure.is_lower_better else "more than"
    over = "as much as" if value == cell else better
    rest = f" {words}, {over} the best baseline, {name}, with {by.shown(value)}."
    return [Statement(f"{top} reaches {reached}", rest)]


def _reached(dataset: DatasetSection, arms: Sequence[ArmRuns], measure: Measure) -> list[Statement]:
    """Return what the best arm reaches, or some of those that nothing is compared with."""
    told = []
    for arm in arms[: 1 if dataset.pairs else _MOST_ARMS]:
        found = statistic(arm.by_seed(measure.metric).values())
        seeds = f"{found.n} seed{'s' if found.n != 1 else ''}"
        highest = ", the best mean here; no baseline stands beside it" if dataset.pairs else ""
        told.append(
            Statement(
                f"{arm_words(arm.name)} reaches {measure.entry.shown_mean(found.mean, found.sd)}",
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
        told = f"More than {MOST_REFUSED}" if count > MOST_REFUSED else str(count)
        return [Statement(f"{told} {several} not compared", f", because {why}.")]
    if not dataset.pairs:
        return [Statement("One model alone: there is nothing to compare it with.", _MORE)]
    return []


_MORE = " sweep +cell=simple_rnn,lstm,gru trains others, and baseline those without recurrence."

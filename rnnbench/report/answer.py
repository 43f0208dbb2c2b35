"""The answer, before anything else: a sentence or two for each comparison, and two figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rnnbench.report.comparisons import difference_pictures
from rnnbench.report.document import ANSWER, Block, Section, Statement
from rnnbench.report.ground import Ground, headed, order
from rnnbench.report.overfitting import learning_curves
from rnnbench.report.pairs import Pair
from rnnbench.report.question import asked
from rnnbench.report.statements import (
    is_undecided,
    largest,
    result_of,
    statement,
)
from rnnbench.report.wording import (
    arm_place,
    arm_words,
    capital,
    either,
    factor_name,
    flat,
    metric_words,
)
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import statistic

_MOST_TOLD = 4  # comparisons of a data set that have a sentence each; of more, the decided ones
_MOST_DETAILS = 3  # decided comparisons of a factor that have one then
_MOST_ARMS = 4  # of which the accuracy is told where nothing is compared


def answer_section(grounds: Sequence[Ground], see: str) -> Section:
    """Return what the runs say, with a block for each data set.

    Args:
        grounds: the data sets.
        see: key of the section that explains verdicts.
    """
    return Section(ANSWER, "Answer", headed(grounds, lambda ground: [_block(ground, see)]))


def _block(ground: Ground, see: str) -> Block:
    pictures = (*difference_pictures(ground), *learning_curves(ground)[:1])
    told = (*compared(ground), *best(ground), *failed(ground), *refused(ground))
    if not ground.pairs:
        return Block("", pictures=pictures, statements=told)
    metrics = sorted({metric_words(pair.metric) for pair in ground.pairs if pair.metric})
    note = (
        f"A point: 0.01 of {either(metrics)}. In brackets: "
        f"{100 * ground.options.confidence:g} % interval of the mean difference."
    )
    return Block("", (note,), pictures=pictures, statements=told, see=see)


def compared(ground: Ground) -> list[Statement]:
    """Return a statement for each comparison; of many, for the decided ones of each factor."""
    first = asked((ground,))
    pairs = sorted(ground.pairs, key=lambda pair: _place(pair, first))
    if len(pairs) <= _MOST_TOLD:
        pairs.sort(key=is_undecided)
        return [statement(pair, ground.options.margin) for pair in pairs]
    told: list[Statement] = []
    for factor in dict.fromkeys(pair.relation.factor or "" for pair in pairs):
        own = [pair for pair in pairs if pair.relation.factor == factor]
        told += _of_factor(factor, own, ground.options.margin)
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


def best(ground: Ground) -> list[Statement]:
    """Return what the best cell reaches, and the best baseline beside it."""
    known = [arm for arm in order(ground) if arm.metric is not None]
    if not known:
        return []
    metric = known[0].metric or ""
    arms = sorted((a for a in known if a.metric == metric), key=lambda arm: -arm.one(metric))
    beside = [arm for arm in ground.baselines if arm.by_seed(metric)]
    if not beside:
        return _reached(ground, arms, metric)
    baseline, words = max(beside, key=lambda arm: arm.one(metric)), metric_words(metric)
    name = "a " + flat(arm_words(baseline.name.replace(" (baseline)", "")))
    cell, value = arms[0].one(metric), baseline.one(metric)
    top = arm_words(arms[0].name)
    if value > cell:
        whom = "every cell here" if len(arms) > 1 else top
        reached = f"{flat(top)}: {cell:.4f}" if len(arms) > 1 else f"{cell:.4f}"
        lead = f"{capital(name)} reaches {value:.4f}, better than {whom}"
        return [Statement(lead, f" ({reached}; {words}).")]
    over = "as much as" if value == cell else "more than"
    rest = f" {words}, {over} the best baseline, {name}, with {value:.4f}."
    return [Statement(f"{top} reaches {cell:.4f}", rest)]


def _reached(ground: Ground, arms: Sequence[ArmRuns], metric: str) -> list[Statement]:
    """Return what the best arm reaches, or some of those that nothing is compared with."""
    told = []
    for arm in arms[: 1 if ground.pairs else _MOST_ARMS]:
        found = statistic(arm.by_seed(metric).values())
        spread = f" ± {found.sd:.4f}" if found.sd == found.sd else ""
        seeds = f"{found.n} seed{'s' if found.n != 1 else ''}"
        highest = ", the highest mean here; no baseline stands beside it" if ground.pairs else ""
        told.append(
            Statement(
                f"{arm_words(arm.name)} reaches {found.mean:.4f}{spread}",
                f" {metric_words(metric)} over {seeds}{highest}.",
            )
        )
    return told


def failed(ground: Ground) -> list[Statement]:
    """Return in how many seeds arms failed; nothing where none did."""
    arms = sorted((arm for arm in ground.arms if arm.failed), key=lambda arm: arm_place(arm.name))
    if not arms:
        return []
    told = either([f"{arm_words(arm.name)} in {arm.failures} seeds" for arm in arms], "and")
    return [Statement("Failed:", f" {told}. All numbers are of the seeds that did not fail.")]


def refused(ground: Ground) -> list[Statement]:
    """Return how many pairs are not compared, or that there is nothing to compare."""
    count = len(ground.refused)
    if count:
        several = "pairs of arms are" if count > 1 else "pair of arms is"
        lead = f"{count} {several} not compared"
        return [Statement(lead, ", because more than one thing differs.")]
    if not ground.pairs:
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

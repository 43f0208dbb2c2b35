"""The comparisons of each data set as one family, from seeds and test samples both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rnnbench.config.schema import ReportConfig
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.looks import Account, account, compared
from rnnbench.report.pairs import Pair
from rnnbench.report.wording import either
from rnnbench.results.answers import Answers, measured_arm, of_same_samples, overlap
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.chance import chance_level
from rnnbench.results.margins import in_unit
from rnnbench.results.measure import ERRORS, Measure
from rnnbench.stats.family import ArmValues, Comparison, worst_case
from rnnbench.tracking.looks import Looked

_LIKE_CHANCE = (ERRORS.best, ERRORS.last, ERRORS.asked)  # what a mean's RMSE can stand for


def compare_families(
    pairs: Sequence[tuple[str, Pair]],
    options: ReportConfig,
    answers: Answers,
    looks: Sequence[Looked] = (),
) -> list[Pair]:
    """Return pairs with their comparisons, in their order.

    All that are compared by one measure on one data set are one family: its intervals hold
    together, whatever the number of its comparisons.

    Args:
        pairs: the data set of each, and the pair; all can be compared.
        options: margin as it was configured, and confidence.
        answers: by weights and run, which test samples were answered rightly ``(n_test,)``.
        looks: at how many seeds the arms were looked at before.
    """
    families: dict[tuple[str, str], list[int]] = {}
    for place, (data, pair) in enumerate(pairs):
        assert pair.measure is not None
        families.setdefault((data, pair.measure.metric), []).append(place)
    found: dict[int, Pair] = {}
    for places in families.values():
        own = [pairs[place][1] for place in places]
        found |= dict(zip(places, _compared(own, options, answers, looks), strict=True))
    return [found[place] for place in range(len(pairs))]


def family_words(dataset: DatasetSection, pairs: Sequence[tuple[str, Pair]]) -> str:
    """Return how many comparisons hold together with those of a section, in a sentence or two.

    Args:
        dataset: the section.
        pairs: all comparisons of the report, with the data set of each.
    """
    if not dataset.pairs or dataset.measure is None:
        return ""
    data, words = dataset.arms[0].data_name, dataset.measure.words
    own = [pair for name, pair in pairs if name == data]
    count = sum(pair.measure is not None and pair.measure.words == words for pair in own)
    others = sorted({pair.measure.words for pair in own if pair.measure} - {words})
    told = ""
    if count > 1:
        told = (
            f" All {count} comparisons on this data set are one family: their intervals hold "
            "together."
        )
    if others:
        told += f" Comparisons by {either(others)} are another family."
    return told


def looks_words(
    dataset: DatasetSection,
    pairs: Sequence[tuple[str, Pair]],
    looks: Sequence[Looked],
) -> str:
    """Return what earlier looks at the arms of a section mean; empty where there were none."""
    if not looks or not dataset.pairs or dataset.measure is None:
        return ""
    data, metric = dataset.arms[0].data_name, dataset.measure.metric
    own = [p for name, p in pairs if name == data and p.measure and p.measure.metric == metric]
    return _account(own, dataset.options, looks).words


def _account(pairs: Sequence[Pair], options: ReportConfig, looks: Sequence[Looked]) -> Account:
    arms = {id(arm): arm for pair in pairs for arm in (pair.a, pair.b)}.values()
    keys = {str(arm.rows[0]["arm_key"]) for arm in arms}
    # Looks are declared for seeds that were to be trained, whether they failed or not.
    trained = [arm.seeds | arm.failed for arm in arms]
    return account(looks, keys, max(map(len, trained)), options, frozenset.intersection(*trained))


def _compared(
    pairs: Sequence[Pair], options: ReportConfig, answers: Answers, looks: Sequence[Looked]
) -> list[Pair]:
    measure = pairs[0].measure
    assert measure is not None
    runs = {id(arm): arm for pair in pairs for arm in (pair.a, pair.b)}
    named = [(str(id(pair.a)), str(id(pair.b))) for pair in pairs]
    options = in_unit(options, measure, runs.values())
    arms = {str(key): measured_arm(arm, measure.metric, answers) for key, arm in runs.items()}
    arms = of_same_samples(arms, named)

    counted = _account(pairs, options, looks)
    most = max(map(overlap, runs.values()))

    def compare(arms: Mapping[str, ArmValues]) -> list[Comparison]:
        found = compared(arms, named, options, measure, most, counted)
        return [_possible(one, measure) for one in found]

    results: Sequence[Comparison] = compare(arms)
    worst: list[Comparison | None] = [None] * len(pairs)
    if any(arm.failed for arm in runs.values()):
        failed = {str(key): arm.failed for key, arm in runs.items()}
        filled = worst_case(arms, failed, worst_value(list(runs.values()), measure))
        worst = [
            result if pair.a.failed or pair.b.failed else None
            for pair, result in zip(pairs, compare(filled), strict=True)
        ]
    return [
        pair.compared(result, without)
        for pair, result, without in zip(pairs, results, worst, strict=True)
    ]


def _possible(found: Comparison, measure: Measure) -> Comparison:
    """Return a comparison whose interval ends where differences do: accuracies differ by 1."""
    lowest, highest = measure.limits
    most, wide = highest - lowest, found.difference
    low, high = max(wide.low, -most), min(wide.high, most)
    return replace(found, difference=replace(wide, low=low, high=high))


def worst_value(arms: Sequence[ArmRuns], measure: Measure) -> float:
    """Return the worst that a training may come to: the worst seen, or what guessing gives."""
    values = [value for arm in arms for value in arm.by_seed(measure.metric).values()]
    levels = [level for arm in arms if (level := chance_level(arm)) is not None]
    if measure.is_accuracy or (measure.is_error and measure.metric in _LIKE_CHANCE):
        values += levels
    return max(values) if measure.is_lower_better else min(values)

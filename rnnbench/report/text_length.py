"""Test accuracy by length of text: of every arm, and how length changes their differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from rnnbench.config.metrics import METRICS
from rnnbench.plots.readings import Reading, Readings, save_readings
from rnnbench.report.dataset_section import DatasetSection, arm_cell, of, order, pair_cell
from rnnbench.report.document import (
    Block,
    DataTable,
    Picture,
    TableCell,
    TableColumn,
    interval,
    number,
    signed,
    spread,
)
from rnnbench.report.pairs import Pair
from rnnbench.report.wording import arm_words, of_epochs
from rnnbench.results.answers import Answers, overlap
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.by_length import Answered, Group, Mask, answered, groups, quarters
from rnnbench.results.measure import ASKED, weights_of
from rnnbench.stats import statistic
from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.crossed import crossed_mean
from rnnbench.stats.family import ArmValues, family

_ACCURACY = METRICS[ASKED]
_MOST_COMPARED = 60  # comparisons in the table of quarters; answers of each are looked at
_MOST_DRAWN = 6  # arms in a figure, the best; more are hard to tell apart


def length_block(
    dataset: DatasetSection,
    right: Answers,
    lengths: Mapping[str, np.ndarray],
) -> Block | None:
    """Return figure and tables, or ``None`` where lengths or answers are not known.

    Args:
        dataset: the section.
        right: by weights and run id, which test samples were answered rightly ``(n,)``.
        lengths: by digest of a data set of tokens, how many each test sample has ``(n,)``.
    """
    known = answered(dataset.arms, right, lengths, _metric(dataset))
    divided = groups(known.lengths) if known else []
    if known is None or not divided:
        return None
    arms = [arm for arm in order(dataset) if arm.name in known.right]
    confidence = dataset.options.confidence
    means = {
        arm.name: [crossed_mean(_scores(known, arm, one.samples), confidence) for one in divided]
        for arm in arms
    }
    tables = (_table(dataset, arms, known, divided, means), _quarters(dataset, known))
    return Block(
        "",
        (_lead(known, arms, divided),),
        tuple(table for table in tables if table),
        (_picture(dataset, arms, divided, means),),
    )


def _metric(dataset: DatasetSection) -> str | None:
    return None if dataset.measure is None else dataset.measure.metric


def _scores(known: Answered, arm: ArmRuns, samples: Mask) -> np.ndarray:
    """Return whether the runs of an arm were right ``(seeds, samples)``."""
    return np.array([one[samples] for one in known.right[arm.name].values()], np.float64)


def _lead(known: Answered, arms: Sequence[ArmRuns], divided: Sequence[Group]) -> str:
    seen = _maxlens(arms)
    longest = int(known.lengths.max())
    what = "tokens that a model sees"
    if seen and longest > min(seen):
        cut = {arm.params.get("data.truncating", "pre") for arm in arms}
        end = {frozenset({"pre"}): "last", frozenset({"post"}): "first"}.get(frozenset(cut), "")
        most = " or ".join(f"{n:,}" for n in seen if n < longest)
        what = f"tokens of the whole text, of which a model sees at most the {end} {most}"
    return (
        f"The {len(known.lengths):,} test samples in {len(divided)} groups by length, each of "
        f"about as many samples. Length counts the {what.replace('  ', ' ')}."
    )


def _maxlens(arms: Sequence[ArmRuns]) -> list[int]:
    texts = {arm.params.get("data.maxlen", "null") for arm in arms}
    return sorted(int(text) for text in texts if text.isdigit())


def _table(
    dataset: DatasetSection,
    arms: Sequence[ArmRuns],
    known: Answered,
    divided: Sequence[Group],
    means: Mapping[str, Sequence[Interval]],
) -> DataTable:
    percent = dataset.options.percent
    columns = (
        TableColumn("arm", numeric=False),
        TableColumn("tokens", "of the shortest and the longest sample in the group"),
        TableColumn("accuracy", "mean ± standard deviation over seeds", key="accuracy_mean"),
        TableColumn(f"{percent} interval", "of the mean, over new seeds and new test samples"),
        TableColumn("samples", "test samples in the group"),
        TableColumn("seeds", "runs whose answers are known"),
    )
    rows = tuple(
        _row(arm, one, _scores(known, arm, one.samples), mean)
        for arm in arms
        for one, mean in zip(divided, means[arm.name], strict=True)
    )
    epochs = of_epochs(weights_of(arm, _metric(dataset)) for arm in arms)
    note = (
        f"Answers of the weights {epochs}. All arms answered the same samples: where their "
        "intervals overlap, their difference can still be sure."
    )
    ids = tuple(arm.run_ids for arm in arms for _ in divided)
    return DataTable(f"{dataset.key}_by_length", "Accuracy by length", columns, rows, note, ids)


def _row(arm: ArmRuns, group: Group, scores: np.ndarray, mean: Interval) -> tuple[TableCell, ...]:
    found = statistic(scores.mean(axis=1))
    return (
        arm_cell(arm.name),
        interval(group.shortest, group.longest, 0),
        spread(found, _ACCURACY),
        interval(*_ends(mean), _ACCURACY),
        number(group.count, 0),
        number(found.n, 0),
    )


def _quarters(dataset: DatasetSection, known: Answered) -> DataTable | None:
    """Return how the difference of two arms changes from short texts to long ones."""
    ends = quarters(known.lengths)
    pairs = _of_interest([pair for pair in dataset.pairs if pair.names <= known.right.keys()])
    if ends is None or not pairs:
        return None
    short, long_ = ends
    both = short | long_
    # The mean over both quarters of such a score is the accuracy on long texts less that on short.
    weight = np.where(long_[both], both.sum() / long_.sum(), -both.sum() / short.sum())
    weight = weight.astype(np.float32)
    arms = {}
    for name in sorted({name for pair in pairs for name in pair.names}):
        samples = {seed: right[both] * weight for seed, right in known.right[name].items()}
        means = {seed: float(one.mean(dtype=np.float64)) for seed, one in samples.items()}
        arms[name] = ArmValues(means, samples)
    options = dataset.options
    named = [(pair.a.name, pair.b.name) for pair in pairs]
    found = family(
        arms,
        named,
        margin=options.margin,
        confidence=options.confidence,
        overlap=max(overlap(arm) for pair in pairs for arm in (pair.a, pair.b)),
    )
    columns = (
        TableColumn("comparison", numeric=False),
        TableColumn("shortest quarter", "mean of the first minus the second, in accuracy"),
        TableColumn("longest quarter", "the same on the longest quarter of the test samples"),
        TableColumn("change", "the difference on long texts minus that on short ones"),
        TableColumn(f"{options.percent} interval", "of the change; they hold together"),
        TableColumn("seeds", "pairs with the same seed"),
    )
    rows = tuple(
        (
            pair_cell(pair),
            signed(_difference(known, pair, short), _ACCURACY),
            signed(_difference(known, pair, long_), _ACCURACY),
            signed(result.difference.estimate, _ACCURACY),
            interval(result.difference.low, result.difference.high, _ACCURACY),
            number(result.n, 0),
        )
        for pair, result in zip(pairs, found, strict=True)
    )
    shortest, longest = known.lengths[short].max(), known.lengths[long_].min()
    note = (
        f"Shortest quarter: up to {shortest:,} tokens; longest: {longest:,} or more. For "
        "information: outside of the family that decides."
    )
    ids = tuple(pair.a.run_ids + pair.b.run_ids for pair in pairs)
    title = "Differences on short and on long texts"
    return DataTable(f"{dataset.key}_length_change", title, columns, rows, note, ids)


def _of_interest(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Return all of a few comparisons; of many, those of cells."""
    if len(pairs) <= _MOST_COMPARED:
        return pairs
    return [pair for pair in pairs if pair.relation.factor == "cell"][:_MOST_COMPARED]


def _difference(known: Answered, pair: Pair, samples: Mask) -> float:
    """Return the mean difference in accuracy over the seeds in common."""
    a, b = (known.right[arm.name] for arm in (pair.a, pair.b))
    return statistic(a[s][samples].mean() - b[s][samples].mean() for s in a if s in b).mean


def _picture(
    dataset: DatasetSection,
    arms: Sequence[ArmRuns],
    divided: Sequence[Group],
    means: Mapping[str, Sequence[Interval]],
) -> Picture:
    shown = arms[:_MOST_DRAWN]
    lines = [
        Readings(
            arm_words(arm.name),
            arm.cell,
            tuple(_reading(*pair) for pair in zip(divided, means[arm.name], strict=True)),
        )
        for arm in shown
    ]
    last = divided[-1].middle
    limits = {f"cut to {n:,} tokens": float(n) for n in _maxlens(shown) if n < last}
    title = "Test accuracy by length of text" + of(len(shown), len(arms))
    ends = "; ".join(
        f"{line.arm} {_ACCURACY.shown(line.points[0].value)} on the shortest, "
        f"{_ACCURACY.shown(line.points[-1].value)} on the longest"
        for line in lines
    )
    alt = f"{title}, {dataset.place}: {ends}"
    how = f"with {dataset.options.percent} intervals"
    draw = partial(
        save_readings, lines, "tokens, median of the group", _ACCURACY.words, title, limits
    )
    return Picture(f"by_length_{dataset.key}", f"{title}, {how}", alt, draw)


def _reading(group: Group, mean: Interval) -> Reading:
    low, high = _ends(mean)
    shown = _ACCURACY.shown_within(mean.estimate, low, high)
    told = f"{group.shortest:,} to {group.longest:,} tokens: {shown}"
    return Reading(max(group.middle, 1.0), mean.estimate, low, high, told)


def _ends(mean: Interval) -> tuple[float, float]:
    """Return the ends of an interval that accuracies can have."""
    return max(mean.low, _ACCURACY.low), min(mean.high, _ACCURACY.high)

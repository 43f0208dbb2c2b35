"""The figures of every seed: across arms that differ in their cell, and arm by arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from rnnbench.formatting.sentences import capital
from rnnbench.plots.replicates import ReplicateRow, replicate_rows, save_replicates
from rnnbench.plots.slope import Slope, save_slopes
from rnnbench.report.dataset_section import DatasetSection, of, order
from rnnbench.report.document import Picture
from rnnbench.report.wording import arm_words
from rnnbench.results.measure import Measure

MOST_ROWS = 24  # arms in a figure, the best; tables have all
MOST_PANELS, MOST_LINES = 6, 8  # groups of arms in a figure, the best; and arms in a group


def seed_pictures(dataset: DatasetSection) -> tuple[Picture, ...]:
    """Return the figures of every seed, by what the arms are judged by.

    Arms that differ in their cell alone share their seeds: a line connects each. Where every arm is
    in such a group, no other figure is needed.
    """
    measure = dataset.measure
    if measure is None:
        return ()
    arms = [
        (arm.name, arm.cell, values)
        for arm in order(dataset)
        if (values := arm.by_seed(measure.metric))
    ]
    if not arms:
        return ()
    rows = replicate_rows(arms, dataset.options.confidence, measure.entry)
    groups = cell_groups(dataset, rows)
    drawn = [group[:MOST_LINES] for group in groups[:MOST_PANELS]]
    shown = {row.arm for group in drawn for row in group}
    count = sum(map(len, groups))
    pictures = [_slopes(dataset, drawn, measure, of(len(shown), count))] if groups else []
    if shown != {row.arm for row in rows}:
        pictures.append(_replicates(dataset, rows, measure))
    return tuple(pictures)


def cell_groups(dataset: DatasetSection, rows: Sequence[ReplicateRow]) -> list[list[ReplicateRow]]:
    """Return the groups of arms that differ in their cell alone, the group of the best arm first.

    Args:
        dataset: whose comparisons say which arms these are.
        rows: the replicates of its arms, best first.
    """
    partners: dict[str, set[str]] = {row.arm: {row.arm} for row in rows}
    for pair in dataset.pairs:
        if pair.relation.factor == "cell" and pair.names <= partners.keys():
            together = partners[pair.a.name] | partners[pair.b.name]
            partners |= dict.fromkeys(together, together)
    places = {row.cell: place for place, row in reversed(list(enumerate(rows)))}
    order_of = {row.arm: place for place, row in enumerate(rows)}
    groups: list[list[ReplicateRow]] = []
    left = [row.arm for row in rows]
    while left:
        group = partners[left[0]]
        left = [name for name in left if name not in group]
        members = [row for row in rows if row.arm in group]
        if len(members) > 1:
            # Cells stand in one order in all groups.
            members.sort(key=lambda row: (places[row.cell], order_of[row.arm]))
            groups.append(members)
    return groups


def _slope(rows: Sequence[ReplicateRow]) -> Slope:
    """Return a group under what all names have in common."""
    names = [row.arm.split() for row in rows]
    shared = [word for word in names[0] if all(word in words for words in names)]
    labels = [" ".join(word for word in words if word not in shared) for words in names]
    if not all(labels):
        shared, labels = [], [row.arm for row in rows]
    told = tuple(replace(row, arm=arm_words(row.arm)) for row in rows)
    return Slope(arm_words(" ".join(shared)), tuple(map(arm_words, labels)), told)


def _slopes(
    dataset: DatasetSection, groups: Sequence[Sequence[ReplicateRow]], by: Measure, part: str
) -> Picture:
    drawn = sorted(map(_slope, groups), key=lambda slope: slope.title)
    title = f"{capital(by.words)}, every seed across cells{part}"
    told = ", ".join(
        f"{row.arm} {by.entry.shown(row.mean)}" for slope in drawn for row in slope.arms
    )
    alt = f"{title}, {dataset.place}: a line a seed; the means are {told}"
    draw = partial(save_slopes, drawn, by.entry, title)
    return Picture(f"seeds_{dataset.key}", title, alt, draw)


def _replicates(dataset: DatasetSection, rows: Sequence[ReplicateRow], by: Measure) -> Picture:
    drawn = [replace(row, arm=arm_words(row.arm)) for row in rows[:MOST_ROWS]]
    title = f"{capital(by.words)}, every seed" + of(len(drawn), len(rows))
    told = ", ".join(f"{row.arm} {by.entry.shown(row.mean)}" for row in drawn)
    draw = partial(save_replicates, drawn, by.entry, title)
    return Picture(f"replicates_{dataset.key}", title, f"{title}, {dataset.place}: {told}", draw)

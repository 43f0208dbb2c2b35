"""The figures of every seed: across arms that differ in their cell, and arm by arm."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rnnbench.plots.replicates import Row, replicate_rows, save_replicates
from rnnbench.plots.slope import Slope, save_slopes
from rnnbench.report.document import Picture
from rnnbench.report.ground import Ground, of, order
from rnnbench.results.arm_runs import Metric

MOST_ROWS = 24  # arms in a figure, the best; tables have all
MOST_PANELS, MOST_LINES = 6, 8  # groups of arms in a figure, and arms in a group
_WORDS: dict[Metric, str] = {"test_accuracy": "test", "best_val_accuracy": "validation"}


def seed_pictures(ground: Ground) -> tuple[Picture, ...]:
    """Return the figures of every seed, by test accuracy where that was measured.

    Arms that differ in their cell alone share their seeds: a line connects each. Where every arm is
    in such a group, no other figure is needed.
    """
    for metric, word in _WORDS.items():
        arms = [
            (arm.name, arm.cell, arm.by_seed(metric))
            for arm in order(ground)
            if arm.by_seed(metric)
        ]
        if arms:
            rows = replicate_rows(arms, ground.options.confidence)
            slopes = cell_slopes(ground, rows)
            shown = {row.arm for slope in slopes[:MOST_PANELS] for row in slope.arms}
            pictures = [_slopes(ground, slopes, word)] if slopes else []
            if shown != {row.arm for row in rows}:
                pictures.append(_replicates(ground, rows, word))
            return tuple(pictures)
    return ()


def cell_slopes(ground: Ground, rows: Sequence[Row]) -> list[Slope]:
    """Return the groups of arms that differ in their cell alone, the group of the best arm first.

    Args:
        ground: whose comparisons say which arms these are.
        rows: the replicates of its arms, best first.
    """
    partners: dict[str, set[str]] = {row.arm: {row.arm} for row in rows}
    for pair in ground.pairs:
        if pair.relation.factor == "cell" and pair.names <= partners.keys():
            together = partners[pair.a.name] | partners[pair.b.name]
            partners |= dict.fromkeys(together, together)
    places = {row.cell: place for place, row in reversed(list(enumerate(rows)))}
    slopes: list[Slope] = []
    left = [row.arm for row in rows]
    while left:
        group = partners[left[0]]
        left = [name for name in left if name not in group]
        members = [row for row in rows if row.arm in group][:MOST_LINES]
        if len(members) > 1:
            # Cells stand in one order in all groups.
            members.sort(key=lambda row: (places[row.cell], rows.index(row)))
            slopes.append(_slope(members))
    return slopes


def _slope(rows: Sequence[Row]) -> Slope:
    """Return a group under what all names have in common."""
    names = [row.arm.split() for row in rows]
    shared = [word for word in names[0] if all(word in words for words in names)]
    labels = [" ".join(word for word in words if word not in shared) for words in names]
    if not all(labels):
        return Slope("", tuple(row.arm for row in rows), tuple(rows))
    return Slope(" ".join(shared), tuple(labels), tuple(rows))


def _slopes(ground: Ground, slopes: Sequence[Slope], word: str) -> Picture:
    drawn = sorted(slopes[:MOST_PANELS], key=lambda slope: slope.title)
    title = f"{word.capitalize()} accuracy of every seed across cells"
    title += of(len(drawn), len(slopes))
    told = ", ".join(f"{row.arm} {row.mean:.4f}" for slope in drawn for row in slope.arms)
    alt = f"{title}, {ground.title}: a line a seed; the means are {told}"
    draw = partial(save_slopes, drawn, f"{word} accuracy", title)
    return Picture(f"seeds_{ground.key}", title, alt, draw)


def _replicates(ground: Ground, rows: Sequence[Row], word: str) -> Picture:
    drawn = rows[:MOST_ROWS]
    title = f"{word.capitalize()} accuracy of every seed" + of(len(drawn), len(rows))
    told = ", ".join(f"{row.arm} {row.mean:.4f}" for row in drawn)
    draw = partial(save_replicates, drawn, f"{word} accuracy", title)
    return Picture(f"replicates_{ground.key}", title, f"{title}, {ground.title}: {told}", draw)

"""Accuracy against training samples, where arms differ in their number: a line for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rnnbench.formatting.sentences import capital
from rnnbench.plots.readings import Reading, Readings, save_readings
from rnnbench.report.dataset_section import DatasetSection, arm_cell, of, order
from rnnbench.report.document import (
    Block,
    DataTable,
    Picture,
    TableColumn,
    interval,
    number,
    spread,
)
from rnnbench.report.titles import LIMIT
from rnnbench.report.wording import arm_words
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.measure import Measure
from rnnbench.stats import Statistic, half_width, statistic

_MOST_DRAWN = 6  # lines in a figure, the best; more are hard to tell apart

Line = tuple[str, list[tuple[int, ArmRuns]]]  # name, and an arm for each number of samples


def sizes_block(dataset: DatasetSection) -> Block | None:
    """Return figure and table, or ``None`` where no arms differ in their training samples alone."""
    measure = dataset.measure
    lines = [] if measure is None else _lines(dataset, measure)
    if measure is None or not lines:
        return None
    arms = [arm for _, own in lines for _, arm in own]
    lead = (
        f"{capital(measure.words)} of the same arms trained on more and more of the data. Compared "
        "are arms with as many samples, and one arm with fewer and with more."
    )
    if any(arm.params.get("training.validation") == "split" for arm in arms):
        lead += " A part of the samples is held out for validation."
    picture = _picture(dataset, lines, measure)
    return Block("", (lead,), (_table(dataset, lines, measure),), (picture,))


def _lines(dataset: DatasetSection, measure: Measure) -> list[Line]:
    """Return arms that differ in nothing but their training samples, by rising number of these."""
    alike: dict[frozenset[tuple[str, str]], list[tuple[int, ArmRuns]]] = {}
    for arm in order(dataset):
        samples = _samples(arm)
        if samples and arm.by_seed(measure.metric):
            rest = {pair for pair in arm.telling if pair[0] != LIMIT} | {("cell", arm.cell)}
            alike.setdefault(frozenset(rest), []).append((samples, arm))
    found = []
    for own in alike.values():
        own.sort(key=lambda pair: pair[0])
        if len({samples for samples, _ in own}) == len(own) > 1:
            found.append((_name([arm.name for _, arm in own]), own))
    return found


def _samples(arm: ArmRuns) -> int | None:
    """Return on how many samples an arm was trained, those held out for validation included."""
    known = arm.one("training_samples")
    if known == known:
        return int(known)
    limit = arm.params.get(LIMIT, "null")
    return int(limit) if limit.isdigit() else None


def _name(names: Sequence[str]) -> str:
    """Return what the names of arms have in common."""
    first, *others = (name.split() for name in names)
    return " ".join(word for word in first if all(word in other for other in others))


def _mean(arm: ArmRuns, measure: Measure, confidence: float) -> tuple[Statistic, float, float]:
    """Return the mean over seeds, and the ends of Student's interval, NaN for a single one."""
    found = statistic(arm.by_seed(measure.metric).values())
    width = half_width(found, confidence)
    lowest, highest = measure.limits
    return found, max(found.mean - width, lowest), min(found.mean + width, highest)


def _table(dataset: DatasetSection, lines: Sequence[Line], measure: Measure) -> DataTable:
    confidence = dataset.options.confidence
    columns = (
        TableColumn("arm", numeric=False),
        TableColumn("training samples", "those held out for validation included"),
        TableColumn("seeds", "replicates that were measured"),
        TableColumn(
            measure.words, "mean ± standard deviation over seeds", key=f"{measure.metric}_mean"
        ),
        TableColumn(f"{dataset.options.percent} interval", "of the mean over seeds (Student's t)"),
    )
    rows = []
    for name, samples, arm in ((name, *one) for name, own in lines for one in own):
        found, low, high = _mean(arm, measure, confidence)
        measured = spread(found, measure.entry), interval(low, high, measure.entry)
        rows.append((arm_cell(name), number(samples, 0), number(found.n, 0), *measured))
    ids = tuple(arm.run_ids for _, own in lines for _, arm in own)
    title = f"{capital(measure.words)} by number of training samples"
    return DataTable(f"{dataset.key}_sizes", title, columns, tuple(rows), "", ids)


def _picture(dataset: DatasetSection, lines: Sequence[Line], measure: Measure) -> Picture:
    confidence, by = dataset.options.confidence, measure.entry
    shown = lines[:_MOST_DRAWN]
    drawn = [
        Readings(
            arm_words(name),
            own[0][1].cell,
            tuple(_reading(samples, arm, measure, confidence) for samples, arm in own),
        )
        for name, own in shown
    ]
    title = f"{capital(measure.words)} against training samples" + of(len(shown), len(lines))
    told = "; ".join(
        f"{line.arm} {by.shown(line.points[0].value)} with {line.points[0].at:,.0f}, "
        f"{by.shown(line.points[-1].value)} with {line.points[-1].at:,.0f}"
        for line in drawn
    )
    draw = partial(save_readings, drawn, "training samples", by.words, title, {})
    caption = f"{title}: means with {dataset.options.percent} intervals"
    return Picture(f"sizes_{dataset.key}", caption, f"{title}, {dataset.place}: {told}", draw)


def _reading(samples: int, arm: ArmRuns, measure: Measure, confidence: float) -> Reading:
    found, low, high = _mean(arm, measure, confidence)
    told = f"{samples:,} samples: {measure.entry.shown_within(found.mean, low, high)}"
    return Reading(float(samples), found.mean, low, high, told)

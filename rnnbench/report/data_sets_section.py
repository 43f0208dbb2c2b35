"""What several data sets say together: tables and figures, from six sets on with ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from statistics import fmean

import numpy as np

from rnnbench.formatting.sentences import capital
from rnnbench.plots.profiles import ProfileLine, save_profiles
from rnnbench.plots.ranks import save_ranks
from rnnbench.report.data_sets import DataSets, SetPair
from rnnbench.report.data_sets_answer import KEY, limit_words
from rnnbench.report.dataset_section import of
from rnnbench.report.document import (
    Block,
    DataTable,
    Picture,
    ReportSection,
    TableCell,
    TableColumn,
    interval,
    number,
    signed,
    spread,
    text,
)
from rnnbench.report.wording import arm_words, difference_words
from rnnbench.stats import statistic
from rnnbench.stats.profiles import interquartile, profile
from rnnbench.stats.ranks import FEWEST as FEWEST_RANKED
from rnnbench.stats.ranks import average_ranks, critical_difference, friedman_p
from rnnbench.stats.several_sets import FEWEST

_MOST_LINES = 8  # arms in a figure
_POINTS = 201  # of a performance profile


def data_sets_section(sets: DataSets) -> ReportSection:
    """Return the section: data sets by arms, differences, ranks, and all runs together."""
    first = Block("", tables=(_scores(sets), _differences(sets)))
    blocks = [
        block for block in (first, _ranks_block(sets), _runs_block(sets)) if block is not None
    ]
    return ReportSection(KEY, "Over all data sets", tuple(blocks))


def _scores(sets: DataSets) -> DataTable:
    """Return data sets by arms: mean and standard deviation over seeds."""
    columns = (
        TableColumn("data set", numeric=False),
        *(TableColumn(arm_words(arm), key=f"{arm}_mean") for arm, _ in sets.arms),
    )
    rows = []
    by = sets.measure.entry
    for part in sets.parts:
        found = [statistic(part.scores.get(arm, ())) for arm, _ in sets.arms]
        best = max(by.sign * one.mean for one in found if one.n)
        cells = (spread(one, by, marked=by.sign * one.mean == best) for one in found)
        rows.append((text(part.place), *cells))
    note = (
        f"{capital(sets.measure.words)}, mean ± standard deviation over seeds. Marked: the "
        "best mean on each data set, whether or not the difference is shown."
    )
    if sets.has_failed:
        note += " Numbers are of the seeds that did not fail."
    runs = tuple(part.run_ids for part in sets.parts)
    return DataTable("data_sets", "Data sets by arms", columns, tuple(rows), note, runs)


def _differences(sets: DataSets) -> DataTable:
    percent = sets.options.percent
    columns = (
        TableColumn("comparison", numeric=False),
        TableColumn("data sets", "on which both are compared", key="data_sets"),
        TableColumn("ahead in", "data sets on which the first has the better mean", key="ahead"),
        TableColumn("mean difference", "first minus second, every data set counting the same"),
        TableColumn(
            f"{percent} interval",
            "of the mean over data sets like these, for all comparisons of the table together",
        ),
        TableColumn("verdict", "what follows from the interval and the margin", numeric=False),
        TableColumn("spread", "standard deviation of the difference over data sets", key="spread"),
        TableColumn(
            f"further set, {percent}",
            "where the difference on one more data set like these would lie",
            key="further",
        ),
        TableColumn("p", "Student's t over data sets, adjusted for the comparisons here"),
    )
    rows = tuple(_row(pair, sets) for pair in sets.pairs)
    note = (
        f"By {sets.measure.words}. Each data set gives one number, and the interval is "
        "Student's over these numbers: it speaks of data sets like these, not of these alone."
    )
    if any(pair.overall.sets < FEWEST for pair in sets.pairs):
        note += f" Fewer than {FEWEST} data sets have no interval: they tell nothing of others."
    if sets.count < len(sets.parts):
        note += " A data set with several protocols counts once, by their mean."
    return DataTable("data_sets_differences", "Differences over data sets", columns, rows, note)


def _row(pair: SetPair, sets: DataSets) -> tuple[TableCell, ...]:
    overall, metric = pair.overall, sets.measure.entry
    return (
        TableCell(difference_words(pair.words), " − ".join(pair.names)),
        number(overall.sets, 0),
        number(overall.ahead, 0),
        signed(overall.difference.estimate, metric),
        interval(overall.difference.low, overall.difference.high, metric),
        text(_verdict(pair, sets)),
        number(overall.sd, metric),
        interval(overall.further.low, overall.further.high, metric),
        number(overall.p if overall.sets >= FEWEST else None, 3),
    )


def _verdict(pair: SetPair, sets: DataSets) -> str:
    overall = pair.overall
    if overall.better is not None:
        name = arm_words(pair.words[0])
        return f"{name} {overall.verdict}"
    return (
        f"equivalent within {limit_words(sets)}" if overall.verdict == "equivalent" else "undecided"
    )


def _ranks_block(sets: DataSets) -> Block | None:
    """Return the ranks of the arms that every one of at least six data sets has (Demsar 2006).

    A data set with several protocols counts once, by the mean over them.
    """
    arms = sets.everywhere()
    if sets.count < FEWEST_RANKED or len(arms) < 2:
        return None
    means = [
        [fmean(fmean(values) for values in found) for found in sets.by_data(arm).values()]
        for arm, _ in arms
    ]
    scores = sets.measure.sign * np.array(means).T
    ranks = average_ranks(scores)
    confidence = sets.options.confidence
    distance = critical_difference(len(arms), sets.count, confidence)
    found = sorted(zip(arms, ranks, strict=True), key=lambda item: item[1])
    rows = tuple(
        (TableCell(arm_words(arm), arm), number(float(rank), 2)) for (arm, _), rank in found
    )
    columns = (TableColumn("arm", numeric=False), TableColumn("average rank", "1 is the best"))
    decides = (
        f"ranks closer than {distance:.2f} are not shown to differ"
        if math.isfinite(distance)
        else "so few data sets decide nothing at this confidence"
    )
    note = (
        f"Over {sets.count} data sets, by the mean {sets.measure.words} of each arm. "
        f"Friedman p = {friedman_p(scores):.3g}; {decides} (exact distribution of rank sums, "
        "Bonferroni). Ranks tell in which order arms come, whatever the size of the differences."
    )
    names = [arm_words(arm) for arm, _ in arms]
    told = ", ".join(f"{arm_words(arm)} {rank:.2f}" for (arm, _), rank in found)
    cells = [cell for _, cell in arms]
    picture = Picture(
        "ranks",
        "Critical-difference diagram",
        f"Average ranks: {told}",
        partial(save_ranks, names, scores, confidence, cells=cells),
    )
    table = DataTable("ranks", "Average ranks", columns, rows, note)
    return Block("", tables=(table,), pictures=(picture,))


def _runs_block(sets: DataSets) -> Block | None:
    """Return all runs of each arm together: interquartile mean and performance profile.

    Of the arms that every data set has; ``None`` where there is none.
    """
    arms = sets.everywhere()
    if not arms:
        return None
    scores = {arm: _pooled(sets, arm) for arm, _ in arms}
    columns = (
        TableColumn("arm", numeric=False),
        TableColumn("runs", "on all data sets"),
        TableColumn("IQM", "mean of the middle half of all runs (Agarwal et al. 2021)", key="iqm"),
        TableColumn(f"IQM {sets.options.percent}", "stratified bootstrap over seeds", key="iqm"),
    )
    rows = []
    for arm, _ in arms:
        found = interquartile(scores[arm], sets.options.confidence)
        runs = sum(map(len, scores[arm]))
        rows.append(
            (
                TableCell(arm_words(arm), arm),
                number(runs, 0),
                number(found.estimate, sets.measure.entry),
                interval(found.low, found.high, sets.measure.entry),
            )
        )
    note = (
        f"{capital(sets.measure.words)} of every seed on every data set, each data set "
        "counting the same. The interval tells what other seeds would give on these data sets; it "
        "decides nothing."
    )
    table = DataTable("data_sets_iqm", "Interquartile mean of all runs", columns, tuple(rows), note)
    return Block("", tables=(table,), pictures=(_profiles(sets, arms, scores),))


def _pooled(sets: DataSets, arm: str) -> list[list[float]]:
    """Return the values of an arm, for each data set those of all its parts."""
    return [[v for values in found for v in values] for found in sets.by_data(arm).values()]


def _profiles(
    sets: DataSets, arms: Sequence[tuple[str, str]], scores: dict[str, list[list[float]]]
) -> Picture:
    drawn = arms[:_MOST_LINES]
    every = [value for arm, _ in drawn for own in scores[arm] for value in own]
    beyond = 0.02 * (max(every) - min(every)) or 0.001
    places = np.linspace(min(every) - beyond, max(every) + beyond, _POINTS)
    metric, is_lower = sets.measure.entry, sets.measure.is_lower_better
    lines = [
        ProfileLine(
            arm_words(arm),
            cell,
            profile(scores[arm], places, sets.options.confidence, lower_is_better=is_lower),
        )
        for arm, cell in drawn
    ]
    title = "Performance profiles: share of runs that do better than a value" + of(
        len(drawn), len(arms)
    )
    told = ", ".join(f"{line.arm} {metric.shown(line.middle)}" for line in lines)
    alt = f"{title}. Half of the runs do better than: {told}"
    draw = partial(save_profiles, lines, metric.words, title)
    return Picture("data_sets_profiles", title, alt, draw)

"""What several data sets say together: tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from rnnbench.formatting.sentences import capital
from rnnbench.plots.profiles import ProfileLine, save_profiles
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
from rnnbench.report.ranks import ranks_block
from rnnbench.report.wording import arm_words
from rnnbench.stats import statistic
from rnnbench.stats.profiles import interquartile, profile
from rnnbench.stats.several_sets import FEWEST

_MOST_LINES = 8  # arms in a figure
_POINTS = 201  # of a performance profile


def data_sets_section(sets: DataSets) -> ReportSection:
    """Return the section: data sets by arms, differences, ranks, and all runs together."""
    first = Block("", tables=(_scores(sets), _differences(sets)))
    blocks = [block for block in (first, ranks_block(sets), _runs_block(sets)) if block is not None]
    return ReportSection(KEY, "Over all data sets", tuple(blocks))


def _scores(sets: DataSets) -> DataTable:
    """Return data sets by arms: mean and standard deviation over seeds."""
    best = {}
    sign = sets.measure.sign
    for part in sets.parts:
        means = {arm: statistic(part.scores.get(arm, ())).mean for arm, _ in sets.arms}
        known = [sign * mean for mean in means.values() if mean == mean]
        best[part.place] = {arm for arm, mean in means.items() if sign * mean == max(known)}
    columns = (
        TableColumn("data set", numeric=False),
        *(TableColumn(arm_words(arm), key=f"{arm}_mean") for arm, _ in sets.arms),
    )
    rows = []
    for part in sets.parts:
        cells = [text(part.place)]
        for arm, _ in sets.arms:
            found, marked = statistic(part.scores.get(arm, ())), arm in best[part.place]
            cells.append(spread(found, sets.measure.entry, marked=marked))
        rows.append(tuple(cells))
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
    a, b, shared = map(arm_words, pair.words)
    label = f"{capital(shared)}: {a} − {b}" if shared else f"{a} − {b}"
    return (
        TableCell(label, " − ".join(pair.names)),
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

"""A sentence for each pair of arms over all data sets, and the figure of their differences."""

from __future__ import annotations

from functools import partial
from math import nan

from rnnbench.plots.forest import ForestRow, save_forest
from rnnbench.report.amounts import amounts, margin_words
from rnnbench.report.data_sets import DataSets, SetPair
from rnnbench.report.dataset_section import of
from rnnbench.report.document import Block, Picture, Statement
from rnnbench.report.statements import better_statement
from rnnbench.report.wording import are, arm_words, difference_words, flat
from rnnbench.stats.several_sets import FEWEST

KEY = "sets"  # of the section with the tables
_MOST_TOLD = 4  # pairs that have a sentence each; of more, the clearest
_MOST_DRAWN = 6  # pairs in a figure


def answer_block(sets: DataSets) -> Block:
    """Return a sentence for each pair over all data sets, with the figure of its differences."""
    told = [statement(pair, sets) for pair in sets.pairs[:_MOST_TOLD]]
    left = len(sets.pairs) - len(told)
    if left:
        more = f"{left} more comparison{'s' if left > 1 else ''} over several data sets"
        told.append(Statement(more, " are in the table of differences, the clearest first."))
    note = f"By {sets.measure.words}."
    if any(_is_telling(pair, sets) for pair in sets.pairs):
        note += (
            f" In brackets: {sets.options.percent} interval of the mean over data "
            "sets like these, for all these comparisons together."
        )
    if any(pair.overall.sets < FEWEST for pair in sets.pairs):
        note += f" Fewer than {FEWEST} data sets tell nothing of others: see each of them below."
    return Block(
        f"Over {sets.count} data sets",
        (note,),
        pictures=(_forest(sets),),
        statements=tuple(told),
        see=KEY,
    )


def statement(pair: SetPair, sets: DataSets) -> Statement:
    """Return what all data sets say of two arms, the one with the better mean first."""
    overall = pair.overall
    a, b, shared = map(arm_words, pair.words)
    where = f"Over {overall.sets} data sets" + (f", {flat(shared)}:" if shared else "")
    size, limit = _size(pair, sets), limit_words(sets)
    level = f", level in {overall.level}" if overall.level else ""
    seen = f"ahead in {overall.ahead}{level}"
    if overall.verdict.startswith("better"):
        lead = f"{where} {a} {are(a)} better than {b}"
        margin = limit if sets.options.margin else None
        return better_statement(overall.verdict, lead, size, margin, f"{seen}.")
    if overall.verdict == "equivalent":
        lead = f"{where} {a} and {b} are equivalent within {limit}"
        return Statement(lead, f"; mean difference {size}, {a} {seen}.")
    if overall.difference.estimate == 0:
        lead = f"{where} the means of {a} and {b} are equal"
    else:
        lead = f"{where} {a} {are(a)} ahead of {b} in {overall.ahead}"
    apart = overall.sets >= FEWEST and not _is_telling(pair, sets)
    why = ", for the data sets differ too much" if apart else ""
    return Statement(lead, f"{level}; mean difference {size}: undecided{why}.")


def _size(pair: SetPair, sets: DataSets) -> str:
    """Return how far the first arm is ahead; an interval that leaves nothing out is not told."""
    found, sign = pair.overall.difference, sets.measure.sign
    ends = [sign * found.low, sign * found.high] if _is_telling(pair, sets) else [nan, nan]
    return amounts(sets.measure, sign * found.estimate, *sorted(ends))


def limit_words(sets: DataSets) -> str:
    """Return the margin with its unit."""
    return margin_words(sets.measure, sets.options.margin)


def _is_telling(pair: SetPair, sets: DataSets) -> bool:
    """Return whether an interval leaves out anything at all that a difference can be."""
    found, (low, high) = pair.overall.difference, sets.measure.limits
    return found.low > low - high or found.high < high - low


def _forest(sets: DataSets) -> Picture:
    rows: list[ForestRow] = []
    for pair in sets.pairs[:_MOST_DRAWN]:
        name = difference_words(pair.words)
        own = [(part.place, found, False) for part, found in pair.differences]
        together = (f"mean over {pair.overall.sets} data sets", pair.overall.difference, True)
        rows += [
            ForestRow(name, place, difference, is_mean)
            for place, difference, is_mean in (*own, together)
        ]
    shown = len({row.group for row in rows})
    title = "Differences on each data set and over all of them" + of(
        shown, len(sets.pairs), "comparisons"
    )
    metric = sets.measure.entry
    told = "; ".join(f"{row.group}, {row.label}: {row.told(metric)}" for row in rows)
    draw = partial(save_forest, rows, sets.options.margin, metric, title)
    return Picture("data_sets_differences", title, f"{title}: {told}", draw)

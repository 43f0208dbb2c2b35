"""The comparisons of a section, each with its verdict, and what cannot be compared."""

from __future__ import annotations

from functools import partial

import numpy as np

from rnnbench.plots.differences import difference_rows, save_differences
from rnnbench.report.document import (
    Block,
    Cell,
    Column,
    DataTable,
    Picture,
    interval,
    number,
    signed,
    text,
)
from rnnbench.report.ground import Ground, failures, of
from rnnbench.report.pairs import Pair
from rnnbench.results.compare import factor_words, has_as_many
from rnnbench.stats.paired import FEWEST, MEETINGS, Comparison, decisive_pairs

_MOST_DRAWN = 24  # comparisons in the figure; the table has all

METRIC_WORDS = {"test_accuracy": "test accuracy", "best_val_accuracy": "validation accuracy"}


def comparisons_block(ground: Ground) -> Block | None:
    """Return the table of comparisons and the list of what is not compared."""
    if len(ground.arms) < 2:
        return None
    bullets = tuple(refusal(pair) for pair in ground.refused)
    failed = failures(ground.arms)
    lead: tuple[str, ...] = (failed,) if failed else ()
    if not ground.pairs:
        why = "No two arms here agree in everything but one factor: there is no verdict."
        return Block("Comparisons", (*lead, why), bullets=bullets)
    percent = f"{100 * ground.options.confidence:g} %"
    has_remarks = any(pair.relation.all_remarks for pair in ground.pairs)
    remarks = Column("remarks", "seeds that failed or are left out, and what else differs", False)
    columns = (
        Column("comparison", numeric=False),
        Column("factor", "the one thing in which the two differ", numeric=False),
        Column("seeds", "pairs with the same seed"),
        Column("difference", "mean of the first minus the second, in accuracy"),
        Column(percent, "interval of the mean difference"),
        Column("verdict", numeric=False),
        *([remarks] if has_remarks else []),
        Column("p", "exact paired permutation test, two-sided"),
        Column("p, Holm", "adjusted for the comparisons in this table"),
        Column("P(A>B)", "chance that a training of the first beats one of the second"),
    )
    pairs = sorted(ground.pairs, key=lambda pair: (pair.relation.factor or "", -_difference(pair)))
    table = DataTable(
        f"{ground.key}_comparisons",
        "Comparisons",
        columns,
        tuple(_row(pair, ground, has_remarks=has_remarks) for pair in pairs),
        _note(ground),
        tuple(pair.a.run_ids + pair.b.run_ids for pair in pairs),
    )
    lead += ("Not compared, because more than one thing differs:",) if bullets else ()
    return Block("Comparisons", lead, (table,), _pictures(ground, pairs), bullets)


def verdict_words(pair: Pair, margin: float, *, is_short: bool = False) -> str:
    """Return a verdict as a reader would say it, or in few words for a table."""
    assert pair.result is not None
    a, b, _ = pair.words
    words = {
        "A better": f"{a} better",
        "B better": f"{b} better",
        "equivalent": f"equivalent within {margin:g}",
        "undecided": "undecided",
    }[pair.result.verdict]
    if pair.result.verdict != "undecided":
        return words
    why = _would_decide_shortly(pair.result) if is_short else _would_decide(pair.result)
    return f"{words} ({why})"


def sentence(pair: Pair, ground: Ground, *, alone: bool = False) -> str:
    """Return the comparison in a sentence, for the summary of the report.

    Args:
        pair: what is compared.
        ground: its section, which the sentence names.
        alone: whether there is no other section, so that its name says nothing.
    """
    result = pair.result
    assert result is not None
    metric = METRIC_WORDS[pair.metric or "test_accuracy"]
    seeds = f"{result.n} seed{'s' if result.n != 1 else ''}"
    span = ""
    if not np.isnan(result.difference.low):
        low, high = result.difference.low, result.difference.high
        span = f" ({100 * low:+.2f} to {100 * high:+.2f})"
    difference = f"{100 * result.difference.estimate:+.2f} points{span} of {metric}, {seeds}"
    a, b, shared = pair.words
    both = f" (both {shared})" if shared else ""
    place = "" if alone else f"{ground.title}: "
    failed = f"{pair.relation.failures}; " if pair.relation.failures else ""
    verdict = verdict_words(pair, ground.options.margin)
    risks = "".join(f"; {words}" for words in pair.relation.machine.values())
    return f"{place}{failed}{a} against {b}{both}: {verdict}; {difference}{risks}."


def refusal(pair: Pair) -> str:
    """Return why two arms are not compared."""
    relation = pair.relation
    factor = (
        "nothing that is compared" if relation.factor is None else factor_words(relation.factor)
    )
    reasons = "; ".join(relation.confounds) or "they share no measure"
    return f"{pair.a.name} and {pair.b.name} differ in {factor}, but also: {reasons}"


def _would_decide(result: Comparison) -> str:
    if result.n < 2:
        return "one seed tells nothing of the spread"
    if result.seeds_needed is not None:
        return f"about {result.seeds_needed} seeds would decide"
    won = _won(result)
    if won < MEETINGS:
        # More seeds like these decide nothing: the one with the higher mean loses too often.
        which = "first" if result.difference.estimate > 0 else "second"
        return f"the {which} has the higher mean, but wins only {100 * won:.0f} % of meetings"
    return "more than a thousand seeds would be needed"


def _would_decide_shortly(result: Comparison) -> str:
    if result.n < 2:
        return "one seed"
    if result.seeds_needed is not None:
        return f"about {result.seeds_needed} seeds"
    won = _won(result)
    return f"wins {100 * won:.0f} %" if won < MEETINGS else "over 1,000 seeds"


def _won(result: Comparison) -> float:
    """Return the share of meetings that the arm with the higher mean wins."""
    wins = result.superiority
    return wins if result.difference.estimate > 0 else 1 - wins


def _row(pair: Pair, ground: Ground, *, has_remarks: bool) -> tuple[Cell, ...]:
    result = pair.result
    assert result is not None
    a, b, shared = pair.words
    return (
        text(f"{a} − {b}" + (f", both {shared}" if shared else "")),
        text(factor_words(pair.relation.factor or "")),
        number(result.n, 0),
        signed(result.difference.estimate),
        interval(result.difference.low, result.difference.high),
        text(verdict_words(pair, ground.options.margin, is_short=True)),
        *([text("; ".join(pair.relation.all_remarks) or None)] if has_remarks else []),
        number(result.p, 3),
        number(pair.p_holm, 3),
        number(result.superiority, 2),
    )


def _note(ground: Ground) -> str:
    options = ground.options
    counts = sorted({pair.result.n for pair in ground.pairs if pair.result is not None})
    decisive = decisive_pairs(options.confidence)
    metrics = sorted({METRIC_WORDS[pair.metric] for pair in ground.pairs if pair.metric})
    note = (
        f"By {' or '.join(metrics)}, paired by seed. Better: the interval lies on one side of zero "
        f"and three of four meetings are won (four of five with fewer than {decisive} seeds); "
        f"equivalent: it lies within ±{options.margin:g}; undecided: anything else, and always "
        f"with fewer than {FEWEST} seeds, with about how many seeds would decide, "
        "or, where more like these would not, how many meetings the arm with the higher mean wins."
    )
    if len(ground.pairs) > 1:
        note += " Verdicts are not adjusted for the number of comparisons; “p, Holm” is."
    smallest = min(counts, default=0)
    if 1 < smallest < decisive:
        floor = 2.0 ** (1 - smallest)
        note += f" With {smallest} seeds the exact test cannot go below p = {floor:g}."
    if any(p.relation.factor == "cell" and not has_as_many(p.a, p.b) for p in ground.pairs):
        note += " Cells with the same units differ in parameters: see the table of size and time."
    return note


def _difference(pair: Pair) -> float:
    assert pair.result is not None
    return pair.result.difference.estimate


def _pictures(ground: Ground, pairs: list[Pair]) -> tuple[Picture, ...]:
    compared = [(p.a.name, p.b.name, p.result) for p in pairs if p.result is not None]
    rows = difference_rows(compared[:_MOST_DRAWN])
    if not rows:
        return ()
    title = "Mean differences with their intervals" + of(_MOST_DRAWN, len(compared))
    metric = METRIC_WORDS[pairs[0].metric or "test_accuracy"]
    told = "; ".join(f"{row.label}: {row.words}" for row in rows)
    draw = partial(save_differences, rows, ground.options.margin, metric, title)
    return (Picture(f"differences_{ground.key}", title, f"{title}, {ground.title}: {told}", draw),)

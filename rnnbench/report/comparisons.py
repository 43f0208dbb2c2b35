"""The comparisons of a section, each with its verdict, and what cannot be compared."""

from __future__ import annotations

from functools import partial

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
from rnnbench.report.statements import result_of, said, wins, would_decide
from rnnbench.report.verdicts import KEY as VERDICTS
from rnnbench.report.wording import metric_words
from rnnbench.results.compare import factor_words, has_as_many
from rnnbench.stats.paired import decisive_pairs

_MOST_DRAWN = 24  # comparisons in the figure; the table has all


def comparisons_block(ground: Ground) -> Block | None:
    """Return the table of comparisons and the list of what is not compared."""
    if len(ground.arms) < 2:
        return None
    bullets = tuple(refusal(pair) for pair in ground.refused)
    failed = failures(ground.arms)
    lead: tuple[str, ...] = (failed,) if failed else ()
    if not ground.pairs:
        why = "No two arms here agree in everything but one factor: there is no verdict."
        return Block("", (*lead, why), bullets=bullets)
    percent = f"{100 * ground.options.confidence:g} %"
    has_remarks = any(pair.relation.all_remarks for pair in ground.pairs)
    remarks = Column("remarks", "seeds that failed or are left out, and what else differs", False)
    columns = (
        Column("comparison", numeric=False),
        Column(
            "what differs", "the one thing in which the two differ", numeric=False, key="factor"
        ),
        Column("seeds", "pairs with the same seed"),
        Column("difference", "mean of the first minus the second, in accuracy"),
        Column(f"{percent} interval", "of the mean difference"),
        Column("verdict", "how much it lacks where undecided", numeric=False),
        Column("better in", "seeds in which the first is better", numeric=False),
        *([remarks] if has_remarks else []),
        Column("p", "exact paired permutation test, two-sided"),
        Column("p, Holm", "adjusted for the comparisons in this table"),
        Column(
            "P(A>B)",
            "chance that a training of the first beats one of the second",
            key="probability_better",
        ),
    )
    pairs = _sorted(ground)
    table = DataTable(
        f"{ground.key}_comparisons",
        "Comparisons",
        columns,
        tuple(_row(pair, ground, has_remarks=has_remarks) for pair in pairs),
        _note(ground),
        tuple(pair.a.run_ids + pair.b.run_ids for pair in pairs),
        see=VERDICTS,
    )
    lead += ("Not compared, because more than one thing differs:",) if bullets else ()
    return Block("", lead, (table,), bullets=bullets)


def verdict_words(pair: Pair, margin: float) -> str:
    """Return a verdict in the few words that a table has room for."""
    result = result_of(pair)
    a, b, _ = said(pair)
    words = {
        "A better": f"{a} better",
        "B better": f"{b} better",
        "equivalent": f"equivalent within {margin:g}",
        "undecided": f"undecided ({would_decide(result, is_short=True)})",
    }
    return words[result.verdict]


def refusal(pair: Pair) -> str:
    """Return why two arms are not compared."""
    relation = pair.relation
    factor = (
        "nothing that is compared" if relation.factor is None else factor_words(relation.factor)
    )
    reasons = "; ".join(relation.confounds) or "they share no measure"
    return f"{pair.a.name} and {pair.b.name} differ in {factor}, but also: {reasons}"


def _row(pair: Pair, ground: Ground, *, has_remarks: bool) -> tuple[Cell, ...]:
    result = result_of(pair)
    a, b, shared = said(pair)
    return (
        Cell(f"{shared}: {a} − {b}" if shared else f"{a} − {b}", _named(pair)),
        text(factor_words(pair.relation.factor or "")),
        number(result.n, 0),
        signed(result.difference.estimate),
        interval(result.difference.low, result.difference.high),
        text(verdict_words(pair, ground.options.margin)),
        text(wins(pair)),
        *([text("; ".join(pair.relation.all_remarks) or None)] if has_remarks else []),
        number(result.p, 3),
        number(pair.p_holm, 3),
        number(result.superiority, 2),
    )


def _named(pair: Pair) -> str:
    """Return a comparison by the names of its arms, as CSV holds it."""
    a, b, shared = pair.words
    return f"{a} − {b}" + (f", both {shared}" if shared else "")


def _note(ground: Ground) -> str:
    options = ground.options
    counts = sorted({pair.result.n for pair in ground.pairs if pair.result is not None})
    decisive = decisive_pairs(options.confidence)
    metrics = sorted({metric_words(pair.metric) for pair in ground.pairs if pair.metric})
    note = f"By {' or '.join(metrics)}, paired by seed."
    if len(ground.pairs) > 1:
        note += " Verdicts are not adjusted for the number of comparisons; “p, Holm” is."
    smallest = min(counts, default=0)
    if 1 < smallest < decisive:
        floor = 2.0 ** (1 - smallest)
        note += f" With {smallest} seeds the exact test cannot go below p = {floor:g}."
    if any(p.relation.factor == "cell" and not has_as_many(p.a, p.b) for p in ground.pairs):
        note += " Cells with the same units differ in parameters: see the cost."
    return note


def _sorted(ground: Ground) -> list[Pair]:
    def place(pair: Pair) -> tuple[str, float]:
        return (pair.relation.factor or "", -result_of(pair).difference.estimate)

    return sorted(ground.pairs, key=place)


def difference_pictures(ground: Ground) -> tuple[Picture, ...]:
    """Return the figure of the differences, or nothing where nothing is compared."""
    return _pictures(ground, _sorted(ground))


def _pictures(ground: Ground, pairs: list[Pair]) -> tuple[Picture, ...]:
    compared = [(*said(p), p.result) for p in pairs if p.result is not None]
    rows = difference_rows(compared[:_MOST_DRAWN])
    if not rows:
        return ()
    percent = f"{100 * ground.options.confidence:g} %"
    title = f"Mean differences with their {percent} intervals" + of(
        len(rows), len(compared), "comparisons"
    )
    metric = metric_words(pairs[0].metric or "test_accuracy")
    told = "; ".join(f"{row.label}: {row.told}".replace("\n", " ") for row in rows)
    draw = partial(save_differences, rows, ground.options.margin, metric, title)
    return (Picture(f"differences_{ground.key}", title, f"{title}, {ground.place}: {told}", draw),)

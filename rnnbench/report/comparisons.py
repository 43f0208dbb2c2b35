"""The comparisons of a section, each with its verdict, and what cannot be compared."""

from __future__ import annotations

from functools import partial

from rnnbench.config.arm_names import key_words
from rnnbench.plots.differences import difference_rows, save_differences
from rnnbench.report.dataset_section import DatasetSection, failures, of, pair_cell
from rnnbench.report.document import (
    Block,
    DataTable,
    Picture,
    TableCell,
    TableColumn,
    interval,
    number,
    signed,
    text,
)
from rnnbench.report.failures import worst_words
from rnnbench.report.pairs import MOST_REFUSED, Pair
from rnnbench.report.statements import (
    both_learned_nothing,
    measure_of,
    plain_verdict,
    result_of,
    said,
    wins,
)
from rnnbench.report.verdicts import KEY as VERDICTS
from rnnbench.report.wording import either
from rnnbench.results.answers import is_by_sample
from rnnbench.results.compare import has_as_many
from rnnbench.stats.arm_values import has_only_pairs

_MOST_DRAWN = 24  # comparisons in the figure; the table has all
_PROBABILITIES = {
    "better": "that the first is better by more than the margin (Benavoli et al. 2017)",
    "equivalent": "that they differ by no more than the margin",
    "worse": "that the first is worse by more than the margin",
}


def comparisons_block(dataset: DatasetSection) -> Block | None:
    """Return the table of comparisons and the list of what is not compared."""
    if len(dataset.arms) < 2:
        return None
    bullets = tuple(refusal(pair) for pair in dataset.refused[:MOST_REFUSED])
    bullets += ("and others",) if len(dataset.refused) > MOST_REFUSED else ()
    failed = failures(dataset.arms)
    lead: tuple[str, ...] = (failed,) if failed else ()
    if not dataset.pairs:
        why = "No two arms here agree in everything but one factor: there is no verdict."
        return Block("", (*lead, why), bullets=bullets)
    pairs = sorted(dataset.pairs, key=place_in_table)
    told = [_remarks(pair) for pair in pairs]
    remarks = TableColumn(
        "remarks", "seeds that failed or are not paired, and what else differs", False
    )
    unit = dataset.measure.words if dataset.measure else ""
    columns = (
        TableColumn("comparison", numeric=False),
        TableColumn(
            "what differs", "the one thing in which the two differ", numeric=False, key="factor"
        ),
        TableColumn("seeds", "that both have; of each arm, where others are compared, too"),
        TableColumn("difference", f"of the first minus the second, in {unit}"),
        TableColumn(
            f"{dataset.options.percent} interval",
            "of the difference, for all comparisons of the data set together",
        ),
        TableColumn("verdict", "what interval and margin say", numeric=False),
        TableColumn("better in", "seeds in common in which the first is better", numeric=False),
        *(
            TableColumn(f"P({what})", words, key=f"p_{what}")
            for what, words in _PROBABILITIES.items()
        ),
        TableColumn("p", "two-sided, adjusted for all comparisons of the data set"),
        *([remarks] if any(told) else []),
    )
    rows = (_row(pair, dataset) for pair in pairs)
    if any(told):
        rows = ((*row, text(words or None)) for row, words in zip(rows, told, strict=True))
    table = DataTable(
        f"{dataset.key}_comparisons",
        "Comparisons",
        columns,
        tuple(rows),
        _note(dataset),
        tuple(pair.a.run_ids + pair.b.run_ids for pair in pairs),
        see=VERDICTS,
    )
    lead += ("Not compared, because more than one thing differs:",) if bullets else ()
    return Block("", lead, (table,), bullets=bullets)


def refusal(pair: Pair) -> str:
    """Return why two arms are not compared."""
    relation = pair.relation
    factor = "nothing that is compared" if relation.factor is None else key_words(relation.factor)
    if not relation.confounds:
        return f"{pair.a.name} and {pair.b.name} differ in {factor}, but share no measure"
    reasons = "; ".join(relation.confounds)
    return f"{pair.a.name} and {pair.b.name} differ in {factor}, but also: {reasons}"


def _row(pair: Pair, dataset: DatasetSection) -> tuple[TableCell, ...]:
    result, metric = result_of(pair), measure_of(pair).entry
    difference = result.difference
    return (
        pair_cell(pair),
        text(key_words(pair.relation.factor or "")),
        _seeds(pair),
        signed(difference.estimate, metric),
        interval(difference.low, difference.high, metric),
        TableCell(plain_verdict(pair, dataset.options.margin), result.verdict),
        _better_in(pair),
        *(number(probability, 2) for probability in result.probabilities),
        _p(result.p),
    )


def _p(value: float) -> TableCell:
    shown = "<0.001" if value < 0.0005 else f"{value:.3f}"
    return TableCell(shown, value)


def _seeds(pair: Pair) -> TableCell:
    """Return how many seeds both arms have; where others are compared, too, those of each."""
    result = result_of(pair)
    if has_only_pairs(result.n, result.n_a, result.n_b) or result.n == result.n_a == result.n_b:
        return number(result.n, 0)
    return TableCell(f"{result.n_a}, {result.n_b}", float(result.n))


def _better_in(pair: Pair) -> TableCell:
    """Return in how many seeds the first is better; CSV holds the share with its interval, too."""
    result = result_of(pair)
    if not result.n:
        return text(None)
    won, _ = wins(pair)
    share = result.wins
    ends = (("share", share.estimate), ("share_low", share.low), ("share_high", share.high))
    return TableCell(f"{won} of {result.n}", float(won), extra=ends)


def _remarks(pair: Pair) -> str:
    """Return everything that a reader of the verdict has to know; empty where that is nothing."""
    nothing = ("neither learned anything",) if both_learned_nothing(pair) is not None else ()
    worst = worst_words(pair)
    return "; ".join((*nothing, *pair.relation.all_remarks, *((worst,) if worst else ())))


def _note(dataset: DatasetSection) -> str:
    """Return what the comparisons are by, what their intervals are about, and what to look at."""
    measure, results = measure_of(dataset.pairs[0]), [result_of(pair) for pair in dataset.pairs]
    note = f"By {measure.words}."
    note += f" {measure.remark}" if measure.remark else ""
    note += dataset.family
    samples = sorted({result.samples for result in results if result.samples is not None})
    if samples and all(result.samples is not None for result in results):
        counts = either(f"{count:,}" for count in samples)
        note += (
            f" Intervals hold the chance of seeds and of the {counts} test samples: they speak of "
            "new data of the same kind."
        )
    elif is_by_sample(measure.metric):
        note += (
            " The answers to single test samples are not known here: intervals hold the chance of "
            "seeds alone, and speak of this test set only."
        )
    elif measure.is_error:
        note += (
            " Intervals hold the chance of seeds alone, and speak of this test set only: errors of "
            "samples that overlap, as windows of a series do, are no independent draws."
        )
    else:
        note += " Intervals hold the chance of seeds alone, and speak of these data only."
    if any(p.relation.factor == "cell" and not has_as_many(p.a, p.b) for p in dataset.pairs):
        note += " Cells with the same units differ in parameters: see the cost."
    return note


def place_in_table(pair: Pair) -> tuple[str, float]:
    """Return where a comparison stands in a table: by factor, the largest difference first."""
    return pair.relation.factor or "", -abs(result_of(pair).difference.estimate)


def difference_pictures(dataset: DatasetSection) -> tuple[Picture, ...]:
    """Return the figure of the differences, or nothing where nothing is compared."""
    pairs, margin = sorted(dataset.pairs, key=place_in_table), dataset.options.margin
    compared = [(*said(p), result_of(p), plain_verdict(p, margin, with_seeds=False)) for p in pairs]
    rows = difference_rows(compared[:_MOST_DRAWN])
    if not rows:
        return ()
    title = f"Differences with their {dataset.options.percent} intervals" + of(
        len(rows), len(compared), "comparisons"
    )
    metric = measure_of(pairs[0]).entry
    told = "; ".join(f"{row.label}: {row.told(metric)}".replace("\n", " ") for row in rows)
    draw = partial(save_differences, rows, margin, metric, title)
    return (
        Picture(f"differences_{dataset.key}", title, f"{title}, {dataset.place}: {told}", draw),
    )

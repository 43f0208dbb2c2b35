"""What a plan says of comparisons: what its seeds can show, and how many the margin needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rnnbench.config.schema import Config
from rnnbench.formatting.tables import MISSING, Table
from rnnbench.results.answers import overlap
from rnnbench.results.measure import Measure
from rnnbench.stats.power import PlannedFamily, Range
from rnnbench.stats.power_table import POWER
from rnnbench.sweep.plan import Known
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec
from rnnbench.until.arms import Family, families
from rnnbench.until.measured import answers_of, margin_for, measure_of
from rnnbench.until.spreads import Spread, spreads

_MOST_ARMS = 60  # whose pairs are related in no time
_MOST_RUNS = 600  # whose answers are read in no time
_MOST_ROWS = 15
_POWER = f"{100 * POWER:g} %"
_LEAST_ASSUMED = 0.5  # of the margin


@dataclass(frozen=True)
class Shown:
    """What the seeds of a plan can show of one comparison.

    Attributes:
        title: the data set.
        metric: what is compared.
        spread: of the difference.
        detectable: the true difference that is shown with :data:`rnnbench.stats.power_table.POWER`.
        seeds: how many decide at the margin; infinite where none do.
        margin: in the unit of the metric.
    """

    title: str
    metric: str
    spread: Spread
    detectable: Range
    seeds: Range
    margin: float


def seeds_show(specs: Sequence[RunSpec], known: Known) -> list[Shown]:
    """Return what fixed seeds can show of each comparison, for their plan; none of very many arms.

    How far differences spread is learned from the first finished seeds of each arm.
    """
    arms = len({spec.arm_key for spec in specs})
    if arms > _MOST_ARMS:
        return []
    return shown_by(specs, known.config, known.measured(specs, _MOST_RUNS // arms), known.store)


def shown_by(
    specs: Sequence[RunSpec], config: Config, records: Mapping[str, Record], store: Store | None
) -> list[Shown]:
    """Return what the declared seeds can show of each comparison.

    Args:
        specs: declared runs.
        config: seeds, margin and level.
        records: the store's runs by content key.
        store: where they are.
    """
    found = []
    for family in families(specs):
        known = family.with_runs(records)
        metric = measure_of(known.arms, config.report.metric)
        read = answers_of(store, known.arms, metric)
        margin = margin_for(known.arms, metric, config.report.margin)
        found += [
            _shown(family, metric, spread, config, margin)
            for spread in spreads(known, metric, read, margin)
        ]
    return found


def _shown(family: Family, metric: str, spread: Spread, config: Config, margin: float) -> Shown:
    planned = PlannedFamily(
        len(family.arms),
        len(family.pairs),
        config.report.confidence,
        sampling=spread.sampling,
        overlap=max(overlap(arm) for arm in family.arms),
    )

    def asked(question: Callable[[float], Range]) -> Range:
        """Return the answer for a spread; for one that is assumed, from half of it to all of it."""
        if spread.seeds is not None:
            return question(spread.sd)
        return Range(question(_LEAST_ASSUMED * spread.sd).high, question(spread.sd).high)

    detectable = asked(lambda sd: planned.detectable(sd, config.seeds, spread.seeds))
    seeds = asked(lambda sd: planned.seeds_for(margin, sd, spread.seeds))
    return Shown(family.title, metric, spread, detectable, seeds, margin)


def shown_table(shown: Sequence[Shown], config: Config) -> Table:
    """Return a row for each comparison."""
    several = len({one.title for one in shown}) > 1
    margin = "the margin" if len({one.margin for one in shown}) > 1 else f"{shown[0].margin:.4g}"
    rows = [
        (
            *((one.title,) if several else ()),
            " − ".join(one.spread.pair),
            _difference(one.detectable),
            _seeds(one.seeds),
            f"{one.spread.sd:.2g}",
            "assumed" if one.spread.seeds is None else f"{one.spread.seeds} seeds",
        )
        for one in shown[:_MOST_ROWS]
    ]
    head = ("data",) if several else ()
    columns = (*head, "comparison", "difference shown", f"seeds for {margin}", "spread", "from")
    metrics = " and ".join(dict.fromkeys(Measure(one.metric).words for one in shown))
    title = f"What {config.seeds} seeds show with {_POWER} power, by {metrics}"
    more = len(shown) - _MOST_ROWS
    return Table(
        title,
        columns,
        tuple(rows),
        note=f"and {more} more comparisons" if more > 0 else "",
        optional=("from", "spread"),
        words=("comparison",),
    )


def assumed_words(shown: Sequence[Shown], config: Config) -> str:
    """Return the same in a sentence where nothing is known of any spread."""
    one = shown[0]
    least = _LEAST_ASSUMED * one.spread.sd
    what = "the comparison" if len(shown) == 1 else f"each of {len(shown)} comparisons"
    told = (
        f"{config.seeds} seeds show nothing of {what}"
        if math.isinf(one.detectable.low)
        else f"{config.seeds} seeds show a difference of {_difference(one.detectable)} in {what} "
        f"with {_POWER} power"
    )
    return (
        f"{told}; the margin of {one.margin:.4g} needs {_seeds(one.seeds)} seeds. Assumed, "
        "for the store does not know it: the difference of two runs with the same seed spreads by "
        f"{least:.4g} to {one.spread.sd:.4g}, half the margin to all of it."
    )


def _difference(found: Range) -> str:
    if not all(map(math.isfinite, found)):
        return MISSING
    low, high = (f"{end:.2g}" for end in found)
    return low if low == high else f"{low} to {high}"


def _seeds(found: Range) -> str:
    low, high = ("over 10,000" if math.isinf(end) else f"{end:,.0f}" for end in found)
    return low if low == high else f"{low} to {high}"

"""What every arm has reached after the same seconds, and after the same number of updates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from rnnbench.config.metric import Metric
from rnnbench.config.metrics import METRICS
from rnnbench.formatting.sentences import capital
from rnnbench.plots.courses import Panel, arm_course, digits, save_courses
from rnnbench.plots.tradeoff import score
from rnnbench.report.dataset_section import (
    DatasetSection,
    arm_cell,
    of,
    pair_cell,
    seconds_apart,
    side_by_side,
)
from rnnbench.report.document import (
    Block,
    DataTable,
    Picture,
    TableCell,
    TableColumn,
    interval,
    number,
    signed,
    spread,
    text,
)
from rnnbench.report.equal_budgets import Followed, followed, validated_on
from rnnbench.report.pairs import Pair
from rnnbench.report.wording import arm_words, either, metric_words
from rnnbench.results.answers import overlap
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.courses import COSTS, Cost
from rnnbench.results.margins import in_unit
from rnnbench.results.measure import Measure
from rnnbench.stats import statistic
from rnnbench.stats.family import ArmValues, family

_MOST_COMPARED = 250  # comparisons, which decide nothing
_MOST_DRAWN = 8  # arms in a figure, the best; more are hard to tell apart
_ALONG: Mapping[Cost, str] = {
    "seconds": "seconds of training and validation",
    "updates": "updates of the optimizer",
}
_UNIT: Mapping[Cost, str] = {"seconds": "s", "updates": "updates"}
_AFTER: Mapping[Cost, str] = {
    "seconds": "after the same time",
    "updates": "after the same number of updates",
}
_LEAD = (
    "What a run has reached on the way: the best {what} of its epochs so far, {after} "
    "for all arms. For information: verdicts are about whole trainings, and these comparisons are "
    "no part of the family that decides."
)


def equal_cost_block(dataset: DatasetSection) -> Block | None:
    """Return figure and tables, or ``None`` where no two arms can be followed."""
    found = followed(dataset)
    if not found:
        return None
    tables = (_reached(dataset, found), _compared(dataset, found))
    pictures = _pictures(dataset, max(found, key=lambda group: len(group.arms)))
    costs = [cost for cost in COSTS if any(cost in group.budgets for group in found)]
    after = either((_AFTER[cost] for cost in costs), "and")
    lead = _LEAD.format(what=metric_words(dataset.usual.epoch), after=after)
    return Block("", (lead,), tuple(table for table in tables if table), pictures)


def _reached(dataset: DatasetSection, found: Sequence[Followed]) -> DataTable:
    """Return the table of what each arm has reached, and in how many epochs."""
    costs = [cost for cost in COSTS if any(cost in group.budgets for group in found)]
    columns = [TableColumn("arm", numeric=False), TableColumn("seeds", "runs that were validated")]
    by = METRICS[dataset.usual.validated]
    for cost in costs:
        columns += [
            TableColumn(f"{cost}", f"{_ALONG[cost]}, the same for arms that are compared"),
            TableColumn(
                f"epochs in these {cost}",
                "epochs that were finished by then",
                key=f"epochs_at_equal_{cost}_mean",
            ),
            TableColumn(
                f"{score(by)} after these {cost}",
                f"{by.words} so far, mean ± standard deviation over seeds; nothing "
                "where a run was still in its first epoch",
                key=f"{score(by).lower()}_at_equal_{cost}_mean",
            ),
        ]
    rows = tuple(
        (
            arm_cell(arm.name),
            number(len(group.runs[arm.name]), 0),
            *(cell for cost in costs for cell in _cells(group, arm, cost, by)),
        )
        for group in found
        for arm in group.arms
    )
    ids = tuple(arm.run_ids for group in found for arm in group.arms)
    title = f"{capital(by.words)} at equal cost"
    return DataTable(f"{dataset.key}_equal_cost", title, tuple(columns), rows, _note(found), ids)


def _cells(
    group: Followed, arm: ArmRuns, cost: Cost, by: Metric
) -> tuple[TableCell, TableCell, TableCell]:
    if cost not in group.budgets:
        return text(None), text(None), text(None)
    budget, runs = group.budgets[cost], group.runs[arm.name].values()
    epochs = statistic(run.epochs_within(cost, budget) for run in runs)
    is_known = group.has_reached(arm.name, cost)
    found = statistic(run.reached(cost, budget) for run in runs if is_known)
    return (
        number(budget, digits(budget)),
        spread(epochs, METRICS["epochs_trained"]),
        spread(found, by),
    )


def _note(found: Sequence[Followed]) -> str:
    """Return where arms are compared, and what the seconds are."""
    arms = [arm for group in found for arm in group.arms]
    note = ""
    if any(validated_on(arm) == ("test",) for arm in arms):
        note = "Validation is on the test data. "
    if len(found) > 1:
        note += "Arms are compared where they were validated on the same samples. "
    note += (
        "Compared at what a whole run of the arm that spends least takes on average. A run that "
        "had ended before keeps what it had reached."
    )
    if not all("seconds" in group.budgets for group in found):
        return note + (seconds_apart(arms) or " Seconds were not measured in all runs.")
    every = [course for group in found for runs in group.runs.values() for course in runs.values()]
    timed = sum(course.is_timed for course in every)
    if timed == len(every):
        note += " Seconds are those of each epoch."
    else:
        whose = "" if not timed else f" in {len(every) - timed} of {len(every)} runs"
        note += f" Seconds are epochs times the mean seconds of a run's epochs{whose}."
    return note + " They are without compilation." + side_by_side(arms) + seconds_apart(arms)


def _compared(dataset: DatasetSection, found: Sequence[Followed]) -> DataTable | None:
    """Return the comparisons at equal cost, all of them one family."""
    chosen = _of_interest(dataset.pairs)
    rows = [
        (pair, cost, budget)
        for pair in chosen
        for group in found
        if pair.names <= group.runs.keys()
        for cost, budget in group.budgets.items()
        if all(group.has_reached(name, cost) for name in pair.names)
    ]
    arms = {
        _at(name, cost): ArmValues({seed: run.reached(cost, budget) for seed, run in runs.items()})
        for group in found
        for name, runs in group.runs.items()
        for cost, budget in group.budgets.items()
    }
    pairs = [(_at(pair.a.name, cost), _at(pair.b.name, cost)) for pair, cost, _ in rows]
    by = METRICS[dataset.usual.validated]
    options = in_unit(dataset.configured, Measure(by.name), dataset.arms)
    results = family(
        arms,
        pairs,
        margin=options.margin,
        confidence=options.confidence,
        lower_is_better=by.better == "lower",
        overlap=max((overlap(arm) for group in found for arm in group.arms), default=0.0),
    )
    told = list(zip(rows, results, strict=True))
    if not told:
        return None
    columns = (
        TableColumn("comparison", numeric=False),
        TableColumn("at equal", "seconds of training, or updates of the optimizer", numeric=False),
        TableColumn("seeds", "pairs with the same seed"),
        TableColumn("difference", f"mean of the first minus the second, in {by.words}"),
        TableColumn(f"{options.percent} interval", "of the mean difference; they hold together"),
    )
    cells = tuple(
        (
            pair_cell(pair),
            text(_told(cost, budget)),
            number(result.n, 0),
            signed(result.difference.estimate, by),
            interval(result.difference.low, result.difference.high, by),
        )
        for (pair, cost, budget), result in told
    )
    return DataTable(
        f"{dataset.key}_equal_cost_comparisons",
        "Differences at equal cost",
        columns,
        cells,
        "For information: outside of the family that decides"
        f"{of(len(chosen), len(dataset.pairs), 'comparisons')}.",
        tuple(pair.a.run_ids + pair.b.run_ids for (pair, _, _), _ in told),
    )


def _of_interest(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Return all of a few comparisons; of thousands, those of cells, or else the first ones."""
    if len(pairs) <= _MOST_COMPARED:
        return pairs
    of_cells = [pair for pair in pairs if pair.relation.factor == "cell"]
    return (of_cells or pairs)[:_MOST_COMPARED]


def _at(arm: str, cost: Cost) -> str:
    return f"{cost}: {arm}"


def _told(cost: Cost, budget: float) -> str:
    return f"{budget:,.{digits(budget)}f} {_UNIT[cost]}"


def _pictures(dataset: DatasetSection, group: Followed) -> tuple[Picture, ...]:
    """Return the figure of what the arms had reached, where any trained for several epochs."""
    drawn = [arm for arm in group.arms if group.most_epochs(arm) > 1]
    if len(drawn) < 2:
        return ()
    shown = drawn[:_MOST_DRAWN]
    panels = []
    for cost, budget in group.budgets.items():
        lines = [arm_course(arm_words(a.name), a.cell, group.runs[a.name], cost) for a in shown]
        panels.append(Panel(cost, _ALONG[cost], _UNIT[cost], budget, tuple(lines)))
    by = METRICS[dataset.usual.validated]
    title = f"{capital(by.words)} so far against {either(group.budgets, 'and')}"
    title += of(len(shown), len(dataset.arms))
    how = "mean of the seeds, with one standard deviation"
    names = ", ".join(arm_words(arm.name) for arm in shown)
    alt = f"{title}, {dataset.place}: {how}, of {names}"
    draw = partial(save_courses, panels, by, f"{title}: {how}")
    return (Picture(f"equal_cost_{dataset.key}", f"{title}: {how}", alt, draw),)

"""What every arm costs: parameters, seconds, memory, and what accuracy it buys with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from rnnbench.config.metric import Metric
from rnnbench.config.metrics import METRICS
from rnnbench.formatting.sentences import capital
from rnnbench.plots.tradeoff import Point, pareto, save_tradeoff, score
from rnnbench.report.arm_table import NAMES, ArmColumn, arm_table, mean_column
from rnnbench.report.dataset_section import (
    SECONDS,
    DatasetSection,
    is_one_machine,
    order,
    seconds_apart,
)
from rnnbench.report.document import (
    Block,
    Picture,
    TableCell,
    TableColumn,
    number,
    text,
)
from rnnbench.report.equal_cost import equal_cost_block
from rnnbench.report.wording import arm_words
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import half_width, statistic

_MOST_DRAWN = 12  # arms in a figure: the front and the most accurate
_COSTS = (
    ("parameters_recurrent", "recurrent parameters"),
    (SECONDS, "seconds an epoch"),
)


def _size(heading: str, meaning: str, metric: str) -> ArmColumn:
    """Return a column of what all replicates share."""
    column = TableColumn(heading, meaning)
    return ArmColumn(column, lambda arm: number(arm.one(metric), METRICS[metric]))


_COLUMNS = (
    NAMES,
    ArmColumn(TableColumn("units", "width of the state"), lambda arm: number(arm.one("units"), 0)),
    _size("recurrent parameters", "", "parameters_recurrent"),
    _size("total parameters", "", "parameters_total"),
    mean_column("seconds an epoch", "training and validation, without compilation", SECONDS),
    mean_column("seconds a run", "all epochs", "fit_seconds"),
    _size("peak MiB", "largest resident memory of the worker", "peak_rss_mb"),
    ArmColumn(
        TableColumn(
            "computed by",
            "xla fused: rnnbench's loops; xla, graph: Keras's, compiled or not; cudnn: on a GPU",
            numeric=False,
        ),
        lambda arm: text(arm.shown("path")),
    ),
)


def cost_blocks(dataset: DatasetSection) -> tuple[Block, ...]:
    """Return the table of size and time, what accuracy stands against them, and at equal cost."""
    arms = order(dataset)
    note = "Seconds compare only within one machine that did nothing else." + seconds_apart(arms)
    sizes = arm_table(f"{dataset.key}_cost", "Size and time", arms, _COLUMNS, note)
    further = (_tradeoffs(dataset), equal_cost_block(dataset))
    return (Block("", tables=(sizes,)), *(block for block in further if block is not None))


def _tradeoffs(dataset: DatasetSection) -> Block | None:
    """Return a table and a figure, or nothing where there is one arm only."""
    metric = dataset.score
    if metric is None:
        return None
    arms = [arm for arm in dataset.arms if arm.by_seed(metric)]
    if len(arms) < 2:
        return None
    by = METRICS[metric]
    fronts = {}
    panels = {}
    for column, words in _COSTS:
        measured = [arm for arm in arms if arm.one(column) > 0]
        points = [_point(arm, metric, column, dataset.options.confidence) for arm in measured]
        chosen = pareto([(point.cost, by.sign * point.value) for point in points])
        fronts[column] = {measured[index].name for index in chosen}
        if len(points) > 1:
            panels[words] = _drawn(points, chosen, by.sign)
    # Nothing stands out where no two arms are compared, or their seconds cannot be.
    marked = {
        column: front if dataset.pairs and (column != SECONDS or is_one_machine(arms)) else set()
        for column, front in fronts.items()
    }
    arms.sort(key=lambda arm: (arm.one("parameters_recurrent"), arm.name))
    columns = (
        NAMES,
        ArmColumn(
            TableColumn(score(by), by.words),
            lambda arm: number(statistic(arm.by_seed(metric).values()).mean, by),
        ),
        *(
            ArmColumn(TableColumn(words), partial(_cost, column=column, front=marked[column]))
            for column, words in _COSTS
        ),
    )
    note = "Marked: on the Pareto front of that cost; no other arm is as good for less."
    if not dataset.pairs:
        note = "Nothing is marked: no two arms can be compared."
    note += seconds_apart(arms)
    title = f"{capital(score(by))} against cost"
    table = arm_table(f"{dataset.key}_tradeoffs", title, arms, columns, note)
    return Block("", tables=(table,), pictures=_pictures(dataset, by, panels, fronts))


def _pictures(
    dataset: DatasetSection,
    metric: Metric,
    panels: Mapping[str, Sequence[Point]],
    fronts: Mapping[str, Collection[str]],
) -> tuple[Picture, ...]:
    """Return one figure with a panel for each cost."""
    if not panels:
        return ()
    title = f"{capital(score(metric))} against " + " and ".join(panels)
    told = "; ".join(
        f"{words}: {', '.join(map(arm_words, sorted(fronts[column])))}"
        for column, words in _COSTS
        if words in panels
    )
    alt = f"{title}, {dataset.place}: one point an arm; on the front are, by {told}"
    draw = partial(save_tradeoff, panels, metric, title)
    return (Picture(f"tradeoff_{dataset.key}", title, alt, draw),)


def _cost(arm: ArmRuns, column: str, front: Collection[str]) -> TableCell:
    return number(arm.one(column), METRICS[column], marked=arm.name in front)


def _point(arm: ArmRuns, metric: str, column: str, confidence: float) -> Point:
    summary = statistic(arm.by_seed(metric).values())
    width = half_width(summary, confidence)
    return Point(
        arm_words(arm.name),
        arm.cell,
        arm.one(column),
        summary.mean,
        summary.mean - width,
        summary.mean + width,
    )


def _drawn(points: list[Point], front: Sequence[int], sign: int) -> list[Point]:
    best = sorted(points, key=lambda point: -sign * point.value)[:_MOST_DRAWN]
    return [p for i, p in enumerate(points) if i in front or p in best]

"""Whether order matters: answers to shuffled samples, beside models that never see an order."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench.config.metrics import METRICS
from rnnbench.formatting.sentences import capital
from rnnbench.report.dataset_section import DatasetSection, arm_cell, order
from rnnbench.report.document import (
    Block,
    DataTable,
    TableCell,
    TableColumn,
    interval,
    number,
    spread,
    text,
)
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.measure import ERRORS, Measure
from rnnbench.stats import half_width, statistic

_CHANGED = "order_changed"
_EXPLANATION = (
    "The trained models were tested once more with the {steps} of every test sample shuffled. What "
    "a model loses is what it took from their order; one that only weighs which {steps} "
    "occur{such} loses nothing."
)


@dataclass(frozen=True)
class _Told:
    """What is told of a task.

    Attributes:
        whole, without, change: metrics with order, without, and of what lies between them.
        head, meaning: of the last one's column.
        steps: what is shuffled.
        such: who loses nothing by it.
    """

    whole: str
    without: str
    change: str
    head: str
    meaning: str
    steps: str
    such: str = ""


_OF_CLASSES = _Told(
    *("test_accuracy", "test_accuracy_shuffled", "order_drop", "drop"),
    *("test accuracy minus shuffled, seed by seed", "tokens", ", such as the baselines,"),
)
_OF_NUMBERS = _Told(
    *("test_rmse", "test_rmse_shuffled", "order_rise", "rise"),
    *("shuffled minus test RMSE, seed by seed", "time steps"),
)


def order_block(dataset: DatasetSection) -> Block | None:
    """Return what is reached with and without order, or ``None`` where that was not measured."""
    told = _OF_NUMBERS if dataset.usual is ERRORS else _OF_CLASSES
    arms = [arm for arm in order(dataset) if _measured(arm, told)]
    if not arms:
        return None
    percent = dataset.options.percent
    # Runs of before order_changed was known have none.
    counted = any(arm.by_seed(_CHANGED) for arm in arms)
    columns: tuple[TableColumn, ...] = (
        TableColumn("arm", numeric=False),
        TableColumn("seeds", "replicates that were measured"),
        TableColumn(
            METRICS[told.whole].words,
            "mean ± standard deviation over seeds",
            key=f"{told.whole}_mean",
        ),
        TableColumn(
            "shuffled",
            f"the same with the {told.steps} of each sample shuffled, padding left in place",
            key="shuffled_mean",
        ),
        TableColumn(told.head, told.meaning, key=f"{told.head}_mean"),
        TableColumn(f"{told.head} {percent}", "Student's t interval of the mean over seeds"),
    )
    if counted:
        columns += (
            TableColumn(
                "answers changed",
                "test samples that get another class, of all",
                key="answers_changed_mean",
            ),
        )
    # Those of numbers may well see an order.
    known = dataset.baselines if told is _OF_CLASSES else ()
    beside = [arm for arm in known if arm.by_seed(told.whole)]
    beside.sort(key=Measure(told.whole).rank)
    rows = [_row(arm, told, dataset.options.confidence) for arm in arms]
    rows += [_orderless(arm, told) for arm in beside]
    rows = [row[: len(columns)] for row in rows]
    note = "Baselines: shuffled samples are the same samples to them." if beside else ""
    ids = tuple(arm.run_ids for arm in (*arms, *beside))
    key = f"{dataset.key}_order"
    title = f"{capital(METRICS[told.whole].words.removeprefix('test '))} without order"
    table = DataTable(key, title, columns, tuple(rows), note, ids)
    return Block("", (_EXPLANATION.format(steps=told.steps, such=told.such),), (table,))


def _measured(arm: ArmRuns, told: _Told) -> list[tuple[float, float, float]]:
    """Return by seed, where all three are known, both values and what lies between them."""
    names = (told.whole, told.without, told.change)
    whole, without, drop = (arm.by_seed(name) for name in names)
    return [(whole[s], without[s], drop[s]) for s in drop if s in whole and s in without]


def _row(arm: ArmRuns, told: _Told, confidence: float) -> tuple[TableCell, ...]:
    whole, without, drop = map(statistic, zip(*_measured(arm, told), strict=True))
    width = half_width(drop, confidence)
    return (
        arm_cell(arm.name),
        number(drop.n, 0),
        spread(whole, METRICS[told.whole]),
        spread(without, METRICS[told.without]),
        spread(drop, METRICS[told.change]),
        interval(drop.mean - width, drop.mean + width, METRICS[told.change]),
        spread(statistic(arm.by_seed(_CHANGED).values()), METRICS[_CHANGED]),
    )


def _orderless(arm: ArmRuns, told: _Told) -> tuple[TableCell, ...]:
    tested = statistic(arm.by_seed(told.whole).values())
    shown = spread(tested, METRICS[told.whole])
    none, zero = text(None), number(0.0, METRICS[told.change])
    return (arm_cell(arm.name), number(tested.n, 0), shown, shown, zero, none, zero)

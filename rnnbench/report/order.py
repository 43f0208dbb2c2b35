"""Whether order matters: accuracy on shuffled samples, beside models that never see an order."""

from __future__ import annotations

from rnnbench.config.metrics import METRICS
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
from rnnbench.stats import half_width, statistic

_WHOLE, _WITHOUT = "test_accuracy", "test_accuracy_shuffled"
_DROP, _CHANGED = "order_drop", "order_changed"
_EXPLANATION = (
    "The trained models were tested once more with the tokens of every test sample shuffled. What "
    "a model loses is what it took from their order; one that only weighs which tokens occur, such "
    "as the baselines, loses nothing."
)


def order_block(dataset: DatasetSection) -> Block | None:
    """Return the accuracies with and without order, or ``None`` where that was not measured."""
    arms = [arm for arm in order(dataset) if _measured(arm)]
    if not arms:
        return None
    percent = f"{100 * dataset.options.confidence:g} %"
    # Runs of before order_changed was known have none.
    counted = any(arm.by_seed(_CHANGED) for arm in arms)
    columns: tuple[TableColumn, ...] = (
        TableColumn("arm", numeric=False),
        TableColumn("seeds", "replicates that were measured"),
        TableColumn(
            "test accuracy", "mean ± standard deviation over seeds", key="test_accuracy_mean"
        ),
        TableColumn(
            "shuffled",
            "the same with the tokens of each sample shuffled, padding left in place",
            key="shuffled_mean",
        ),
        TableColumn("drop", "test accuracy minus shuffled, seed by seed", key="drop_mean"),
        TableColumn(f"drop {percent}", "Student's t interval of the mean over seeds"),
    )
    if counted:
        columns += (
            TableColumn(
                "answers changed",
                "test samples that get another class, of all",
                key="answers_changed_mean",
            ),
        )
    beside = [arm for arm in dataset.baselines if arm.by_seed(_WHOLE)]
    beside.sort(key=lambda arm: -arm.one(_WHOLE))
    rows = [_row(arm, dataset.options.confidence) for arm in arms]
    rows += [_orderless(arm) for arm in beside]
    rows = [row[: len(columns)] for row in rows]
    note = "Baselines: shuffled samples are the same samples to them." if beside else ""
    ids = tuple(arm.run_ids for arm in (*arms, *beside))
    key = f"{dataset.key}_order"
    table = DataTable(key, "Accuracy without order", columns, tuple(rows), note, ids)
    return Block("", (_EXPLANATION,), (table,))


def _measured(arm: ArmRuns) -> list[tuple[float, float, float]]:
    """Return by seed, where all three are known, both accuracies and what lies between them."""
    whole, without, drop = (arm.by_seed(name) for name in (_WHOLE, _WITHOUT, _DROP))
    return [(whole[s], without[s], drop[s]) for s in drop if s in whole and s in without]


def _row(arm: ArmRuns, confidence: float) -> tuple[TableCell, ...]:
    whole, without, drop = map(statistic, zip(*_measured(arm), strict=True))
    changed = statistic(arm.by_seed(_CHANGED).values())
    width = half_width(drop, confidence)
    return (
        arm_cell(arm.name),
        number(drop.n, 0),
        spread(whole.mean, whole.sd, METRICS[_WHOLE]),
        spread(without.mean, without.sd, METRICS[_WITHOUT]),
        spread(drop.mean, drop.sd, METRICS[_DROP]),
        interval(drop.mean - width, drop.mean + width, METRICS[_DROP]),
        spread(changed.mean, changed.sd, METRICS[_CHANGED]),
    )


def _orderless(arm: ArmRuns) -> tuple[TableCell, ...]:
    tested = statistic(arm.by_seed(_WHOLE).values())
    shown = spread(tested.mean, tested.sd, METRICS[_WHOLE])
    none, zero = text(None), number(0.0, METRICS[_DROP])
    return (arm_cell(arm.name), number(tested.n, 0), shown, shown, zero, none, zero)

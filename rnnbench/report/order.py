"""Whether order matters: accuracy on shuffled samples, beside models that never see an order."""

from __future__ import annotations

from rnnbench.report.dataset_section import Ground, arm_cell, order
from rnnbench.report.document import (
    Block,
    Cell,
    Column,
    DataTable,
    interval,
    number,
    spread,
)
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import half_width, statistic

_EXPLANATION = (
    "The trained models were tested once more with the tokens of every test sample shuffled. What "
    "a model loses is what it took from their order; one that only weighs which tokens occur, such "
    "as the baselines, loses nothing."
)


def order_block(ground: Ground) -> Block | None:
    """Return the accuracies with and without order, or ``None`` where that was not measured."""
    arms = [arm for arm in order(ground) if _measured(arm)]
    if not arms:
        return None
    percent = f"{100 * ground.options.confidence:g} %"
    # Runs of before order_changed was known have none.
    counted = any(arm.by_seed("order_changed") for arm in arms)
    columns: tuple[Column, ...] = (
        Column("arm", numeric=False),
        Column("seeds", "replicates that were measured"),
        Column("test accuracy", "mean ± standard deviation over seeds", key="test_accuracy_mean"),
        Column(
            "shuffled",
            "the same with the tokens of each sample shuffled, padding left in place",
            key="shuffled_mean",
        ),
        Column("drop", "test accuracy minus shuffled, seed by seed", key="drop_mean"),
        Column(f"drop {percent}", "Student's t interval of the mean over seeds"),
    )
    if counted:
        columns += (
            Column(
                "answers changed",
                "test samples that get another class, of all",
                key="answers_changed_mean",
            ),
        )
    beside = [arm for arm in ground.baselines if arm.by_seed("test_accuracy")]
    beside.sort(key=lambda arm: -arm.one("test_accuracy"))
    rows = [_row(arm, ground.options.confidence) for arm in arms]
    rows += [_orderless(arm) for arm in beside]
    rows = [row[: len(columns)] for row in rows]
    note = "Baselines: shuffled samples are the same samples to them." if beside else ""
    ids = tuple(arm.run_ids for arm in (*arms, *beside))
    key = f"{ground.key}_order"
    table = DataTable(key, "Accuracy without order", columns, tuple(rows), note, ids)
    return Block("", (_EXPLANATION,), (table,))


def _measured(arm: ArmRuns) -> list[tuple[float, float, float]]:
    """Return by seed, where all three are known, both accuracies and what lies between them."""
    whole, without, drop = (
        arm.by_seed(name) for name in ("test_accuracy", "test_accuracy_shuffled", "order_drop")
    )
    return [(whole[s], without[s], drop[s]) for s in drop if s in whole and s in without]


def _row(arm: ArmRuns, confidence: float) -> tuple[Cell, ...]:
    whole, without, drop = map(statistic, zip(*_measured(arm), strict=True))
    changed = statistic(arm.by_seed("order_changed").values())
    width = half_width(drop, confidence)
    return (
        arm_cell(arm.name),
        number(drop.n, 0),
        spread(whole.mean, whole.sd),
        spread(without.mean, without.sd),
        spread(drop.mean, drop.sd),
        interval(drop.mean - width, drop.mean + width),
        spread(changed.mean, changed.sd),
    )


def _orderless(arm: ArmRuns) -> tuple[Cell, ...]:
    tested = statistic(arm.by_seed("test_accuracy").values())
    shown = spread(tested.mean, tested.sd)
    none, zero = interval(float("nan"), float("nan")), number(0.0)
    return (arm_cell(arm.name), number(tested.n, 0), shown, shown, zero, none, zero)

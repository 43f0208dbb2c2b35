"""Overfitting of every arm: where it peaked, and what came after."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rnnbench.config.metrics import METRICS
from rnnbench.plots.learning import Learning, how, learning_data, save_learning
from rnnbench.report.dataset_section import (
    SECONDS,
    DatasetSection,
    arm_cell,
    is_one_machine,
    of,
    order,
)
from rnnbench.report.document import Block, DataTable, Picture, TableCell, TableColumn, spread
from rnnbench.report.wording import arm_words, cell_words, either
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.measure import ERRORS
from rnnbench.stats import statistic

_MOST_DRAWN = 6  # arms of a cell in a figure, the best; more are hard to tell apart
_HOW_LONG = (
    TableColumn("arm", numeric=False),
    TableColumn(
        "epochs trained",
        "fewer than asked for where training stopped early",
        key="epochs_trained_mean",
    ),
)
_PAST = TableColumn("epochs past it", "trained after the best one", key="epochs_past_best_mean")
_RISE = TableColumn(
    "rise of validation loss, %",
    "how far the last lies above the lowest",
    key="val_loss_rise_percent_mean",
)
_OF_CLASSES = (
    *_HOW_LONG,
    TableColumn("best epoch", "of the highest validation accuracy, from 1", key="best_epoch_mean"),
    _PAST,
    TableColumn("gap at best", "training minus validation accuracy", key="gap_at_best_mean"),
    TableColumn("gap at last", "the same in the last epoch", key="gap_at_last_mean"),
    TableColumn(
        "training accuracy at best",
        "training accuracy when validation peaked",
        key="training_accuracy_at_best_mean",
    ),
    _RISE,
    TableColumn(
        "calibration error",
        "expected calibration error on the test set (Guo et al. 2017)",
        key="calibration_error_mean",
    ),
)
_OF_NUMBERS = (
    *_HOW_LONG,
    TableColumn("best epoch", "of the lowest validation RMSE, from 1", key="best_epoch_mean"),
    _PAST,
    TableColumn("gap at best", "validation minus training RMSE", key="rmse_gap_at_best_mean"),
    TableColumn("gap at last", "the same in the last epoch", key="rmse_gap_at_last_mean"),
    TableColumn(
        "training RMSE at best",
        "training RMSE when validation was best",
        key="training_rmse_at_best_mean",
    ),
    _RISE,
)


def learning_curves(dataset: DatasetSection) -> tuple[Picture, ...]:
    """Return the figures of the learning curves, that of all cells first."""
    return tuple(_curves(dataset))


def overfitting_block(dataset: DatasetSection) -> Block:
    """Return the table of overfitting, and the learning curves that the answer doesn't show."""
    arms = [arm for arm in dataset.arms if arm.by_seed("best_epoch")]
    pictures = learning_curves(dataset)[1:]
    if not arms:
        why = "No run was validated, so that overfitting cannot be told."
        return Block("", (why,), pictures=pictures)
    arms.sort(key=lambda arm: (arm.one("val_loss_rise"), arm.name))
    is_error = dataset.usual is ERRORS
    note = (
        f"Mean ± standard deviation over seeds, least rise first. Training "
        f"{'RMSE' if is_error else 'accuracy'} is Keras's: the mean over an epoch, under dropout, "
        "while the weights change."
    )
    rows = (_errors(arm) if is_error else _row(arm) for arm in arms)
    table = DataTable(
        f"{dataset.key}_overfitting",
        "Overfitting",
        _OF_NUMBERS if is_error else _OF_CLASSES,
        tuple(rows),
        note,
        tuple(arm.run_ids for arm in arms),
    )
    return Block("", tables=(table,), pictures=pictures)


def _errors(arm: ArmRuns) -> tuple[TableCell, ...]:
    best, at_best = arm.values("best_val_rmse"), arm.values("rmse_gap_best")
    training = [error - gap for error, gap in zip(best, at_best, strict=True)]
    return (
        arm_cell(arm.name),
        _cell(arm.values("epochs_trained"), "epochs_trained"),
        _cell(arm.values("best_epoch"), "best_epoch"),
        _cell(_past(arm), "epochs_trained"),
        _cell(at_best, "rmse_gap_best"),
        _cell(arm.values("rmse_gap_final"), "rmse_gap_final"),
        _cell(training, "final_rmse"),
        _percent(arm.values("val_loss_rise")),
    )


def _past(arm: ArmRuns) -> list[float]:
    """Return the epochs that runs trained after their best one."""
    pairs = zip(arm.values("epochs_trained"), arm.values("best_epoch"), strict=True)
    return [trained - best for trained, best in pairs]


def _row(arm: ArmRuns) -> tuple[TableCell, ...]:
    at_best = [
        gap + best
        for gap, best in zip(arm.values("gap_best"), arm.values("best_val_accuracy"), strict=True)
    ]
    return (
        arm_cell(arm.name),
        _cell(arm.values("epochs_trained"), "epochs_trained"),
        _cell(arm.values("best_epoch"), "best_epoch"),
        _cell(_past(arm), "epochs_trained"),
        _cell(arm.values("gap_best"), "gap_best"),
        _cell(arm.values("gap_final"), "gap_final"),
        _cell(at_best, "final_accuracy"),
        _percent(arm.values("val_loss_rise")),
        _cell(arm.values("test_calibration_error"), "test_calibration_error"),
    )


def _cell(values: list[float], metric: str) -> TableCell:
    """Return the mean and the spread of values, written as those of a metric."""
    summary = statistic(values)
    return spread(summary.mean, summary.sd, METRICS[metric])


def _percent(values: list[float]) -> TableCell:
    """Return the same of fractions in percent."""
    summary = statistic([100 * value for value in values])
    return spread(summary.mean, summary.sd, 1)


def _curves(dataset: DatasetSection) -> list[Picture]:
    """Return the curves of the best arm of each cell, and of every cell's arms in a row."""
    import pandas as pd

    shown: dict[str, list[ArmRuns]] = {}
    for arm in order(dataset):
        shown.setdefault(arm.cell, []).append(arm)
    drawn = [arm for arms in shown.values() for arm in arms[:_MOST_DRAWN]]
    # Seconds of several machines in one figure would be compared.
    words = {arm.name: arm_words(arm.name) for arm in drawn}
    pace = {words[arm.name]: arm.one(SECONDS) for arm in drawn} if is_one_machine(drawn) else {}
    pace = {name: seconds for name, seconds in pace.items() if seconds > 0}
    runs = pd.concat([arm.runs.assign(arm=arm.name) for arm in drawn])
    runs = runs.assign(arm=runs["arm"].map(words))
    data = learning_data(runs, dataset.history, pace if len(pace) == len(drawn) else None)
    last = data.curves.groupby("arm")["epoch"].max()
    curved = data.only(last[last > 1].index)  # one point is no curve
    names = set(curved.curves["arm"])
    best = [found for arms in shown.values() if (found := words[arms[0].name]) in names]
    pictures = []
    if len(best) > 1:
        alone = all(len(arms) == 1 for arms in shown.values())
        title = "Learning curves of the cells" + ("" if alone else ", the best arm of each")
        key = f"learning_curves_{dataset.key}"
        pictures.append(_picture(key, title, dataset, [curved.only(best)]))
        if alone:
            return pictures
    rows = {
        cell: curved.only(words[arm.name] for arm in arms if arm.name in words)
        for cell, arms in sorted(shown.items())
        if any(words.get(arm.name) in names for arm in arms)
    }
    if rows:
        count = sum(len(shown[cell]) for cell in rows)
        most = sum(min(len(shown[cell]), _MOST_DRAWN) for cell in rows)
        title = f"Learning curves of {either(map(cell_words, rows), 'and')}" + of(most, count)
        key = f"learning_curves_{dataset.key}_arms"
        pictures.append(_picture(key, title, dataset, list(rows.values())))
    return pictures


def _picture(key: str, title: str, dataset: DatasetSection, rows: Sequence[Learning]) -> Picture:
    arms = ", ".join(arm for data in rows for arm in sorted(data.curves["arm"].unique()))
    what = "RMSE" if dataset.usual is ERRORS else "accuracy"
    ways = how(rows)
    if rows[0].has_loss:
        what += " and loss"
    else:
        ways += "; the loss is the square of what is shown, in another unit"
    alt = f"Learning curves of {arms} on {dataset.place}: {what} by epoch, {ways}"
    return Picture(key, f"{title}: {ways}", alt, partial(save_learning, rows, title))

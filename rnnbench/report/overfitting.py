"""Overfitting of every arm: where it peaked, and what came after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import add, sub

from rnnbench.plots.learning import Learning, how, learning_data, save_learning
from rnnbench.report.arm_table import NAMES, ArmColumn, arm_table, mean_column
from rnnbench.report.dataset_section import (
    SECONDS,
    DatasetSection,
    is_one_machine,
    of,
    order,
)
from rnnbench.report.document import Block, Picture, TableColumn, spread
from rnnbench.report.wording import arm_words, cell_words, either
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.measure import ERRORS
from rnnbench.stats import statistic

_MOST_DRAWN = 6  # arms of a cell in a figure, the best; more are hard to tell apart


def _of_both(
    joined: Callable[[float, float], float], first: str, second: str
) -> Callable[[ArmRuns], list[float]]:
    """Return what makes one number of two metrics, for each run of an arm."""
    return lambda arm: list(map(joined, arm.values(first), arm.values(second)))


_HOW_LONG = (
    NAMES,
    mean_column(
        "epochs trained", "fewer than asked for where training stopped early", "epochs_trained"
    ),
)
_PAST = mean_column(
    "epochs past it",
    "trained after the best one",
    "epochs_trained",
    _of_both(sub, "epochs_trained", "best_epoch"),
    "epochs_past_best",
)
_RISE = ArmColumn(
    TableColumn(
        "rise of validation loss, %",
        "how far the last lies above the lowest",
        key="val_loss_rise_percent_mean",
    ),
    lambda arm: spread(statistic(100 * value for value in arm.values("val_loss_rise")), 1),
)
_OF_CLASSES = (
    *_HOW_LONG,
    mean_column("best epoch", "of the highest validation accuracy, from 1", "best_epoch"),
    _PAST,
    mean_column("gap at best", "training minus validation accuracy", "gap_best"),
    mean_column("gap at last", "the same in the last epoch", "gap_final"),
    mean_column(
        "training accuracy at best",
        "training accuracy when validation peaked",
        "final_accuracy",
        _of_both(add, "gap_best", "best_val_accuracy"),
    ),
    _RISE,
    mean_column(
        "calibration error",
        "expected calibration error on the test set (Guo et al. 2017)",
        "test_calibration_error",
    ),
)
_OF_NUMBERS = (
    *_HOW_LONG,
    mean_column("best epoch", "of the lowest validation RMSE, from 1", "best_epoch"),
    _PAST,
    mean_column(
        *("gap at best", "validation minus training RMSE", "rmse_gap_best"), key="rmse_gap_at_best"
    ),
    mean_column(
        *("gap at last", "the same in the last epoch", "rmse_gap_final"), key="rmse_gap_at_last"
    ),
    mean_column(
        "training RMSE at best",
        "training RMSE when validation was best",
        "final_rmse",
        _of_both(sub, "best_val_rmse", "rmse_gap_best"),
        "training_rmse_at_best",
    ),
    _RISE,
)


def overfitting_block(dataset: DatasetSection, curves: Sequence[Picture]) -> Block:
    """Return the table of overfitting, and the learning curves that the answer doesn't show."""
    arms = [arm for arm in dataset.arms if arm.by_seed("best_epoch")]
    pictures = tuple(curves[1:])
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
    columns = _OF_NUMBERS if is_error else _OF_CLASSES
    table = arm_table(f"{dataset.key}_overfitting", "Overfitting", arms, columns, note)
    return Block("", tables=(table,), pictures=pictures)


def learning_curves(dataset: DatasetSection) -> list[Picture]:
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
    told = ["run_id", "cell", "seed"]
    runs = pd.concat([arm.runs[told].assign(arm=words[arm.name]) for arm in drawn])
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

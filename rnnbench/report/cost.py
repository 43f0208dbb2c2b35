"""What every arm costs: parameters, seconds, memory, and what accuracy it buys with them."""

from __future__ import annotations

from rnnbench.config.metrics import METRICS
from rnnbench.report.dataset_section import DatasetSection, arm_cell, order, seconds_apart
from rnnbench.report.document import Block, DataTable, TableCell, TableColumn, number, spread, text
from rnnbench.report.equal_cost import equal_cost_block
from rnnbench.report.tradeoffs import tradeoffs_block
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import statistic

_COLUMNS = (
    TableColumn("arm", numeric=False),
    TableColumn("units", "width of the state"),
    TableColumn("recurrent parameters"),
    TableColumn("total parameters"),
    TableColumn(
        "seconds an epoch",
        "training and validation, without compilation",
        key="seconds_an_epoch_mean",
    ),
    TableColumn("seconds a run", "all epochs", key="seconds_a_run_mean"),
    TableColumn("peak MiB", "largest resident memory of the worker"),
    TableColumn(
        "computed by",
        "xla fused: rnnbench's loops; xla, graph: Keras's, compiled or not; cudnn: on a GPU",
        numeric=False,
    ),
)


def cost_blocks(dataset: DatasetSection) -> tuple[Block, ...]:
    """Return the table of size and time, what accuracy stands against them, and at equal cost."""
    sizes = Block("", tables=(_table(dataset),))
    further = (tradeoffs_block(dataset), equal_cost_block(dataset))
    return (sizes, *(block for block in further if block is not None))


def _table(dataset: DatasetSection) -> DataTable:
    arms = order(dataset)
    rows = tuple(
        (
            arm_cell(arm.name),
            number(arm.one("units"), 0),
            _size(arm, "parameters_recurrent"),
            _size(arm, "parameters_total"),
            _timed(arm, "seconds_per_epoch"),
            _timed(arm, "fit_seconds"),
            _size(arm, "peak_rss_mb"),
            text(arm.shown("path")),
        )
        for arm in arms
    )
    note = "Seconds compare only within one machine that did nothing else." + seconds_apart(arms)
    ids = tuple(arm.run_ids for arm in arms)
    return DataTable(f"{dataset.key}_cost", "Size and time", _COLUMNS, rows, note, ids)


def _size(arm: ArmRuns, column: str) -> TableCell:
    return number(arm.one(column), METRICS[column])


def _timed(arm: ArmRuns, column: str) -> TableCell:
    summary = statistic(arm.values(column))
    return spread(summary.mean, summary.sd, METRICS[column])

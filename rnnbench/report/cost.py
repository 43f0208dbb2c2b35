"""What every arm costs: parameters, seconds, memory, and what accuracy it buys with them."""

from __future__ import annotations

from functools import partial

from rnnbench.config.metrics import METRICS
from rnnbench.report.arm_table import NAMES, ArmColumn, arm_table, mean_column
from rnnbench.report.dataset_section import DatasetSection, order, seconds_apart
from rnnbench.report.document import Block, DataTable, TableCell, TableColumn, number, text
from rnnbench.report.equal_cost import equal_cost_block
from rnnbench.report.tradeoffs import tradeoffs_block
from rnnbench.results.arm_runs import ArmRuns


def _size(heading: str, meaning: str, metric: str) -> ArmColumn:
    """Return a column of what all replicates share."""
    cell = partial(_shared, metric=metric)
    return ArmColumn(TableColumn(heading, meaning), cell)


def _shared(arm: ArmRuns, metric: str) -> TableCell:
    return number(arm.one(metric), METRICS[metric])


_COLUMNS = (
    NAMES,
    ArmColumn(TableColumn("units", "width of the state"), lambda arm: number(arm.one("units"), 0)),
    _size("recurrent parameters", "", "parameters_recurrent"),
    _size("total parameters", "", "parameters_total"),
    mean_column(
        "seconds an epoch", "training and validation, without compilation", "seconds_per_epoch"
    ),
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
    sizes = Block("", tables=(_table(dataset),))
    further = (tradeoffs_block(dataset), equal_cost_block(dataset))
    return (sizes, *(block for block in further if block is not None))


def _table(dataset: DatasetSection) -> DataTable:
    arms = order(dataset)
    note = "Seconds compare only within one machine that did nothing else." + seconds_apart(arms)
    return arm_table(f"{dataset.key}_cost", "Size and time", arms, _COLUMNS, note)

"""What every arm costs: parameters, seconds, memory, and what accuracy it buys with them."""

from __future__ import annotations

from rnnbench.report.dataset_section import Ground, arm_cell, order, seconds_apart
from rnnbench.report.document import Block, Cell, Column, DataTable, number, spread, text
from rnnbench.report.equal_cost import equal_cost_block
from rnnbench.report.tradeoffs import tradeoffs_block
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import statistic

_COLUMNS = (
    Column("arm", numeric=False),
    Column("units", "width of the state"),
    Column("recurrent parameters"),
    Column("total parameters"),
    Column(
        "seconds an epoch",
        "training and validation, without compilation",
        key="seconds_an_epoch_mean",
    ),
    Column("seconds a run", "all epochs", key="seconds_a_run_mean"),
    Column("peak MiB", "largest resident memory of the worker"),
    Column(
        "computed by",
        "xla fused: rnnbench's loops; xla, graph: Keras's, compiled or not; cudnn: on a GPU",
        numeric=False,
    ),
)


def cost_blocks(ground: Ground) -> tuple[Block, ...]:
    """Return the table of size and time, what accuracy stands against them, and at equal cost."""
    sizes = Block("", tables=(_table(ground),))
    further = (tradeoffs_block(ground), equal_cost_block(ground))
    return (sizes, *(block for block in further if block is not None))


def _table(ground: Ground) -> DataTable:
    arms = order(ground)
    rows = tuple(
        (
            arm_cell(arm.name),
            number(arm.one("units"), 0),
            number(arm.one("parameters_recurrent"), 0),
            number(arm.one("parameters_total"), 0),
            _timed(arm, "seconds_per_epoch"),
            _timed(arm, "fit_seconds"),
            number(arm.one("peak_rss_mb"), 0),
            text(arm.shown("path")),
        )
        for arm in arms
    )
    note = "Seconds compare only within one machine that did nothing else." + seconds_apart(arms)
    ids = tuple(arm.run_ids for arm in arms)
    return DataTable(f"{ground.key}_cost", "Size and time", _COLUMNS, rows, note, ids)


def _timed(arm: ArmRuns, column: str) -> Cell:
    summary = statistic(arm.values(column))
    return spread(summary.mean, summary.sd, 1)

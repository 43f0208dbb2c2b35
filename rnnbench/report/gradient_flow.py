"""How far an error reaches back in time, cell by cell: gradients that vanish, or explode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from rnnbench.plots.gradients import GradientLine, gradient_lines, save_gradients
from rnnbench.report.dataset_section import DatasetSection, arm_cell, of, order
from rnnbench.report.document import (
    Block,
    DataTable,
    Picture,
    TableCell,
    TableColumn,
    number,
    spread,
    text,
)
from rnnbench.report.wording import arm_words
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import statistic
from rnnbench.training.gradient_flow import SAMPLES, Flow, reach
from rnnbench.training.through_time import CELL, FORWARD, HIDDEN

Flows = Mapping[str, Sequence[Flow]]

_LOST = "< 1e-38"  # in some replicate
_MOST_DRAWN = 8  # arms in a figure, the best; more are hard to tell apart
_EXPLANATION = (
    "How much of the error at the end of a sample arrives at its earlier steps: the norm of the "
    "gradient of the loss with respect to the state h of every step. What falls towards the first "
    f"step vanishes, what grows explodes. Mean over {SAMPLES} samples, without dropout. An LSTM "
    "hands on a cell state c, too, its long way back."
)
_COLUMNS = (
    TableColumn("arm", numeric=False),
    TableColumn("epoch", "after which it was measured; 0 is before training"),
    TableColumn("layer", "the first stands on the input", numeric=False),
    TableColumn(
        "state", "h, or the cell state c of an LSTM; the other is held fixed", numeric=False
    ),
    TableColumn("seeds", "replicates that were measured"),
    TableColumn("first step", "norm, geometric mean over seeds"),
    TableColumn("last step", "likewise"),
    TableColumn(
        "reach", "log10 of the norm at the first step over that of h at the last", key="reach_mean"
    ),
)


def gradient_block(dataset: DatasetSection, flows: Flows) -> Block | None:
    """Return a figure and a table of gradients, or ``None`` where they were not measured.

    Args:
        dataset: the section.
        flows: what was measured, by run id.
    """
    known = [
        (arm, replicates)
        for arm in order(dataset)
        if (replicates := {i: flows[i] for i in arm.run_ids if flows.get(i)})
    ]
    if not known:
        return None
    rows, ids = [], []
    for arm, replicates in known:
        for line in gradient_lines(arm.name, arm.cell, replicates.values()):
            rows.append(_row(line, list(replicates.values())))
            ids.append(tuple(replicates))
    table = DataTable(
        f"{dataset.key}_gradient_flow",
        "Gradient through time",
        _COLUMNS,
        tuple(rows),
        "A reach of 0: all of the error arrives at the first step; of -6: a millionth. Norms below "
        "1e-38 are lost in float32 and count as 1e-38.",
        tuple(ids),
    )
    return Block("", (_EXPLANATION,), (table,), _pictures(dataset, known))


def _row(line: GradientLine, replicates: Sequence[Sequence[Flow]]) -> tuple[TableCell, ...]:
    reaches = []
    for flows in replicates:
        own = {f.state: f for f in flows if (f.epoch, f.layer) == (line.epoch, line.layer)}
        if line.state in own and HIDDEN in own:
            reaches.append(reach(own[line.state], own[HIDDEN]))
    return (
        arm_cell(line.arm),
        number(line.epoch, 0),
        text(line.layer),
        text(line.state),
        number(line.seeds, 0),
        _norm(float(line.norms[0])),
        _norm(float(line.norms[-1])),
        spread(statistic(reaches), 2),
    )


def _norm(value: float) -> TableCell:
    if value != value:
        return TableCell(_LOST, 0.0)
    return TableCell(f"{value:.2e}", value)


def _short(value: float) -> str:
    return _LOST if value != value else f"{value:.1e}"


def _pictures(
    dataset: DatasetSection, known: Sequence[tuple[ArmRuns, Mapping[str, Sequence[Flow]]]]
) -> tuple[Picture, ...]:
    """Return a figure of the top layer of each arm; the table has all layers."""
    drawn: list[GradientLine] = []
    for arm, replicates in sorted(known[:_MOST_DRAWN], key=lambda pair: pair[0].name):
        lines = gradient_lines(arm_words(arm.name), arm.cell, replicates.values())
        top = _top(lines)
        drawn += [line for line in lines if line.layer == top]
    title = "Gradients through time" + of(min(_MOST_DRAWN, len(known)), len(known))
    last = max(line.epoch for line in drawn)
    ends = "; ".join(
        f"{line.name} {_short(line.norms[0])} at the first step, "
        f"{_short(line.norms[-1])} at the last"
        for line in drawn
        if line.epoch == last and line.state != CELL
    )
    alt = f"{title}, {dataset.place}: norm of the gradient by time step; after epoch {last}: {ends}"
    draw = partial(save_gradients, drawn, title)
    return (Picture(f"gradient_flow_{dataset.key}", title, alt, draw),)


def _top(lines: Sequence[GradientLine]) -> str:
    """Return the name of the last layer; of one that runs both ways, its forward half."""
    names = list(dict.fromkeys(line.layer for line in lines))
    forward = [name for name in names if name.endswith(FORWARD)]
    return (forward or names)[-1]

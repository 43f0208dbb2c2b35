"""Arms over many data sets: the critical-difference diagram, from six data sets on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from statistics import fmean

import numpy as np

from rnnbench.plots.ranks import FEWEST, average_ranks, critical_difference, friedman_p, save_ranks
from rnnbench.report.document import Block, Cell, Column, DataTable, Picture, Section, number
from rnnbench.report.ground import Ground
from rnnbench.report.titles import data_name
from rnnbench.report.wording import cell_words
from rnnbench.stats import statistic


def ranks_section(grounds: Sequence[Ground]) -> Section | None:
    """Return ranks of the cells that are on every one of at least six data sets (Demsar 2006).

    Sections that are about one data set, such as parts of it or several lengths, count once.
    """
    scores = _by_data(grounds)
    if len(scores) < FEWEST:
        return None
    cells = sorted(set.intersection(*(set(one) for found in scores for one in found)))
    if len(cells) < 2:
        return None
    table = np.array([[fmean(one[cell] for one in found) for cell in cells] for found in scores])
    ranks = average_ranks(table)
    confidence = grounds[0].options.confidence
    distance = critical_difference(len(cells), len(scores), confidence)
    rows = tuple(
        (Cell(cell_words(cell), cell), number(float(rank), 2))
        for cell, rank in sorted(zip(cells, ranks, strict=True), key=lambda item: item[1])
    )
    columns = (Column("cell", numeric=False), Column("average rank", "1 is the best"))
    note = (
        f"Over {len(scores)} data sets, by the mean accuracy of each cell's best arm. Friedman "
        f"p = {friedman_p(table):.3g}; ranks closer than {distance:.2f} are not shown to differ "
        "(Nemenyi)."
    )
    named = [cell_words(cell) for cell in cells]
    picture = Picture(
        "ranks",
        "Critical-difference diagram",
        "Average ranks: " + ", ".join(f"{c} {r:.2f}" for c, r in zip(named, ranks, strict=True)),
        partial(save_ranks, named, table, confidence, cells=cells),
    )
    block = Block(
        "",
        tables=(DataTable("ranks", "Average ranks", columns, rows, note),),
        pictures=(picture,),
    )
    return Section("ranks", "Ranks over data sets", (block,))


def _by_data(grounds: Sequence[Ground]) -> list[list[dict[str, float]]]:
    """Return what the cells reach in the sections of each data set that have several."""
    found: dict[str, list[dict[str, float]]] = {}
    for ground in grounds:
        reached = _by_cell(ground)
        if len(reached) > 1:
            found.setdefault(data_name(ground.arms[0].runs), []).append(reached)
    return list(found.values())


def _by_cell(ground: Ground) -> dict[str, float]:
    """Return the mean accuracy of the best arm of each cell."""
    metric, best = ground.accuracy, dict[str, float]()
    for arm in ground.arms if metric is not None else ():
        values = arm.by_seed(metric or "").values()
        if values:
            value = statistic(values).mean
            best[arm.cell] = max(value, best.get(arm.cell, value))
    return best

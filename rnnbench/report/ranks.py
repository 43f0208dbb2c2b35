"""Arms over many data sets: average ranks and their critical difference, from six sets on."""

from __future__ import annotations

import math
from functools import partial
from statistics import fmean

import numpy as np

from rnnbench.plots.ranks import save_ranks
from rnnbench.report.data_sets import DataSets
from rnnbench.report.document import Block, DataTable, Picture, TableCell, TableColumn, number
from rnnbench.report.wording import arm_words
from rnnbench.stats.ranks import FEWEST, average_ranks, critical_difference, friedman_p


def ranks_block(sets: DataSets) -> Block | None:
    """Return the ranks of the arms that every one of at least six data sets has (Demsar 2006).

    A data set with several protocols counts once, by the mean over them.
    """
    arms = sets.everywhere()
    if sets.count < FEWEST or len(arms) < 2:
        return None
    means = [
        [fmean(fmean(values) for values in found) for found in sets.by_data(arm).values()]
        for arm, _ in arms
    ]
    scores = sets.measure.sign * np.array(means).T
    ranks = average_ranks(scores)
    confidence = sets.options.confidence
    distance = critical_difference(len(arms), sets.count, confidence)
    found = sorted(zip(arms, ranks, strict=True), key=lambda item: item[1])
    rows = tuple(
        (TableCell(arm_words(arm), arm), number(float(rank), 2)) for (arm, _), rank in found
    )
    columns = (TableColumn("arm", numeric=False), TableColumn("average rank", "1 is the best"))
    decides = (
        f"ranks closer than {distance:.2f} are not shown to differ"
        if math.isfinite(distance)
        else "so few data sets decide nothing at this confidence"
    )
    note = (
        f"Over {sets.count} data sets, by the mean {sets.measure.words} of each arm. "
        f"Friedman p = {friedman_p(scores):.3g}; {decides} (exact distribution of rank sums, "
        "Bonferroni). Ranks tell in which order arms come, whatever the size of the differences."
    )
    names = [arm_words(arm) for arm, _ in arms]
    told = ", ".join(f"{arm_words(arm)} {rank:.2f}" for (arm, _), rank in found)
    cells = [cell for _, cell in arms]
    picture = Picture(
        "ranks",
        "Critical-difference diagram",
        f"Average ranks: {told}",
        partial(save_ranks, names, scores, confidence, cells=cells),
    )
    table = DataTable("ranks", "Average ranks", columns, rows, note)
    return Block("", tables=(table,), pictures=(picture,))

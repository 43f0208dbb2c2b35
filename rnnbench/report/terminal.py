"""The verdicts of a sweep in the sentences that its report begins with."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.config.expand import Arm
from rnnbench.config.schema import ReportConfig
from rnnbench.report.answer import compared
from rnnbench.report.build import dataset_sections
from rnnbench.report.failures import failed, without_success
from rnnbench.report.tables import read_tables
from rnnbench.results.arms import finished
from rnnbench.tracking.store import Store


def verdict_lines(store: Store, arms: Sequence[Arm], options: ReportConfig) -> list[str]:
    """Return a line for each sentence: what failed, what learned nothing, and each comparison.

    Args:
        store: where the runs are.
        arms: what the words of a sweep declare; its runs alone count.
        options: margin, confidence and measure.
    """
    tables = read_tables(store, arms, with_epochs=False)
    datasets = dataset_sections(finished(tables.runs), tables, options)
    lines: list[str] = []
    for dataset in datasets:
        place = f"{dataset.place}: " if len(datasets) > 1 else ""
        told = (*failed(dataset), *without_success(dataset), *compared(dataset))
        lines += [f"  {one}" if one.is_detail else f"{place}{one}" for one in told]
    return lines

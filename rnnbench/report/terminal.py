"""The verdicts of a sweep in the sentences that its report begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnnbench.config.keys import with_role
from rnnbench.config.roles import File
from rnnbench.config.schema import ReportConfig
from rnnbench.report.compared import compared
from rnnbench.report.compared_sections import KnownSections, compared_sections
from rnnbench.report.failures import failed, without_success
from rnnbench.results.answers import read_answers
from rnnbench.results.rows import FOLDERS, Row, Rows, recorded
from rnnbench.tracking import names
from rnnbench.tracking.looks import looks_of
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec
from rnnbench.training.tested_weights import asked_for


def verdict_lines(
    store: Store,
    specs: Sequence[RunSpec],
    records: Mapping[str, Record],
    options: ReportConfig,
) -> list[str]:
    """Return a line for each sentence: what failed, what learned nothing, and each comparison.

    Args:
        store: where the runs are.
        specs: the declared runs.
        records: by content key, the one that counts.
        options: margin, confidence and measure.
    """
    found = [(spec, records[spec.key]) for spec in specs if spec.key in records]
    done = [record for _, record in found if record.is_finished]
    done.sort(key=lambda record: (record.start_time, record.run_id))  # as a report reads them
    lost: dict[str, set[int]] = {}
    for spec, record in found:
        if record.status == "FAILED":
            lost.setdefault(spec.arm_key, set()).add(spec.config.seed)
    keys = {record.tags.get(names.ARM_KEY, "") for record in done}
    asked = {record.run_id: asked_for(record.params.get("training.test")) for record in done}
    known = KnownSections(
        failed={key: frozenset(seeds) for key, seeds in lost.items()},
        answers=read_answers(store, asked),
        looks=[one for one in looks_of(store) if one.is_about(keys)],
    )
    rows = Rows(tuple(_without_folders(row) for row in recorded(done)))
    datasets = compared_sections(rows, options, known)
    lines: list[str] = []
    for dataset in datasets:
        place = f"{dataset.place}: " if len(datasets) > 1 else ""
        told = (*failed(dataset), *without_success(dataset), *compared(dataset))
        lines += [f"  {one}" if one.is_detail else f"{place}{one}" for one in told]
    return lines


def _without_folders(row: Row) -> Row:
    """Return a row whose files have names only, as in a report."""
    own = {key: FOLDERS.sub("", row[key]) for key in with_role(File) if row.get(key) is not None}
    return {**row, **own}

"""Where the numbers come from: commands, code, machine, data, seeds, run ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from rnnbench.formatting.redact import redacted
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.document import Block, DataTable, ReportSection, TableColumn, number, text

_FACTS = (
    ("commit", "commit of the code"),
    ("training_version", "training code version"),
    ("versions", "packages"),
    ("python", "Python"),
    ("hardware", "hardware"),
    ("threads", "threads a run"),
    ("path", "computed by"),
)


def provenance_section(
    datasets: Sequence[DatasetSection], runs: pd.DataFrame, command: str
) -> ReportSection:
    """Return what one needs to repeat the report and its runs.

    Args:
        datasets: the data sets of the report.
        runs: the finished runs behind it, without the baselines beside them.
        command: what regenerates the report.
    """
    rows = tuple(
        (text(words), text(value), number(count, 0))
        for column, words in _FACTS
        for value, count in _counted(runs, column)
    )
    columns = (
        TableColumn("", numeric=False, key="fact"),
        TableColumn("value", numeric=False),
        TableColumn("runs"),
    )
    facts = DataTable("provenance", "Code and machine", columns, rows)
    beside = [arm.runs for dataset in datasets for arm in dataset.baselines]
    typed_by = [table[["run_id", "command"]] for table in (runs, *beside)]
    all_ = pd.concat(typed_by).drop_duplicates("run_id")
    # Earlier versions logged commands with secrets in them.
    all_ = all_.assign(command=all_["command"].map(redacted, na_action="ignore"))
    commands = tuple((text(value), number(count, 0)) for value, count in _counted(all_, "command"))
    typed = DataTable(
        "commands",
        "Commands that trained the runs",
        (TableColumn("command", numeric=False), TableColumn("runs")),
        commands,
        "Passwords in addresses are left out, and so are the folders of files.",
    )
    blocks = (
        Block(
            "",
            (
                "The report is regenerated from the store, and where there is none from the "
                f"Parquet files beside it, by: {command}",
            ),
            (typed, facts),
        ),
        Block("", tables=tuple(_runs(dataset) for dataset in datasets)),
    )
    return ReportSection("provenance", "Provenance", blocks)


def _runs(dataset: DatasetSection) -> DataTable:
    columns = (
        TableColumn("arm", numeric=False),
        TableColumn("seeds", numeric=False),
        TableColumn("data digest", "SHA-256 of the prepared arrays", numeric=False),
        TableColumn("run ids", "MLflow's", numeric=False),
    )
    arms = [*sorted(dataset.arms, key=lambda arm: arm.name), *dataset.baselines]
    rows = tuple(
        (
            text(arm.name),
            text(", ".join(map(str, sorted(arm.seeds)))),
            text(
                ", ".join(
                    sorted({str(row["data_digest"])[:16] for row in arm.rows if row["data_digest"]})
                )
            ),
            text(" ".join(arm.run_ids)),
        )
        for arm in arms
    )
    ids = tuple(arm.run_ids for arm in arms)
    return DataTable(f"{dataset.key}_runs", f"Runs on {dataset.place}", columns, rows, "", ids)


def _counted(runs: pd.DataFrame, column: str) -> list[tuple[str, int]]:
    return sorted(Counter(map(str, runs[column].dropna())).items())

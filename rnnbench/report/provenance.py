"""Where the numbers come from: commands, code, machine, data, seeds, run ids."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from rnnbench.formatting.redact import redacted
from rnnbench.report.dataset_section import Ground
from rnnbench.report.document import Block, Column, DataTable, Section, number, text

_FACTS = (
    ("commit", "commit of the code"),
    ("training_version", "training code version"),
    ("versions", "packages"),
    ("python", "Python"),
    ("hardware", "hardware"),
    ("threads", "threads a run"),
    ("path", "computed by"),
)


def provenance_section(grounds: Sequence[Ground], runs: pd.DataFrame, command: str) -> Section:
    """Return what one needs to repeat the report and its runs.

    Args:
        grounds: the data sets of the report.
        runs: the finished runs behind it, without the baselines beside them.
        command: what regenerates the report.
    """
    rows = tuple(
        (text(words), text(value), number(count, 0))
        for column, words in _FACTS
        for value, count in _counted(runs, column)
    )
    columns = (
        Column("", numeric=False, key="fact"),
        Column("value", numeric=False),
        Column("runs"),
    )
    facts = DataTable("provenance", "Code and machine", columns, rows)
    beside = [arm.runs for ground in grounds for arm in ground.baselines]
    all_ = pd.concat([runs, *beside]).drop_duplicates("run_id")
    # Earlier versions logged commands with secrets in them.
    all_ = all_.assign(command=all_["command"].map(redacted, na_action="ignore"))
    commands = tuple((text(value), number(count, 0)) for value, count in _counted(all_, "command"))
    typed = DataTable(
        "commands",
        "Commands that trained the runs",
        (Column("command", numeric=False), Column("runs")),
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
        Block("", tables=tuple(_runs(ground) for ground in grounds)),
    )
    return Section("provenance", "Provenance", blocks)


def _runs(ground: Ground) -> DataTable:
    columns = (
        Column("arm", numeric=False),
        Column("seeds", numeric=False),
        Column("data digest", "SHA-256 of the prepared arrays", numeric=False),
        Column("run ids", "MLflow's", numeric=False),
    )
    arms = [*sorted(ground.arms, key=lambda arm: arm.name), *ground.baselines]
    rows = tuple(
        (
            text(arm.name),
            text(", ".join(map(str, sorted(arm.seeds)))),
            text(", ".join(sorted({str(d)[:16] for d in arm.runs["data_digest"].dropna()}))),
            text(" ".join(arm.run_ids)),
        )
        for arm in arms
    )
    ids = tuple(arm.run_ids for arm in arms)
    return DataTable(f"{ground.key}_runs", f"Runs on {ground.place}", columns, rows, "", ids)


def _counted(runs: pd.DataFrame, column: str) -> list[tuple[str, int]]:
    counts = runs[column].dropna().astype(str).value_counts()
    return sorted(((str(value), int(count)) for value, count in counts.items()))

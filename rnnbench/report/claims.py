"""Published claims beside what the runs say."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.config.metrics import METRICS
from rnnbench.config.schema import ClaimConfig
from rnnbench.models.cells import CELLS
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.document import Block, DataTable, TableCell, TableColumn, text
from rnnbench.report.findings import ClaimFinding, judge
from rnnbench.report.verdicts import KEY as VERDICTS
from rnnbench.report.wording import cell_words, metric_words
from rnnbench.results.answers import Answers
from rnnbench.stats.family import FEWEST
from rnnbench.tracking.looks import Looked

_LAST = tuple(name for name in METRICS if name.endswith("_last"))


def claims_block(
    claims: Sequence[ClaimConfig],
    datasets: Sequence[DatasetSection],
    answers: Answers,
    looks: Sequence[Looked] = (),
) -> Block | None:
    """Return a table with a row for each claim and pair of arms that it is about.

    Args:
        claims: the published statements.
        datasets: the data sets.
        answers: by weights and run, which test samples were answered rightly.
        looks: with how many seeds the arms were looked at before.
    """
    if not claims:
        return None
    rows, ids, flaws = [], [], []
    for claim, findings in zip(claims, judge(claims, datasets, answers, looks), strict=True):
        for finding in findings:
            rows.append(_row(claim, finding))
            ids.append(tuple(run_id for arm in finding.arms for run_id in arm.run_ids))
        if claim.flaw:
            flaws.append(f"“{claim.text}”, as published: {claim.flaw}.")
    columns = (
        TableColumn("claim", numeric=False),
        TableColumn("verdict", numeric=False),
        TableColumn("measure", numeric=False),
        TableColumn("measured", "difference of two arms, or mean of one"),
        TableColumn("interval", "of the differences by one measure on one data set, together"),
        TableColumn("published", numeric=False),
        TableColumn("tested on", numeric=False),
        TableColumn("source", numeric=False),
    )
    note = (
        "Confirmed or refuted: the interval lies wholly on that side; an equivalent pair refutes "
        "that one is better. Undecided: anything else, and always with fewer than "
        f"{FEWEST} seeds."
    )
    if any(cell.text in map(metric_words, _LAST) for row in rows for cell in row):
        note += (
            " Published tests are of the last epoch, and so are these, whatever the rest of the "
            "report is judged by."
        )
    title = "Published claims, tested here"
    table = DataTable("claims", title, columns, tuple(rows), note, tuple(ids), VERDICTS)
    return Block("", tables=(table,), bullets=tuple(flaws))


def _row(claim: ClaimConfig, finding: ClaimFinding) -> tuple[TableCell, ...]:
    published = ", ".join(f"{_named(key, claim)}{value}" for key, value in claim.published.items())
    return (
        text(claim.text),
        text(finding.verdict),
        text(metric_words(finding.metric)),
        finding.measured,
        finding.span,
        text(published or None),
        text(finding.title or None),
        text(claim.source),
    )


def _named(key: str, claim: ClaimConfig) -> str:
    """Return whose a published number is: an arm's, or that of a measure of its own."""
    if key == claim.metric:
        return ""
    return f"{cell_words(key) if key in CELLS else metric_words(key)} "

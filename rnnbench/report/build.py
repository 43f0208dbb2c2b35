"""A report's document from the tables of the store: no drawing, no files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from rnnbench.config.schema import ClaimConfig, ReportConfig
from rnnbench.printable import all_printable, printable
from rnnbench.report.accuracy import accuracy_block
from rnnbench.report.claims import claims_section
from rnnbench.report.comparisons import comparisons_block, sentence
from rnnbench.report.document import Block, Column, DataTable, Document, Section, text
from rnnbench.report.gradient_flow import Flows, gradient_block
from rnnbench.report.ground import Ground
from rnnbench.report.order import order_block
from rnnbench.report.overfitting import overfitting_block
from rnnbench.report.pairs import Pair, compare_all
from rnnbench.report.provenance import provenance_section
from rnnbench.report.published import System, published_section
from rnnbench.report.ranks import ranks_section
from rnnbench.report.searches import search_section
from rnnbench.report.studies import studies_of, trial_counts
from rnnbench.report.tradeoffs import tradeoffs_block
from rnnbench.results.arms import add_arm_names, failed_seeds, finished, unfinished
from rnnbench.results.baselines import baseline_arms
from rnnbench.results.compare import failures_of
from rnnbench.results.protocols import divide

_MOST_SENTENCES = 8


@dataclass(frozen=True)
class Tables:
    """What a report is made from.

    Attributes:
        runs: :func:`rnnbench.results.load_runs`, restricted to what the report is about.
        history: :func:`rnnbench.results.load_history` of its finished runs.
        trials: :func:`rnnbench.results.load_trials`, likewise.
        correct: by run id, which test samples were answered rightly. No table shows them; they are
            kept with a report, for what is to be said of single samples.
        baselines: :func:`rnnbench.results.load_baselines`.
        flows: by run id, gradients through time.
    """

    runs: pd.DataFrame
    history: pd.DataFrame
    trials: pd.DataFrame
    correct: Mapping[str, np.ndarray] = field(default_factory=dict)
    baselines: pd.DataFrame = field(default_factory=pd.DataFrame)
    flows: Flows = field(default_factory=dict)


def build(
    tables: Tables,
    title: str,
    options: ReportConfig,
    claims: Sequence[ClaimConfig] = (),
    command: str = "python -m rnnbench report",
    published: Sequence[System] = (),
) -> Document:
    """Return the report.

    Args:
        tables: what it is made from.
        title: its heading.
        options: margin and confidence.
        claims: published statements to be judged.
        command: what regenerates it.
        published: systems whose numbers stand beside what was measured.
    """
    tables = _printable(tables)
    done = finished(tables.runs)
    grounds = grounds_of(done, tables, options)
    sections: list[Section] = []
    judged = claims_section(claims, grounds)
    beside = published_section(published)
    sections += [section for section in (judged, beside) if section is not None]
    sections += [_section(ground, tables) for ground in grounds]
    ranks = ranks_section(grounds)
    searched = search_section(studies_of(tables.trials), done)
    sections += [section for section in (ranks, searched) if section is not None]
    left = _left(tables.runs, done)
    if not left.empty:
        sections.append(_unfinished(left))
    if not done.empty:
        sections.append(provenance_section(grounds, done, command))
    summary = _summary(grounds, len(done), _lost(left, done))
    return all_printable(Document(title, summary, tuple(sections)))


def _printable(tables: Tables) -> Tables:
    """Return the tables as their names are shown, in figures too."""

    def shown(table: pd.DataFrame) -> pd.DataFrame:
        texts = [key for key in table.columns if table[key].dtype == "string"]
        return table.assign(**{key: table[key].map(printable, "ignore") for key in texts})

    return replace(
        tables,
        runs=shown(tables.runs),
        trials=shown(tables.trials),
        baselines=shown(tables.baselines),
    )


def grounds_of(done: pd.DataFrame, tables: Tables, options: ReportConfig) -> list[Ground]:
    """Return the finished runs divided into what can be compared, with their comparisons."""
    counts, failed = trial_counts(tables.trials), failed_seeds(tables.runs)
    grounds: list[Ground] = []
    for title, group in done.groupby(_titles(done), sort=True):
        for words, arms in divide(group, counts, failed):
            full = ", ".join(part for part in (str(title), words or _length(group)) if part)
            pairs, refused = compare_all(arms, options)
            ids = [run_id for arm in arms for run_id in arm.runs["run_id"]]
            own = tables.history[tables.history["run_id"].isin(ids)]
            key = _key(str(group["data"].iloc[0]), [ground.key for ground in grounds])
            beside = tuple(baseline_arms(tables.baselines, arms))
            grounds.append(
                Ground(key, full, tuple(arms), own, tuple(pairs), tuple(refused), options, beside)
            )
    return grounds


def _key(name: str, taken: Sequence[str]) -> str:
    """Return the name of a data set as a part of file names, numbered where it comes again."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40] or "data"
    number = 1
    while (key := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return key


def _length(runs: pd.DataFrame) -> str:
    """Return the length of the sequences, where all runs share it."""
    known = sorted(runs["maxlen"].dropna().unique())
    return f"maxlen {known[0]}" if len(known) == 1 else ""


def _section(ground: Ground, tables: Tables) -> Section:
    blocks: Iterable[Block | None] = (
        comparisons_block(ground),
        accuracy_block(ground),
        order_block(ground),
        gradient_block(ground, tables.flows),
        overfitting_block(ground),
        tradeoffs_block(ground),
    )
    present = tuple(block for block in blocks if block is not None)
    return Section(ground.key, ground.title, present)


def _summary(grounds: Sequence[Ground], runs: int, lost: Sequence[str]) -> tuple[str, ...]:
    """Return the verdicts in sentences, what failed first, then comparisons of cells."""
    if not runs:
        return ("There is no finished run to compare.", *lost)
    pairs = [(ground, pair) for ground in grounds for pair in ground.pairs]
    pairs.sort(key=lambda item: _interest(item[1]))
    alone = len(grounds) == 1
    told = _untold_failures(grounds, pairs[:_MOST_SENTENCES])
    told += [sentence(pair, ground, alone=alone) for ground, pair in pairs[:_MOST_SENTENCES]]
    if len(pairs) > _MOST_SENTENCES:
        rest = pairs[_MOST_SENTENCES:]
        undecided = sum(_is_undecided(pair) for _, pair in rest)
        several = "comparisons are" if len(rest) > 1 else "comparison is"
        told.append(f"{len(rest)} more {several} in the tables; undecided: {undecided}.")
    refused = sum(len(ground.refused) for ground in grounds)
    if refused:
        several = "pairs of arms are" if refused > 1 else "pair of arms is"
        told.append(f"{refused} {several} not compared, because more than one thing differs.")
    if not pairs and not refused:
        told.append("There are no two arms to compare on one data set.")
    many = "1 finished run" if runs == 1 else f"{runs} finished runs"
    return (f"Made from {many}.", *lost, *told)


def _untold_failures(grounds: Sequence[Ground], told: Sequence[tuple[Ground, Pair]]) -> list[str]:
    """Return a sentence for each section with arms whose failed seeds no other sentence tells."""
    sentences = []
    for ground in grounds:
        names = {name for own, pair in told if own is ground for name in pair.names}
        arms = [arm for arm in ground.arms if arm.failed and arm.name not in names]
        if arms:
            place = "" if len(grounds) == 1 else f"{ground.title}: "
            sentences.append(f"{place}{failures_of(arms)}.")
    return sentences


def _is_undecided(pair: Pair) -> bool:
    return pair.result is not None and pair.result.verdict == "undecided"


def _interest(pair: Pair) -> tuple[bool, bool]:
    """Return what is told first: comparisons of cells, and of those the decided ones."""
    return pair.relation.factor != "cell", _is_undecided(pair)


def _titles(runs: pd.DataFrame) -> pd.Series:
    """Return the section of each run: its data set, and how much of it was used."""
    titles = runs["data"].fillna("unknown data").copy()
    for key, word in (("data.limit", "training"), ("data.test_limit", "test")):
        if key in runs:
            limited = (runs[key].notna() & (runs[key] != "null")).fillna(False)
            titles = titles.where(~limited, titles + ", first " + runs[key] + f" {word} samples")
    own = runs["data"] == "arrays"
    return titles.where(~own.fillna(False), titles + " " + runs["data_digest"].str[:8])


def _left(runs: pd.DataFrame, done: pd.DataFrame) -> pd.DataFrame:
    """Return the runs without a result, by name: what tells them from finished ones, too."""
    left = unfinished(runs)
    named = add_arm_names(pd.concat([done, left]).drop_duplicates("run_id"))
    return named[named["run_id"].isin(left["run_id"])].sort_values(["arm", "seed"])


def _lost(left: pd.DataFrame, done: pd.DataFrame) -> list[str]:
    """Return a sentence for each arm that failed in all of its seeds."""
    failed = left[(left["status"] == "FAILED") & ~left["arm_key"].isin(done["arm_key"])]
    counts = failed.groupby("arm", sort=True)["seed"].nunique()
    return [
        f"{arm} failed in {n} of {n} seeds: there is nothing to compare."
        for arm, n in counts.items()
    ]


def _unfinished(left: pd.DataFrame) -> Section:
    columns = tuple(Column(name, numeric=False) for name in ("run", "status", "reason"))
    rows = tuple(
        (
            text(f"{run['arm']} seed={run['seed']}"),
            text(run["status"]),
            text(None if pd.isna(run["reason"]) else run["reason"]),
        )
        for _, run in left.iterrows()
    )
    ids = tuple((str(run_id),) for run_id in left["run_id"])
    table = DataTable("unfinished", "Runs without a result", columns, rows, "", ids)
    return Section("unfinished", "Unfinished", (Block("Runs without a result", tables=(table,)),))

"""A report's document from the tables of the store: no drawing, no files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from rnnbench.config.schema import ClaimConfig, ReportConfig
from rnnbench.printable import all_printable, printable
from rnnbench.report.accuracy import accuracy_blocks
from rnnbench.report.answer import answer_section
from rnnbench.report.claims import claims_block
from rnnbench.report.cost import cost_blocks
from rnnbench.report.document import Block, Column, DataTable, Document, Section, text
from rnnbench.report.gradient_flow import Flows, gradient_block
from rnnbench.report.ground import Ground, headed
from rnnbench.report.order import order_block
from rnnbench.report.overfitting import overfitting_block
from rnnbench.report.pairs import compare_all
from rnnbench.report.provenance import provenance_section
from rnnbench.report.published import System, published_block
from rnnbench.report.question import question
from rnnbench.report.ranks import ranks_section
from rnnbench.report.searches import search_section
from rnnbench.report.studies import studies_of, trial_counts
from rnnbench.report.verdicts import KEY as VERDICTS
from rnnbench.report.verdicts import verdicts_section
from rnnbench.report.wording import arm_words
from rnnbench.results.arms import add_arm_names, failed_seeds, finished, unfinished
from rnnbench.results.baselines import baseline_arms
from rnnbench.results.protocols import divide
from rnnbench.training.tested import Weights


@dataclass(frozen=True)
class Tables:
    """What a report is made from.

    Attributes:
        runs: :func:`rnnbench.results.load_runs`, restricted to what the report is about.
        history: :func:`rnnbench.results.load_history` of its finished runs.
        trials: :func:`rnnbench.results.load_trials`, likewise.
        correct: by weights and run id, which test samples were answered rightly.
        baselines: :func:`rnnbench.results.load_baselines`.
        flows: by run id, gradients through time.
    """

    runs: pd.DataFrame
    history: pd.DataFrame
    trials: pd.DataFrame
    correct: Mapping[Weights, Mapping[str, np.ndarray]] = field(default_factory=dict)
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
        title: its name; the heading is the question that it answers.
        options: margin and confidence.
        claims: published statements to be judged.
        command: what regenerates it.
        published: systems whose numbers stand beside what was measured.
    """
    tables = _printable(tables)
    done = finished(tables.runs)
    left = _left(tables.runs, done)
    told = _summary(title, done, left)
    if done.empty:
        sections = [] if left.empty else [_unfinished(left)]
        return all_printable(Document(title, told, tuple(sections)))
    grounds = sorted(grounds_of(done, tables, options), key=_interest)
    candidates = (
        answer_section(grounds, VERDICTS),
        *_subjects(grounds, tables),
        search_section(studies_of(tables.trials), done),
        _published(claims, published, grounds),
        verdicts_section(options) if any(ground.pairs for ground in grounds) or claims else None,
        None if left.empty else _unfinished(left),
        provenance_section(grounds, done, command),
    )
    sections = [section for section in candidates if section is not None]
    return all_printable(Document(question(grounds), told, tuple(sections)))


def _subjects(grounds: Sequence[Ground], tables: Tables) -> list[Section | None]:
    """Return a section for each subject, with what every data set has to say of it."""

    def section(key: str, title: str, of: Callable[[Ground], Sequence[Block | None]]) -> Section:
        return Section(key, title, headed(grounds, of))

    made = [
        section("accuracy", "Accuracy", accuracy_blocks),
        section("overfitting", "Overfitting", lambda ground: [overfitting_block(ground)]),
        section("cost", "Cost", cost_blocks),
        section("order", "Does order matter?", lambda ground: [order_block(ground)]),
        section(
            "gradients",
            "Gradients through time",
            lambda ground: [gradient_block(ground, tables.flows)],
        ),
    ]
    return [ranks_section(grounds), *(one for one in made if one.blocks)]


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


def _interest(ground: Ground) -> int:
    """Return which data sets are told first: those on which cells are compared."""
    factors = {pair.relation.factor for pair in ground.pairs}
    return 0 if "cell" in factors else 1 if factors else 2


def _published(
    claims: Sequence[ClaimConfig], systems: Sequence[System], grounds: Sequence[Ground]
) -> Section | None:
    found = (claims_block(claims, grounds), published_block(systems))
    blocks = tuple(block for block in found if block is not None)
    return Section("claims", "Claims and published numbers", blocks) if blocks else None


def _summary(title: str, done: pd.DataFrame, left: pd.DataFrame) -> tuple[str, ...]:
    """Return what a report is made from, and what failed altogether."""
    if done.empty:
        return ("There is no finished run to compare.", *_lost(left, done))
    count = len(done)
    many = "1 finished run" if count == 1 else f"{count} finished runs"
    each = sorted(set(done.groupby("arm_key")["seed"].nunique()))
    seeds = f"{each[0]}" if len(each) == 1 else f"{each[0]} to {each[-1]}"
    several = "seed" if each == [1] else "seeds"
    none = "" if (left["status"] == "FAILED").any() else "; no run failed"
    return (f"{title}. Made from {many}, {seeds} {several} an arm{none}.", *_lost(left, done))


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
        f"{arm_words(str(arm))} failed in {n} of {n} seeds: there is nothing to compare."
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
    return Section("unfinished", "Runs without a result", (Block("", tables=(table,)),))

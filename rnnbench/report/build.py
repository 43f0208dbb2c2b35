"""A report's document from the tables of the store: no drawing, no files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from rnnbench.config.schema import ClaimConfig, ReportConfig
from rnnbench.formatting.printable import all_printable, printable
from rnnbench.report.accuracy import accuracy_blocks
from rnnbench.report.answer import answer_section
from rnnbench.report.claims import claims_block
from rnnbench.report.classes import classes_block
from rnnbench.report.compared_sections import KnownSections, compared_sections
from rnnbench.report.cost import cost_blocks
from rnnbench.report.data_sets import over
from rnnbench.report.data_sets_answer import answer_block
from rnnbench.report.data_sets_section import data_sets_section
from rnnbench.report.data_sizes import sizes_block
from rnnbench.report.dataset_section import DatasetSection, headed
from rnnbench.report.document import Block, Document, Picture, ReportSection
from rnnbench.report.gradient_flow import Flows, gradient_block
from rnnbench.report.order import order_block
from rnnbench.report.overfitting import learning_curves, overfitting_block
from rnnbench.report.provenance import provenance_section
from rnnbench.report.published import System, published_block
from rnnbench.report.question import question
from rnnbench.report.searches import search_section
from rnnbench.report.studies import studies_of, trial_counts
from rnnbench.report.text_length import length_block
from rnnbench.report.unfinished import left_runs, lost_arms, unfinished_section
from rnnbench.report.verdicts import KEY as VERDICTS
from rnnbench.report.verdicts import verdicts_section
from rnnbench.results.answers import Answers
from rnnbench.results.arms import failed_seeds, finished
from rnnbench.results.baselines import baseline_arms
from rnnbench.results.by_class import Classes
from rnnbench.results.measure import ERRORS
from rnnbench.results.rows import rows_of
from rnnbench.tracking.looks import Looked


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
        looks: with how many seeds the arms were looked at before, oldest first.
        lengths: by digest of a data set of tokens, how many each test sample has ``(n,)``.
        classes: by weights and run id, what was answered by class where accuracy doesn't say all.
    """

    runs: pd.DataFrame
    history: pd.DataFrame
    trials: pd.DataFrame
    correct: Answers = field(default_factory=dict)
    baselines: pd.DataFrame = field(default_factory=pd.DataFrame)
    flows: Flows = field(default_factory=dict)
    looks: tuple[Looked, ...] = ()
    lengths: Mapping[str, np.ndarray] = field(default_factory=dict)
    classes: Classes = field(default_factory=dict)


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
    left = left_runs(tables.runs, done)
    told = _summary(title, done, left)
    if done.empty:
        sections = [] if left.empty else [unfinished_section(left)]
        return all_printable(Document(title, told, tuple(sections)))
    datasets = sorted(dataset_sections(done, tables, options), key=_interest)
    has_verdicts = bool(claims) or any(dataset.pairs for dataset in datasets)
    measures = [dataset.measure for dataset in datasets if dataset.measure is not None]
    sets = over(datasets)
    curves = {dataset.key: learning_curves(dataset) for dataset in datasets}
    answer = answer_section(datasets, VERDICTS, curves)
    if sets is not None:
        answer = replace(answer, blocks=(answer_block(sets), *answer.blocks))
    candidates = (
        answer,
        None if sets is None else data_sets_section(sets),
        *_subjects(datasets, tables, curves),
        search_section(studies_of(tables.trials), datasets),
        _published(claims, published, datasets, tables),
        verdicts_section(options, measures) if has_verdicts else None,
        None if left.empty else unfinished_section(left),
        provenance_section(datasets, done, command),
    )
    sections = [section for section in candidates if section is not None]
    return all_printable(Document(question(datasets), told, tuple(sections)))


def _subjects(
    datasets: Sequence[DatasetSection], tables: Tables, curves: Mapping[str, Sequence[Picture]]
) -> list[ReportSection]:
    """Return a section for each subject, with what every data set has to say of it."""

    def section(
        key: str, title: str, of: Callable[[DatasetSection], Sequence[Block | None]]
    ) -> ReportSection:
        return ReportSection(key, title, headed(datasets, of))

    are_numbers = all(dataset.usual is ERRORS for dataset in datasets)
    made = [
        section("accuracy", "Errors" if are_numbers else "Accuracy", accuracy_blocks),
        section("classes", "Classes", lambda dataset: [classes_block(dataset, tables.classes)]),
        section("sizes", "Training samples", lambda dataset: [sizes_block(dataset)]),
        section(
            "overfitting",
            "Overfitting",
            lambda dataset: [overfitting_block(dataset, curves[dataset.key])],
        ),
        section("cost", "Cost", cost_blocks),
        section("order", "Does order matter?", lambda dataset: [order_block(dataset)]),
        section(
            "gradients",
            "Gradients through time",
            lambda dataset: [gradient_block(dataset, tables.flows)],
        ),
        section(
            "length",
            "Accuracy by length",
            lambda dataset: [length_block(dataset, tables.correct, tables.lengths)],
        ),
    ]
    return [one for one in made if one.blocks]


def _printable(tables: Tables) -> Tables:
    """Return the tables as their names are shown, in figures too."""

    def shown(table: pd.DataFrame) -> pd.DataFrame:
        texts = [] if table.empty else list(table.columns[table.dtypes == "string"])
        return table.assign(**{key: table[key].map(printable, "ignore") for key in texts})

    return replace(
        tables,
        runs=shown(tables.runs),
        trials=shown(tables.trials),
        baselines=shown(tables.baselines),
    )


def dataset_sections(
    done: pd.DataFrame, tables: Tables, options: ReportConfig
) -> list[DatasetSection]:
    """Return the finished runs divided into what can be compared, with their comparisons."""
    counts = trial_counts(rows_of(tables.trials).rows)
    known = KnownSections(counts, failed_seeds(tables.runs), tables.correct, tables.looks)
    return [
        replace(
            dataset,
            epochs=tables.history[tables.history["run_id"].isin(_run_ids(dataset))],
            baselines=tuple(baseline_arms(tables.baselines, dataset.arms)),
        )
        for dataset in compared_sections(rows_of(done), options, known)
    ]


def _run_ids(dataset: DatasetSection) -> set[str]:
    return {run_id for arm in dataset.arms for run_id in arm.run_ids}


def _interest(dataset: DatasetSection) -> int:
    """Return which data sets are told first: those on which cells are compared."""
    factors = {pair.relation.factor for pair in dataset.pairs}
    return 0 if "cell" in factors else 1 if factors else 2


def _published(
    claims: Sequence[ClaimConfig],
    systems: Sequence[System],
    datasets: Sequence[DatasetSection],
    tables: Tables,
) -> ReportSection | None:
    judged = claims_block(claims, datasets, tables.correct, tables.looks)
    found = (judged, published_block(systems))
    blocks = tuple(block for block in found if block is not None)
    return ReportSection("claims", "Claims and published numbers", blocks) if blocks else None


def _summary(title: str, done: pd.DataFrame, left: pd.DataFrame) -> tuple[str, ...]:
    """Return what a report is made from, and what failed altogether."""
    if done.empty:
        return ("There is no finished run to compare.", *lost_arms(left, done))
    count = len(done)
    many = "1 finished run" if count == 1 else f"{count} finished runs"
    each = sorted(set(done.groupby("arm_key")["seed"].nunique()))
    seeds = f"{each[0]}" if len(each) == 1 else f"{each[0]} to {each[-1]}"
    several = "seed" if each == [1] else "seeds"
    none = "" if (left["status"] == "FAILED").any() else "; no run failed"
    return (f"{title}. Made from {many}, {seeds} {several} an arm{none}.", *lost_arms(left, done))

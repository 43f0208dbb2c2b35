"""The tables that a report is made from, out of a store or out of what another report kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

import pandas as pd

from rnnbench.config.expand import Arm
from rnnbench.data.lengths import lengths_by_digest
from rnnbench.report.build import Tables
from rnnbench.report.declared import (
    declared_trials,
    is_searched,
    left_out,
    restrict,
    without_folders,
)
from rnnbench.report.gradient_flow import Flows
from rnnbench.results import load_baselines, load_history, load_runs, load_trials
from rnnbench.results.answers import Answers, Right
from rnnbench.results.arms import asked_weights, finished
from rnnbench.results.by_class import ByClass, Classes, read_predictions
from rnnbench.results.frame import with_parameters, without_unmeasured
from rnnbench.system.cores import cores
from rnnbench.system.helpers import JobRunner, run_here
from rnnbench.tracking.files import run_files
from rnnbench.tracking.looks import looks_of
from rnnbench.tracking.store import Store
from rnnbench.training.gradient_flow import FILE as FLOWS
from rnnbench.training.gradient_flow import Flow
from rnnbench.training.gradient_flow import load as load_flows
from rnnbench.training.predictions import FILE as PREDICTIONS
from rnnbench.training.tested_weights import WEIGHTS, Weights

_Value = TypeVar("_Value")
# What files of runs hold: right answers, answers by class, gradient flow.
_Read = tuple[Answers, Classes, Flows]
_PART = 500  # runs, whose files are read at once by this process


def read_tables(
    store: Store,
    arms: Sequence[Arm] = (),
    tell: Callable[[str], None] = lambda _: None,
    run: JobRunner = run_here,
) -> Tables:
    """Return runs, epochs, trials and answers of a store.

    Args:
        store: where they are.
        arms: where given, only the runs that they declare count.
        tell: called with a line about runs that are left out for their seeds alone.
        run: reads the files of runs, if they are many.
    """
    loaded = (load_runs(store), load_trials(store), load_baselines(store))
    runs, trials, baselines = map(with_parameters, map(without_folders, loaded))
    runs, trials = _chosen(runs, trials, arms, tell)
    done = finished(runs)
    asked = asked_weights(done)
    with run_files(store, map(str, done["run_id"]), [FLOWS, PREDICTIONS]) as folders:
        read = _begin_reading(folders, asked, run)
        history = load_history(store, done["run_id"])
        answers, classes, flows = _joined(read)
    looks = tuple(one for one in looks_of(store) if one.is_about(done["arm_key"]))
    lengths = lengths_by_digest(store.home.path / "data", done["data_digest"].dropna())
    return Tables(runs, history, trials, answers, baselines, flows, looks, lengths, classes)


def _begin_reading(
    folders: Mapping[str, Path], asked: Mapping[str, Weights], run: JobRunner
) -> Iterator[tuple[int, _Read]]:
    """Have the files of runs read; each process has one part, whose result then waits for us."""
    ids = list(folders)
    size = max(_PART, -(-len(ids) // cores()))
    parts = [ids[start : start + size] for start in range(0, len(ids), size)]
    jobs = [
        partial(_read_part, {i: folders[i] for i in part}, {i: asked[i] for i in part})
        for part in parts
    ]
    return (run if len(jobs) > 1 else run_here)(jobs)


def _joined(read: Iterable[tuple[int, _Read]]) -> _Read:
    answers: dict[Weights, dict[str, Right]] = {which: {} for which in WEIGHTS}
    classes: dict[Weights, dict[str, ByClass]] = {which: {} for which in WEIGHTS}
    flows: dict[str, Sequence[Flow]] = {}
    for _, (own_answers, own_classes, own_flows) in sorted(read, key=itemgetter(0)):
        for which in WEIGHTS:
            answers[which] |= own_answers[which]
            classes[which] |= own_classes[which]
        flows |= own_flows
    return answers, classes, flows


def _read_part(folders: Mapping[str, Path], asked: Mapping[str, Weights]) -> _Read:
    # As they are read from Parquet: a report is the same from either.
    flows = {
        run_id: tuple(flow.rounded() for flow in found)
        for run_id, folder in folders.items()
        if (found := load_flows(folder / FLOWS)) is not None
    }
    return *read_predictions(folders, asked), flows


def restricted(
    tables: Tables, arms: Sequence[Arm], tell: Callable[[str], None] = lambda _: None
) -> Tables:
    """Return the part of a report's tables that some arms declare; no arms for all of it."""
    runs, trials = _chosen(tables.runs, tables.trials, arms, tell)
    done = finished(runs)
    ids, digests = set(done["run_id"]), set(done["data_digest"].dropna())
    history = tables.history[tables.history["run_id"].isin(ids)]
    answers, classes = _of_runs(tables.correct, ids), _of_runs(tables.classes, ids)
    flows = {run_id: found for run_id, found in tables.flows.items() if run_id in ids}
    looks = tuple(one for one in tables.looks if one.is_about(done["arm_key"]))
    lengths = {digest: found for digest, found in tables.lengths.items() if digest in digests}
    return Tables(runs, history, trials, answers, tables.baselines, flows, looks, lengths, classes)


def _of_runs(
    found: Mapping[Weights, Mapping[str, _Value]], run_ids: set[str]
) -> dict[Weights, dict[str, _Value]]:
    """Return what is by weights and run id, of some runs."""
    return {
        which: {run_id: value for run_id, value in own.items() if run_id in run_ids}
        for which, own in found.items()
    }


def _chosen(
    runs: pd.DataFrame, trials: pd.DataFrame, arms: Sequence[Arm], tell: Callable[[str], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the runs and trials that some arms declare, with the columns that these have."""
    if not arms:
        return runs, trials
    chosen = without_unmeasured(restrict(runs, arms, trials))
    others = finished(left_out(runs, arms, trials))
    if not others.empty:
        seeds = ", ".join(map(str, sorted(others["seed"].unique())))
        several = "finished runs" if len(others) > 1 else "finished run"
        tell(
            f"left out, because these words do not declare their seeds ({seeds}): {len(others)} "
            f"{several}; add seeds=... to have them in the report"
        )
    searched = [declared_trials(trials, arm) for arm in arms if is_searched(arm)]
    if searched:
        declared = trials.loc[sorted({row for found in searched for row in found.index})]
    else:
        declared = trials[trials["study"].isin(chosen["study"].dropna())]
    return chosen, without_unmeasured(declared)

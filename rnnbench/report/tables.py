"""The tables that a report is made from, out of a store or out of what another report kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlparse

import pandas as pd

from rnnbench.config.expand import Arm
from rnnbench.data import input_spec
from rnnbench.matching import resolve_units
from rnnbench.report.build import Tables
from rnnbench.results import load_baselines, load_history, load_runs, load_trials
from rnnbench.results.arms import finished
from rnnbench.tracking.recorder import parameters
from rnnbench.tracking.store import Store
from rnnbench.training.gradient_flow import FILE as FLOWS
from rnnbench.training.gradient_flow import load as load_flows
from rnnbench.training.predictions import FILE, load_correct

_Value = TypeVar("_Value")
_FILES = ("data.path", "data.test_path", "data.word_index", "model.embedding.path")
_SHARED = ("seed", "match", *_FILES[:3])
# The folders of an absolute path; an address such as https://... is none.
_FOLDERS = re.compile(r"(?<![\w./:~])~?/(?:[^\s/'\"=,]+/)+")


def read_tables(store: Store, arms: Sequence[Arm] = ()) -> Tables:
    """Return runs, epochs, trials and answers of a store.

    Args:
        store: where they are.
        arms: where given, only runs of these configurations count.
    """
    runs, trials = _chosen(load_runs(store), load_trials(store), arms)
    runs, trials, baselines = map(_without_folders, (runs, trials, load_baselines(store)))
    done = finished(runs)
    history = load_history(store, done["run_id"])
    folders = _folders_here(store, done["run_id"])
    answers = {run_id: load_correct(folder / FILE) for run_id, folder in folders.items()}
    flows = {run_id: load_flows(folder / FLOWS) for run_id, folder in folders.items()}
    return Tables(runs, history, trials, _present(answers), baselines, _present(flows))


def restricted(tables: Tables, arms: Sequence[Arm]) -> Tables:
    """Return the part of a report's tables that is about some configurations; none for all."""
    runs, trials = _chosen(tables.runs, tables.trials, arms)
    ids = finished(runs)["run_id"]
    history = tables.history[tables.history["run_id"].isin(ids)]
    answers = {run_id: tables.correct[run_id] for run_id in ids if run_id in tables.correct}
    flows = {run_id: tables.flows[run_id] for run_id in ids if run_id in tables.flows}
    return Tables(runs, history, trials, answers, tables.baselines, flows)


def _chosen(
    runs: pd.DataFrame, trials: pd.DataFrame, arms: Sequence[Arm]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if not arms:
        return runs, trials
    runs = restrict(runs, arms)
    return runs, trials[trials["study"].isin(runs["study"].dropna())]


def restrict(runs: pd.DataFrame, arms: Sequence[Arm]) -> pd.DataFrame:
    """Return the runs whose parameters are those of one of the arms; seeds may be any.

    A parameter that an arm does not have is one that its runs do not have.
    """
    wanted = [(_described(arm), _left_open(arm)) for arm in arms]
    keys = {key for params, _ in wanted for key in params}
    keys |= {str(key) for key in runs.columns if "." in str(key) and _describes(str(key))}
    known = runs.reindex(columns=sorted(keys)).astype("string")
    chosen = pd.Series(False, index=runs.index)
    for params, left_open in wanted:
        fits = pd.Series(True, index=runs.index)
        for key in keys - left_open:
            value = params.get(key)
            # A report that was passed on has the names of files only.
            is_value = [value, _FOLDERS.sub("", value)] if value and key in _FILES else [value]
            fits &= known[key].isna() if value is None else known[key].isin(is_value)
        chosen |= fits
    return runs[chosen]


def _without_folders(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs whose files have names only: a report is passed on, and folders are private."""
    changed = {
        column: runs[column].astype("string").str.replace(_FOLDERS, "", regex=True)
        for column in ("command", *_FILES)
        if column in runs and runs[column].notna().any()
    }
    return runs.assign(**changed)


def _described(arm: Arm) -> dict[str, str]:
    """Return the parameters that a run of the arm has, but for those that a search draws."""
    config = arm.config
    if config.match is not None:
        # Only this needs the data, which a machine that reports may not have.
        config = resolve_units(config, input_spec(config.data))
    left_open = _left_open(arm)
    return {
        key: value
        for key, value in parameters(config).items()
        if _describes(key) and key not in left_open
    }


def _left_open(arm: Arm) -> frozenset[str]:
    """Return the parameters that an arm doesn't decide: a search draws them, or a file has them."""
    search, embedding = arm.config.search, arm.config.model.embedding
    drawn = frozenset(search.space if search.sampler != "none" else ())
    has_file = embedding.kind == "vectors" and embedding.path is not None
    return drawn | {"model.embedding.dim"} if has_file else drawn


def _describes(key: str) -> bool:
    """Return whether a parameter tells which run it is, on any machine and for any seed."""
    return key not in _SHARED and not key.startswith("executor.")


def _folders_here(store: Store, run_ids: pd.Series) -> dict[str, Path]:
    """Return the folders of the runs whose files are on this machine."""
    folders = store.artifact_folders(str(run_id) for run_id in run_ids).items()
    addresses = {run_id: urlparse(uri) for run_id, uri in folders}
    return {
        run_id: Path(unquote(address.path))
        for run_id, address in addresses.items()
        if address.scheme in ("", "file")
    }


def _present(found: Mapping[str, _Value | None]) -> dict[str, _Value]:
    return {run_id: value for run_id, value in found.items() if value is not None}

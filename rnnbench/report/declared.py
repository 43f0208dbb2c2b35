"""Which runs and trials of a table the words of a sweep declare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from rnnbench.config.expand import Arm
from rnnbench.config.keys import names_arms, with_role
from rnnbench.config.recorded import parameters
from rnnbench.config.roles import File
from rnnbench.config.schema import Config
from rnnbench.data import input_spec
from rnnbench.models.matching import parse_reference, resolve_units, with_length
from rnnbench.results.facts import search_of
from rnnbench.results.rows import FOLDERS, is_parameter
from rnnbench.search.study import as_trial, description, direction
from rnnbench.seeds import selection_seed
from rnnbench.tracking import names

_FILES = with_role(File)
_BUT_SEED, _WITH_SEED = 1, 2


def restrict(runs: pd.DataFrame, arms: Sequence[Arm], trials: pd.DataFrame) -> pd.DataFrame:
    """Return the runs that a sweep over some arms declares.

    They have the parameters of an arm, where a search drew some of them those of its best trial,
    and a seed that was asked for. A parameter that an arm does not have is one that its runs do
    not have.

    Args:
        runs: one row a run.
        arms: what the words of the sweep declare.
        trials: one row a trial of any search.
    """
    return runs[_declared(runs, arms, trials) == _WITH_SEED]


def left_out(runs: pd.DataFrame, arms: Sequence[Arm], trials: pd.DataFrame) -> pd.DataFrame:
    """Return the runs that :func:`restrict` would return if their seeds had been asked for."""
    return runs[_declared(runs, arms, trials) == _BUT_SEED]


def _declared(runs: pd.DataFrame, arms: Sequence[Arm], trials: pd.DataFrame) -> pd.Series[int]:
    """Return for each run whether an arm has its parameters, and its seed, too."""
    found = pd.Series(0, index=runs.index)
    for arm in arms:
        config = _solved(arm.config)
        fits = _fits(runs, config, arm)
        if is_searched(arm) and fits.any():
            winner = _winner(declared_trials(trials, arm), config)
            for key in config.search.space if winner is not None else ():
                fits &= _is(runs, key, winner.get(key))  # type: ignore[union-attr]
        has_seed = runs["seed"].isin(range(config.seed, config.seed + config.seeds))
        found = found.mask(fits & (found == 0), _BUT_SEED).mask(fits & has_seed, _WITH_SEED)
    return found


def declared_trials(trials: pd.DataFrame, arm: Arm) -> pd.DataFrame:
    """Return the trials of an arm's search that its budget counts; none without a search."""
    if not is_searched(arm) or trials.empty:
        return trials[:0]
    config = as_trial(_solved(arm.config))
    numbers = trials["trial"].fillna(-1).astype(int)
    seeds = [selection_seed(config.seed, number) if number >= 0 else -1 for number in numbers]
    is_own = _fits(trials, config, arm) & trials["search"].map(partial(_is_of, config)).eq(True)
    is_own &= trials["seed"] == pd.Series(seeds, index=trials.index, dtype="Int64")
    own = trials[is_own.fillna(False)].sort_values("trial", kind="stable")
    # A failure that was tried again, with its values and a number of its own, does not count.
    keys = [key for key in config.search.space if key in own]
    drawn = pd.Series(list(map(str, own[keys].values.tolist())), index=own.index)
    is_retried = (own["trial_state"] == names.FAIL) & drawn.duplicated(keep="last")
    counted = own[~is_retried.fillna(False)]["trial"].drop_duplicates()[: config.search.n_trials]
    return own[own["trial"].isin(counted)]


def is_searched(arm: Arm) -> bool:
    """Return whether a search draws some of an arm's values."""
    return arm.config.search.sampler != "none"


def without_folders(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs whose files have names only: a report is passed on, and folders are private."""
    changed = {
        column: runs[column].astype("string").str.replace(FOLDERS, "", regex=True)
        for column in ("command", *_FILES)
        if column in runs and runs[column].notna().any()
    }
    return runs.assign(**changed)


def _is_of(config: Config, described: object) -> bool:
    """Return whether what a trial's tag says of its search is what a configuration searches.

    A tag of before a key of the section was known does not have it.
    """
    now, then = json.loads(description(config.search)), search_of(described)
    return bool(then) and all(now[key] == value for key, value in then.items() if key in now)


def _winner(trials: pd.DataFrame, config: Config) -> pd.Series | None:
    """Return the best of the complete trials; of equals, the first."""
    metric = config.search.metric
    complete = trials[(trials["trial_state"] == names.COMPLETE) & trials[metric].notna()]
    if complete.empty:
        return None
    is_rising = direction(config) == "minimize"
    return complete.sort_values([metric, "trial"], ascending=[is_rising, True]).iloc[0]


def _fits(runs: pd.DataFrame, config: Config, arm: Arm) -> pd.Series[bool]:
    """Return which runs have a configuration's parameters, and no others, whatever their seed."""
    left_open = _left_open(arm)
    fits = pd.Series(True, index=runs.index)
    if config.match is not None and not config.model.units:
        left_open |= {"model.units"}
        fits &= _is_matched(runs, config.match)
    params = parameters(config.model_copy(update={"references": {}}))
    params = {key: value for key, value in params.items() if names_arms(key)}
    keys = {*params, *(str(key) for key in runs.columns if is_parameter(str(key)))}
    for key in sorted(keys - left_open):
        if names_arms(key) and fits.any():
            is_given = _is(runs, key, params.get(key))
            if key in config.references:  # by which a value of the environment is recorded
                is_given |= _is(runs, key, config.references[key])
            fits &= is_given
    return fits


def _is(runs: pd.DataFrame, key: str, value: Any) -> pd.Series[bool]:
    """Return which runs have a value of a parameter; ``None`` or NA: which have none."""
    if key not in runs:
        return pd.Series(value is None or pd.isna(value), index=runs.index)
    if value is None or pd.isna(value):
        return runs[key].isna()
    # A report that was passed on has the names of files only.
    values = [value, FOLDERS.sub("", str(value))] if key in _FILES else [value]
    return runs[key].isin(values)


def _is_matched(runs: pd.DataFrame, match: str) -> pd.Series[bool]:
    """Return which runs were matched to a reference, or are of the reference itself."""
    reference = parse_reference(match)
    is_reference = (runs["cell"] == reference.cell.name) & (runs["units"] == reference.units)
    return (_is(runs, "match", match) | is_reference).fillna(False).astype(bool)


def _solved(config: Config) -> Config:
    """Return a configuration with its units, or 0 for those of a match that can't be solved here.

    Only a match, and arrays of their own length, need the data, which may be away; windows of
    series have the length that is asked for.
    """
    data = config.data
    if data.maxlen is None and data.window is not None:
        data = data.model_copy(update={"maxlen": data.window})
    if config.match is None and data.maxlen is not None:
        return config.model_copy(update={"data": data})
    if data.maxlen is not None and data.path is not None and not Path(data.path).exists():
        model = config.model.model_copy(update={"units": 0})
        return config.model_copy(update={"data": data, "model": model})
    spec = input_spec(config.data)
    return resolve_units(with_length(config, spec), spec)


def _left_open(arm: Arm) -> frozenset[str]:
    """Return the parameters that an arm doesn't decide: a search draws them, or a file has them."""
    embedding = arm.config.model.embedding
    drawn = frozenset(arm.config.search.space if is_searched(arm) else ())
    has_file = embedding.kind == "vectors" and embedding.path is not None
    return drawn | {"model.embedding.dim"} if has_file else drawn

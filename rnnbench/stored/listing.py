"""The runs of a store as the command ``runs`` lists them: read without pandas, named, filtered."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, get_args

from rnnbench.config.arm_names import short_label, short_name, told_apart
from rnnbench.config.keys import LOGGED, about, is_about, keys
from rnnbench.config.metrics import TOLD
from rnnbench.config.overrides import axis_values, parse
from rnnbench.config.suggestions import suggestion
from rnnbench.errors import ConfigError
from rnnbench.formatting.redact import redacted
from rnnbench.tracking import names
from rnnbench.tracking.abandoned import GONE
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store

# Means of arms and parents of sweeps are no runs.
KINDS: tuple[names.Kind, ...] = ("run", "baseline", "trial")
_CONSTANTS = {"True": True, "False": False, "true": True, "false": False, "null": None}
PRUNED = "PRUNED"
STATUSES = (*get_args(names.Status), PRUNED)
# Groups whose choice is recorded under a key of its own.
_GROUPS = {section: f"{section}.name" for section in about(*LOGGED) if f"{section}.name" in keys()}
# What of a run a table needs.
_SHOWN = {
    *(names.KEY, names.ARM, names.ARM_KEY, names.OWNER, names.PROCESS, names.REASON),
    *(names.TRIAL, names.TRIAL_STATE, "seed", "data.name", "cell.name"),
    *TOLD,
}
_SHORTEST_ID = 6
_MOST_PARTS = 2  # parameters that are added to a name which several arms have


@dataclass(frozen=True)
class Run:
    """A run of a store.

    Attributes:
        record: what was logged.
        kind: ``run``, ``baseline`` or ``trial``.
        status: MLflow's, ``PRUNED`` for a trial that ended early, ``KILLED`` for a run that is
            shown as running although the process that trained it is gone.
        arm: its arm as its sweep called it, and what tells it from others (:func:`named`).
    """

    record: Record
    kind: names.Kind
    status: str
    arm: str = ""

    @property
    def run_id(self) -> str:
        """MLflow's id of the run, 32 hexadecimal digits."""
        return self.record.run_id

    @property
    def data(self) -> str:
        """Its data set."""
        return self.record.params.get("data.name", "")

    @property
    def reason(self) -> str:
        """Why it has no result, without secrets; empty where it has one."""
        gone = self.status == "KILLED" and self.record.status == "RUNNING"
        return redacted(GONE if gone else self.record.reason)

    def metric(self, name: str) -> float | None:
        """Return a metric, ``None`` where it was not measured or is no finite number."""
        value = self.record.metrics.get(name)
        return None if value is None or not math.isfinite(value) else value


@dataclass(frozen=True)
class Filter:
    """A key that runs are restricted by, and the values that count, as they are recorded."""

    key: str
    values: tuple[str, ...]

    def matches(self, run: Run) -> bool:
        """Return whether the run's recorded value is one of them."""
        value = run.record.params.get(_GROUPS.get(self.key, self.key))
        return value is not None and any(_is_same(value, wanted) for wanted in self.values)


def read_runs(
    store: Store, kinds: Collection[names.Kind], only: Collection[str] | None = None
) -> list[Run]:
    """Return the runs of some kinds, newest first, called as their sweeps called their arms.

    Args:
        store: where they are.
        kinds: of which kinds.
        only: dotted keys of the parameters that are wanted beside what a table shows, for speed;
            ``None`` for everything that was logged.
    """
    wanted = None if only is None else _wanted(only)
    found = [
        Run(r, kind, _status(store, r), redacted(short_label(r.tags.get(names.ARM, ""))))
        for kind in kinds
        for r in store.records(kind=kind, only=wanted)
    ]
    found.sort(key=lambda run: (run.record.start_time, run.run_id), reverse=True)
    return found


def read_filters(words: Sequence[str], recorded: Iterable[str]) -> list[Filter]:
    """Return what overrides such as ``model.units=32,64`` restrict a list of runs by.

    Args:
        words: Hydra overrides of keys that runs record.
        recorded: the keys that some run of the store has, beyond those of the schema.

    Raises:
        ConfigError: for a key that no run can have, or that is given without a value.
    """
    declared = (key for key in keys() if is_about(key, *LOGGED))
    known = sorted({*declared, *recorded, *_GROUPS})
    sections = {key.rpartition(".")[0] for key in known} - set(_GROUPS)
    found = []
    for override in parse(words):
        key = override.key_or_group
        if key not in known or key in sections:
            action = suggestion(key, set(known) - sections) or "see --cfg job for all keys"
            if key in sections:
                first = next(name for name in known if name.startswith(f"{key}."))
                action = f"name one of its keys, as in {first}=..."
            raise ConfigError(key, "a key that runs record", str(override.input_line), action)
        if override.is_delete():
            action = f"type {key}=..."
            raise ConfigError(key, "a value to look for", str(override.input_line), action)
        several = override.is_sweep_override()
        values = axis_values(override) if several else [override.value()]
        found.append(Filter(key, tuple("null" if v is None else str(v) for v in values)))
    return found


def has_words(run: Run, arm: str) -> bool:
    """Return whether the name of a run's arm has all these words: ``lstm depth=2``."""
    return {*short_label(arm).split()} <= {*run.arm.split()}


def short_ids(runs: Sequence[Run]) -> int:
    """Return how many first digits tell the ids of all runs apart."""
    ids = sorted(run.run_id for run in runs)
    digits = _SHORTEST_ID
    for a, b in pairwise(ids):
        while digits < len(a) and a[:digits] == b[:digits]:
            digits += 1
    return digits


def age(run: Run, now: float | None = None) -> str:
    """Return how long ago a run began, in its largest unit: ``3 min``, ``2 d``."""
    seconds = max(0.0, (time.time() if now is None else now) - run.record.start_time / 1000)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def _status(store: Store, record: Record) -> str:
    if record.status != "RUNNING":
        return PRUNED if record.is_pruned else record.status
    return "RUNNING" if is_alive(store, record) else "KILLED"


def is_alive(store: Store, record: Record) -> bool:
    """Return whether somebody may be training a run that is shown as running."""
    return not store.is_ours(record) or store.locks.held(record.key)


def named(store: Store, runs: Sequence[Run], only: Collection[str] | None = None) -> list[Run]:
    """Return runs whose arms are told apart: those of one name by what varies between them.

    Args:
        store: where they are.
        runs: as :func:`read_runs` returns them.
        only: as they were read.
    """
    groups: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.kind, run.data, run.arm), []).append(run)
    arms: dict[str, str] = {}
    for (kind, _, arm), group in groups.items():
        # Trials are told apart by their number.
        if kind != "trial" and len({r.record.tags.get(names.ARM_KEY) for r in group}) > 1:
            params = _params(store, group, only)
            apart = told_apart([("", params[run.run_id]) for run in group])
            arms |= {run.run_id: _with(arm, told) for run, told in zip(group, apart, strict=True)}
    return [replace(run, arm=arms.get(run.run_id, run.arm)) for run in runs]


def _wanted(only: Collection[str]) -> set[str]:
    return {*_SHOWN, *(_GROUPS.get(key, key) for key in only)}


def _params(
    store: Store, group: Sequence[Run], only: Collection[str] | None
) -> dict[str, Mapping[str, str]]:
    """Return all parameters by run, which are read where the store gave only what was wanted."""
    if only is None or any(run.record.params.keys() - _wanted(only) for run in group):
        return {run.run_id: run.record.params for run in group}
    by_key = store.by_key((run.record.key for run in group), kind=group[0].kind)
    return {run.run_id: by_key[run.record.key].params for run in group}


def _with(name: str, told: Mapping[str, str]) -> str:
    """Return the name of an arm with what tells it from others, what is of the model first."""
    keys = sorted(told, key=lambda key: (not key.startswith("model."), key))
    parts = [f"{short_name(key)}={told[key]}" for key in keys]
    rest = ["…"] if len(parts) > _MOST_PARTS else []
    return " ".join([name, *parts[:_MOST_PARTS], *rest])


def _is_same(value: str, wanted: str) -> bool:
    """Return whether two texts are one value: ``0`` is ``0.0``."""
    if value == wanted:
        return True
    try:
        return float(value) == float(wanted)
    except ValueError:
        return False


def flat(run: Run) -> dict[str, Any]:
    """Return a run as one record: what identifies it, then its parameters and metrics by name."""
    record = run.record
    tags, params = record.tags, record.params
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "data": run.data or None,
        "arm": run.arm,
        "cell": params.get("cell.name"),
        "seed": _whole(params.get("seed")),
        "status": run.status,
        **{name: run.metric(name) for name in ("best_val_accuracy", "test_accuracy")},
        "started": _iso(record.start_time),
        "ended": None if record.end_time is None else _iso(record.end_time),
        "reason": run.reason or None,
        "study": tags.get(names.STUDY),
        "trial": _whole(tags.get(names.TRIAL)),
        "command": redacted(tags[names.COMMAND]) if names.COMMAND in tags else None,
        **{key: _typed(params[key]) for key in sorted(params) if key != "seed"},
        **{name: run.metric(name) for name in sorted(record.metrics)},
    }


def _typed(text: str) -> bool | int | float | str | None:
    """Return a parameter as what it was: MLflow keeps texts alone."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _whole(text) is not None:
        return int(text)
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text, re.ASCII) else text


def _whole(text: str | None) -> int | None:
    """Return a whole number, ``None`` for what is none: other programs write to a store, too."""
    return int(text) if text is not None and re.fullmatch(r"\d{1,18}", text, re.ASCII) else None


def _iso(milliseconds: int) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000))
    return f"{whole}.{milliseconds % 1000:03d}Z"

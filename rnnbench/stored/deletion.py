"""Deleting runs as MLflow does: they count no longer, and can be restored."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from shlex import quote

from rnnbench.errors import ConfigError
from rnnbench.formatting.redact import shown_address, shown_store
from rnnbench.interrupt import Interruption
from rnnbench.stored.listing import Run, is_alive
from rnnbench.stored.lookup import check_digits, check_one
from rnnbench.system.locks import Timeout
from rnnbench.tracking import names
from rnnbench.tracking.address import sqlite_path
from rnnbench.tracking.store import Store, arm_lock

_KEY = "runs delete"


def find_all(store: Store, runs: Sequence[Run], ids: Sequence[str]) -> list[Run]:
    """Return the runs whose ids begin with these texts, each once, in their order.

    Args:
        store: where they are, for messages.
        runs: every run, baseline and trial of the store.
        ids: as typed.

    Raises:
        ConfigError: where an id is none, is not in the store, or begins several.
    """
    expected = "the id of a run, or its first digits"
    found = {}
    for text in ids:
        check_digits(_KEY, expected, text or "an empty word")
        own = [run for run in runs if run.run_id.startswith(text)]
        if not own:
            where = shown_store(store.uri)
            action = "python -m rnnbench runs lists the ids, those of trials with kind=trial"
            raise ConfigError(_KEY, expected, f"{text}, which is no run in {where}", action)
        check_one(_KEY, expected, text, [run.run_id for run in own])
        found[own[0].run_id] = own[0]
    return list(found.values())


def check_deletable(store: Store, runs: Sequence[Run]) -> None:
    """Refuse runs that somebody may be training, and trials; raises ConfigError."""
    for run in runs:
        if run.kind == "trial":
            raise ConfigError(
                _KEY,
                "training runs and baselines",
                f"{run.run_id}, a trial of a search",
                "leave it out: its study would go on counting it",
            )
        if run.record.status == "RUNNING" and is_alive(store, run.record):
            raise _being_trained(store, run)


@dataclass
class Deleted:
    """What was deleted so far.

    Attributes:
        runs: training runs and baselines.
        means: by arm, of how many seeds the mean was that went with its runs.
    """

    runs: list[Run] = field(default_factory=list)
    means: dict[str, int] = field(default_factory=dict)


def delete_runs(store: Store, runs: Sequence[Run], done: Deleted) -> None:
    """Delete runs one by one, each with the mean of its arm that counts it.

    The mean is written again by the next sweep that has the arm. Ctrl-C waits until a run and its
    mean are both deleted.

    Args:
        store: where they are.
        runs: training runs and baselines.
        done: filled with what is deleted, also where it ends early.

    Raises:
        ConfigError: for a run that somebody has begun to train again; those before it are deleted.
        StoreError: where the store cannot be written.
    """
    check_deletable(store, runs)
    with Interruption() as interruption, store.translated():
        for run in runs:
            interruption.check()
            _delete(store, run, done)


def restore_command(store: Store, run: Run) -> str:
    """Return what restores a deleted run, without secrets."""
    is_file = sqlite_path(store.uri) is not None  # with options that only rnnbench needs
    address = shown_address(store.uri.partition("?")[0] if is_file else store.uri)
    return f"MLFLOW_TRACKING_URI={quote(address)} mlflow runs restore --run-id {run.run_id}"


def _delete(store: Store, run: Run, done: Deleted) -> None:
    arm_key = run.record.tags.get(names.ARM_KEY, "")
    try:
        with ExitStack() as locks:
            if run.record.status == "RUNNING":
                # Where its driver is dead nobody holds its lock, and nobody takes it meanwhile.
                locks.enter_context(store.locks.acquire(run.record.key, timeout=0))
            locks.enter_context(store.locks.acquire(arm_lock(arm_key)))
            store.delete(run.run_id)
            done.runs.append(run)
            if seeds := _delete_means(store, arm_key, run.run_id):
                done.means[run.arm] = max(done.means.get(run.arm, 0), seeds)
    except Timeout:
        raise _being_trained(store, run) from None


def _delete_means(store: Store, arm_key: str, run_id: str) -> int:
    """Delete the means that count a run; return of how many seeds the largest was."""
    seeds = 0
    only = (names.ARM_KEY, names.REPLICATES)
    for record in store.records({names.ARM_KEY: arm_key}, kind="arm", only=only):
        replicates = record.tags.get(names.REPLICATES, "").split()
        if run_id in replicates:
            store.delete(record.run_id)
            seeds = max(seeds, len(replicates))
    return seeds


def _being_trained(store: Store, run: Run) -> ConfigError:
    received = f"{run.run_id} ({run.arm}), which is being trained"
    action = "end its sweep first, with Ctrl-C"
    if not store.is_ours(run.record):
        received += f" from {run.record.tags.get(names.OWNER, 'another home')}"
        action = "delete it from there; if that machine is gone, in MLflow's user interface"
    return ConfigError(_KEY, "runs that have ended", received, action)

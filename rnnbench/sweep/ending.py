"""What a sweep does once its runs are there: summaries of arms, and that their results are seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rnnbench.sweep.jobs import JOB_COLUMNS
from rnnbench.tracking import names
from rnnbench.tracking.arm_summary import update_arm_summary
from rnnbench.tracking.looks import Looked, record_looks, short_keys
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec

Finished = Mapping[str, Sequence[Record]]  # by content key of the arm, runs of any seed


def finished_runs(store: Store, specs: Sequence[RunSpec]) -> Finished:
    """Return the finished runs that a store has of declared arms, those of other seeds, too."""
    found: dict[str, list[Record]] = {spec.arm_key: [] for spec in specs}
    for record in store.records(only=JOB_COLUMNS):
        arm_key = record.tags.get(names.ARM_KEY, "")
        if arm_key in found and record.is_finished:
            found[arm_key].append(record)
    return found


def refresh_summaries(
    store: Store, specs: Sequence[RunSpec], parent: SweepParent, key: str, finished: Finished
) -> None:
    """Make up for summaries that an interruption has left behind the runs.

    Args:
        store: where they are.
        specs: the declared runs.
        parent: of the sweep.
        key: content key of the sweep.
        finished: see :func:`finished_runs`.
    """
    arms = {spec.arm_key: spec for spec in specs}
    only = (names.ARM_KEY, names.REPLICATES)
    told: dict[str, list[set[str]]] = {}
    for record in store.records(kind="arm", only=only):
        ids = record.tags.get(names.REPLICATES, "").split() if record.is_finished else ()
        told.setdefault(record.tags.get(names.ARM_KEY, ""), []).append(set(ids))
    for arm_key, runs in finished.items():
        run_ids = {run.run_id for run in runs}
        if run_ids and told.get(arm_key) != [run_ids]:
            with store.translated():
                update_arm_summary(store, arms[arm_key], key)
    parent.describe({key: spec.label for key, spec in arms.items()})


def record_look(
    store: Store, specs: Sequence[RunSpec], parent: SweepParent, finished: Finished
) -> None:
    """Keep that somebody saw the results of so many fixed seeds, all of them being there.

    Whoever looks at some of the seeds that an arm has doesn't decide by them to train more.
    """
    seeds = {spec.config.seed for spec in specs}
    arms = [key for key, runs in finished.items() if {run.seed for run in runs} <= seeds]
    record = parent.find() if len(arms) > 1 else None
    if record is not None:
        looked = Looked(short_keys(arms), (len(seeds),), min(seeds))
        record_looks(store, record, [looked])

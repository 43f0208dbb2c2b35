"""Runs that are shown as running although the process that trained them is gone."""

from __future__ import annotations

from contextlib import suppress

from rnnbench.system.locks import Timeout
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store, arm_lock

GONE = "the process that trained it is gone"
_OWNERSHIP = (names.KIND, names.KEY, names.SWEEP, names.ARM_KEY, names.OWNER, names.PROCESS)


def reap(store: Store) -> list[str]:
    """End everything that is shown as running but whose owner, as far as we can tell, is gone.

    Returns the ids. An owner holds the lock of its run for as long as it lives.
    """
    markers = store.marker.of_the_dead()
    with store.translated():
        running = store.records(kind=None, status="RUNNING", only=_OWNERSHIP)
        dead = [record for record in running if _end_if_dead(store, record)]
    left = (record for record in running if record not in dead)
    store.marker.remove(markers, {record.tags.get(names.PROCESS, "") for record in left})
    return [record.run_id for record in dead]


def end_abandoned(store: Store, record: Record) -> bool:
    """End a running run whose lock is ours; return ``False`` where it was ended before.

    Its owner may only have lost the lock. MLflow writes nothing into a run that was deleted,
    so that no result comes from there once somebody else trains it; a parent has none.
    """
    is_ended = store.kill(record.run_id, GONE)
    is_parent = record.tags.get(names.KIND) == names.SWEEP_PARENT
    if is_ended and not is_parent and store.marker.is_shared(record.tags):
        store.delete(record.run_id)
    return is_ended


def _end_if_dead(store: Store, record: Record) -> bool:
    """End a run that is shown as running although its owner is gone; return whether it was."""
    if names.KIND not in record.tags or not store.is_ours(record):
        return False
    with suppress(Timeout), store.locks.acquire(_lock_name(store, record), timeout=0):
        return end_abandoned(store, record)
    return False


def _lock_name(store: Store, record: Record) -> str:
    """Return the name of the lock that the owner of a running run holds."""
    kind = record.tags.get(names.KIND)
    if kind == names.SWEEP_PARENT:
        return store.sweep_lock(record.tags.get(names.SWEEP, ""))
    if kind == names.ARM_SUMMARY:
        return arm_lock(record.tags.get(names.ARM_KEY, ""))
    return record.key

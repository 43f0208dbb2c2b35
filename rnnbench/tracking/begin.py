"""Beginning a run that nobody else may train, where several homes work on one store.

This is no implementation of :class:`rnnbench.system.locks.Locks`: what is created, looked for and
withdrawn is the run itself, with its tags, and it stays shown as running when its process dies.
Where all homes have locks in common (:mod:`rnnbench.tracking.locking`) it is one look, which finds
no other, unless some reach the store by another way: through its server, or an older version.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence

from rnnbench.tracking import names
from rnnbench.tracking.abandoned import end_abandoned
from rnnbench.tracking.record import Record
from rnnbench.tracking.run_names import attempt_name
from rnnbench.tracking.store import Store

# Nobody can tell from here whether another machine still works that shares no locks with us: an
# older version, one by another way to the same store, or a kind of store that has none.
IF_DEAD = (
    "if it has ended there without a trace, delete it in MLflow's user interface, where it is "
    "shown as running, and it is trained here"
)
_LOOKS = 20
_POLL_SECONDS = 0.5
# What tells of a run who owns it, what it is, and whether it is at work: of its parameters one.
_LOOKED_AT = (
    *(names.KIND, names.KEY, names.ARM_KEY, names.SWEEP, names.OWNER, names.PROCESS),
    *("seed", "baseline.name"),
)


def runs_of(
    store: Store, key: str, kind: names.Kind, only: Collection[str] | None = None
) -> list[Record]:
    """Return every run of a content key, oldest first."""
    return store.records({names.KEY: key}, kind=kind, only=only)


def is_foreign(store: Store, record: Record) -> bool:
    """Return whether a run is being trained from another home, whose locks we don't see."""
    return record.status == "RUNNING" and not store.is_ours(record)


def owner_elsewhere(store: Store, runs: Sequence[Record]) -> str | None:
    """Return the host and home that train a run, of all runs of its key; ``None`` for no other."""
    if any(record.is_finished for record in runs):
        return None
    foreign = (record for record in runs if is_foreign(store, record))
    return next((record.tags.get(names.OWNER, "") for record in foreign), None)


def begin_alone(
    store: Store, tags: Mapping[str, str], name: str, kind: names.Kind, known: Sequence[Record]
) -> str | None:
    """Create a run and return its id; ``None`` where another home trains it or has just ended it.

    The caller holds the lock of the run in its own home. Every home creates its run first and
    looks then, so that of two at least one sees the other. It goes on only when it sees no other,
    whatever the clocks of the machines say. Where both see each other, the one whose record started
    later withdraws, and the earlier one looks again. Who goes on logs parameters at once: a run
    that has some is at work, and whoever sees it withdraws.

    Args:
        store: where the run is created.
        tags: its tags, among them its key.
        name: what MLflow shows it as.
        kind: its kind.
        known: the runs of its key, as they were when it was decided that it is to be trained.
    """
    if any(is_foreign(store, record) for record in known):
        return None
    run_id = store.begin(tags, attempt_name(name, len(known) + 1))
    before, key = {record.run_id for record in known}, tags[names.KEY]
    for look in range(_LOOKS):
        if look:
            time.sleep(_POLL_SECONDS)
        seen = {record.run_id: record for record in runs_of(store, key, kind, _LOOKED_AT)}
        own = seen.pop(run_id, None)
        if own is None:
            return None  # deleted by a user
        others = [record for record in seen.values() if is_foreign(store, record)]
        for record in seen.values():
            if record.status == "RUNNING" and record not in others:
                # Its owner cannot be alive: the lock is ours. Or it is our own, created twice
                # because the first answer was lost.
                end_abandoned(store, record)
                before.add(record.run_id)
        ended = any(r.run_id not in before and r.status != "RUNNING" for r in seen.values())
        if not others and not ended:
            return run_id
        if ended or any(other.params or _order(other) < _order(own) for other in others):
            break
    store.delete(run_id)
    return None


def _order(record: Record) -> tuple[int, str]:
    return record.start_time, record.run_id

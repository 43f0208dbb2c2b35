"""How many seeds some arms were looked at with, as the parents of sweeps record it.

Whoever looks at the results after 3, 5 and 10 seeds and stops when they please is fooled more often
than one look allows. A report can only say so, and widen its intervals, where the looks are known.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from rnnbench.stats.arm_values import FEWEST
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import RunEntry

FILE = "looks.json"
_DIGITS = 12  # of an arm's content key
_ARMS = 400  # in a tag, of which MLflow keeps 8,000 letters


@dataclass(frozen=True)
class Looked:
    """Looks at some arms by one sweep.

    Attributes:
        arms: first digits of their content keys.
        seeds: numbers of seeds, increasing.
        first_seed: from which seeds are counted.
        most_seeds: of a sweep with ``until``, whose looks are all accounted for: its limit.
            ``None`` for a look at a finished sweep of fixed seeds.
        margin: of such a sweep, in the unit of the measure.
        confidence: of such a sweep, all looks together.
        alpha: level that each look may spend, of such a sweep.
        at: when each look was taken first, in UTC.
    """

    arms: frozenset[str]
    seeds: tuple[int, ...]
    first_seed: int
    most_seeds: int | None = None
    margin: float | None = None
    confidence: float | None = None
    alpha: tuple[float, ...] = ()
    at: tuple[str, ...] = ()

    def is_about(self, arm_keys: Iterable[str]) -> bool:
        """Return whether at least two of some arms, by content key, were looked at."""
        return len(self.arms & short_keys(arm_keys)) > 1


def short_keys(arm_keys: Iterable[str]) -> frozenset[str]:
    """Return the digits of content keys by which looks know arms."""
    return frozenset(key[:_DIGITS] for key in arm_keys)


def looks_of(store: Store) -> list[Looked]:
    """Return the looks that sweeps have recorded, oldest first; what cannot be read is left out."""
    return [one for record in store.records(kind="sweep") for one in _read(record).values()]


def seeds_by_hand(looked: Iterable[Looked], arm_keys: Collection[str]) -> tuple[int, ...]:
    """Return with how many seeds arms were looked at by finished sweeps of fixed seeds."""
    own = (one for one in looked if one.most_seeds is None and one.is_about(arm_keys))
    return tuple(sorted({n for one in own for n in one.seeds}))


def record_looks(
    store: Store,
    parent: Record,
    looked: Sequence[Looked],
    details: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write looks to the parent of their sweep, where some of them are new.

    Looks that another process has recorded, or this one before it was killed, stay as they are.

    Args:
        store: where it is.
        parent: its record.
        looked: the looks so far, each sweep's in the same order; without seeds: none was taken.
        details: what they have found, for a file of the parent.
    """
    known = _read(parent)
    parts = [
        replace(one, arms=frozenset(arms[start : start + _ARMS]))
        for one in looked
        for arms in [sorted(one.arms)]
        for start in range(0, len(arms), _ARMS)
    ]
    new = {}
    for number, one in enumerate(parts):
        tag = f"{names.LOOKS}.{number}"
        before = known.get(tag, replace(one, seeds=(), at=()))
        if before.seeds[: len(one.seeds)] != one.seeds:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            times = (*before.at, *(now,) * len(one.seeds))[: len(one.seeds)]
            new[tag] = as_text(replace(one, at=times))
    if not new:
        return
    with store.translated():
        if details:  # first: a look counts once all of it is there
            with store.home.search_files() as folder:
                text = json.dumps(details, indent=1) + "\n"
                (folder / FILE).write_text(text, encoding="utf-8")
                store.writer.keep_files(parent.run_id, folder)
        store.add(RunEntry(parent.run_id, tags=new))


def as_text(looked: Looked) -> str:
    """Return looks as JSON."""
    return json.dumps(asdict(looked) | {"arms": " ".join(sorted(looked.arms))})


def from_text(text: str) -> Looked | None:
    """Return what :func:`as_text` wrote, ``None`` for anything else."""
    try:
        told = json.loads(text)
        numbers = {key: tuple(told[key]) for key in ("seeds", "alpha", "at")}
        found = Looked(**told | numbers | {"arms": frozenset(told["arms"].split())})
        return found if _is_sound(found) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None  # other programs write to a store, too


def _is_sound(looked: Looked) -> bool:
    counts = (*looked.seeds, looked.first_seed, looked.most_seeds or 0)
    design = (looked.margin, looked.confidence)
    if not looked.seeds or not all(type(n) is int and n >= 0 for n in counts):
        return False
    if list(looked.seeds) != sorted(set(looked.seeds)):
        return False
    if not all(isinstance(at, str) for at in looked.at):
        return False
    if looked.most_seeds is None:
        return design == (None, None) and not looked.alpha
    numbers = (*design, *looked.alpha)
    known = all(isinstance(n, int | float) and math.isfinite(n) for n in numbers)
    return known and looked.most_seeds >= max(FEWEST, *looked.seeds)


def _read(parent: Record) -> dict[str, Looked]:
    """Return the looks that a parent has, by tag."""
    tags = [tag for tag in sorted(parent.tags) if tag.startswith(f"{names.LOOKS}.")]
    return {tag: looked for tag in tags if (looked := from_text(parent.tags[tag])) is not None}

"""A run as the store holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rnnbench.tracking import names


@dataclass(frozen=True)
class Record:
    """A training run, a trial, an arm's summary or a sweep's parent, with what was logged.

    ``training_samples`` are those of its data set, a part held out for validation included.
    """

    run_id: str
    status: str
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    start_time: int = 0
    end_time: int | None = None
    training_samples: int | None = None

    @property
    def key(self) -> str:
        """Content key of the run."""
        return self.tags.get(names.KEY, "")

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return int(self.params.get("seed", -1))

    @property
    def is_finished(self) -> bool:
        """Whether the run has a result; a pruned trial ended well, but early."""
        return self.status == "FINISHED" and not self.is_pruned

    @property
    def is_pruned(self) -> bool:
        """Whether a search ended the trial before its last epoch."""
        return self.tags.get(names.TRIAL_STATE) == names.PRUNED

    @property
    def reason(self) -> str:
        """Why the run failed, where it did."""
        return self.tags.get(names.REASON, "")


def counting(records: Sequence[Record]) -> Record:
    """Return which run of a key counts, of all, oldest first: a finished one, else the latest."""
    return next((record for record in records if record.is_finished), records[-1])


def training_samples(profile: object) -> int | None:
    """Return the number of training samples that a data set's profile tells, if it does."""
    try:
        count = json.loads(str(profile))["n_train"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return count if type(count) is int and count > 0 else None


def also_trial_of(tags: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the tags that a trial has in further searches, by their study."""
    try:
        found = json.loads(tags.get(names.ALSO, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def in_each_search(record: Record) -> list[Record]:
    """Return a trial once for each search that it belongs to."""
    further = [
        replace(record, tags={**record.tags, **tags, names.STUDY: study})
        for study, tags in also_trial_of(record.tags).items()
    ]
    return [record, *further]

"""When the summaries of arms are written anew: once an arm is complete, and now and then before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from rnnbench.tracking.arm_summary import update_arm_summary
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec

_SECONDS = 30.0  # at least, between two updates of arms that are not complete
_SHARE = 0.05  # of the time, that those updates take at most


class ArmSummaries:
    """The arms of a sweep that have results which their summaries don't tell yet.

    A summary is written as a whole: at each result, an arm of many replicates would cost more than
    all else that is recorded.
    """

    def __init__(self, store: Store, sweep_key: str, *, create: bool) -> None:
        """Begin with none.

        Args:
            store: where they are.
            sweep_key: content key of the sweep.
            create: whether an arm gets a summary that has none.
        """
        self._store = store
        self._key = sweep_key
        self._create = create
        self._changed: dict[str, RunSpec] = {}
        self._next = time.monotonic() + _SECONDS

    def changed(self, spec: RunSpec) -> None:
        """Note that a run of an arm has been stored."""
        self._changed[spec.arm_key] = spec

    def look(self, has_more: Callable[[str], bool]) -> None:
        """Write those of complete arms, and of others where there is time for it.

        Args:
            has_more: says whether further runs of an arm are to be trained.
        """
        self._write([key for key in self._changed if not has_more(key)])
        begun = time.monotonic()
        if self._changed and begun >= self._next:
            self.write()
            end = time.monotonic()
            self._next = end + max(_SECONDS, (end - begun) / _SHARE)

    def write(self) -> None:
        """Write those of all arms that have changed."""
        self._write(list(self._changed))

    def _write(self, arm_keys: Iterable[str]) -> None:
        for arm_key in arm_keys:
            spec = self._changed.pop(arm_key)
            update_arm_summary(self._store, spec, self._key, create=self._create)

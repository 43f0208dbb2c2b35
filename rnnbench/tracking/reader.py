"""What can be asked of a store, by SQL (:mod:`.sql_reader`) or MLflow's client."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from rnnbench.tracking.record import Record

# The points of one run: metric -> (step, value), in the order of their steps.
History = dict[str, list[tuple[int, float]]]


class Reader(Protocol):
    """What can be asked of a store."""

    def search(
        self,
        tags: Mapping[str, str],
        *,
        status: str | None = None,
        keys: Collection[str] | None = None,
        only: Collection[str] | None = None,
    ) -> Iterator[Record]:
        """Yield runs with all these tags, oldest first.

        Args:
            tags: tag -> value.
            status: MLflow's status, where only that is wanted.
            keys: content keys, where only those are wanted.
            only: names of the tags, parameters and metrics that are wanted; others may be missing.
        """
        ...

    def histories(
        self, run_ids: Iterable[str], metrics: Sequence[str] | None = None
    ) -> dict[str, History]:
        """Return by run the values of these metrics by epoch; without any, of all after epoch 0."""
        ...

    def artifact_folders(self, run_ids: Iterable[str]) -> dict[str, str]:
        """Return by run the address of its files."""
        ...

    def experiment_tag(self, name: str) -> str | None:
        """Return the value of one of the experiment's own tags, where it has it."""
        ...

"""What an executor asks for tasks."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rnnbench.training.trainer import Task


class Source(Protocol):
    """Hands out tasks one by one, each of them claimed; it may have more after a result."""

    def take(self, held: Collection[str], busy: Collection[str]) -> Task | None:
        """Return the next task, or ``None`` while there is none.

        Args:
            held: groups whose compiled model an idle worker has at hand.
            busy: groups that other workers are at work on.
        """
        ...

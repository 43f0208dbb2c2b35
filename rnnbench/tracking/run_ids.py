"""Ids of new runs: as MLflow's, and those of runs that follow one another stand side by side."""

from __future__ import annotations

import secrets
import uuid

_PLACES = 256  # which two digits tell
_NEIGHBOURS = 32  # runs in a place before the next one is taken


class RunIds:
    """Gives ids of 32 hexadecimal digits, whose first two are the same for some runs in a row.

    Each of a run's hundred parameters, tags and metrics has an entry in an index by name and run.
    With ids at random, a run in a large store changes a page of the index for each of them, which
    has to be read before and to be written later. Neighbours change the same pages.
    """

    def __init__(self) -> None:
        """Begin somewhere, because other processes write into the same store."""
        self._begun = secrets.randbelow(_PLACES) * _NEIGHBOURS

    def new(self) -> str:
        """Return an id that no other run has."""
        place = self._begun // _NEIGHBOURS % _PLACES
        self._begun += 1
        return f"{place:02x}{uuid.uuid4().hex[2:]}"

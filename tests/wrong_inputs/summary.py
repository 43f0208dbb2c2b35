"""What became of the rows of the catalogue, counted over all processes of the tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

OUTCOME = "wrong input"
REFUSED, TRACEBACK, NOT_ENDED, LEFT = "refused", "traceback", "not ended", "left behind"


def summary(reports: Iterable[Any]) -> str:
    """Return one line about all rows that were run, or nothing where none was.

    Args:
        reports: pytest's, whose user properties come from whichever process ran the test.
    """
    found = [
        set(value.split(", "))
        for r in reports
        for name, value in r.user_properties
        if name == OUTCOME
    ]
    if not found:
        return ""

    def count(what: str) -> int:
        return sum(what in outcome for outcome in found)

    return (
        f"wrong inputs: {len(found)} tried, "
        f"{count(REFUSED)} refused with status 2 and one message, "
        f"{count(TRACEBACK)} tracebacks, {count(NOT_ENDED)} not ended, {count(LEFT)} left behind"
    )

"""Which data sets of a sweep are on this machine (``sweep.optional_data``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rnnbench.config.expand import Arm
from rnnbench.data import missing
from rnnbench.data.contract import Fingerprint


def at_hand(arms: Sequence[Arm], tell: Callable[[str], None]) -> list[Arm]:
    """Return the arms of a sweep without those whose data would have to be downloaded first.

    Only a data set in ``sweep.optional_data`` is left out, and only beside others: one that is
    asked for alone is downloaded, as always.

    Args:
        arms: of one sweep.
        tell: called with a line about each data set that is left out, and how to have it.
    """
    if len({arm.config.data.name for arm in arms}) < 2:
        return list(arms)
    away: dict[str, Fingerprint | None] = {}
    told: dict[str, Fingerprint] = {}
    for arm in arms:
        data, key = arm.config.data, _key(arm)
        if data.name in arm.config.sweep.optional_data and key not in away:
            away[key] = found = missing(data, Path(arm.config.home))
            if found is not None:
                told[data.name] = found
    for name, found in told.items():
        tell(
            f"data={name} is left out: it is not on this machine. To have it in the sweep, "
            f"{found.action}, or let python -m rnnbench data data={name} download it"
        )
    return [arm for arm in arms if away.get(_key(arm)) is None]


def _key(arm: Arm) -> str:
    return arm.config.data.model_dump_json()

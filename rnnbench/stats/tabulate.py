"""Writes the packaged table of what the usual plans show, and of critical values, anew.

    python -m rnnbench.stats.tabulate

Needed after a change of :mod:`rnnbench.stats.power` or :mod:`rnnbench.stats.critical`, which
compute them.
"""

from __future__ import annotations

import json

from rnnbench.stats.critical import write_kept
from rnnbench.stats.power import in_deviations
from rnnbench.stats.power_table import (
    DIGITS,
    FILE,
    FIRST,
    MOST_NEEDED,
    MOST_SHOWN,
    PowerCurve,
    families,
    name,
)


def computed(arms: int, comparisons: int) -> PowerCurve:
    """Return what the table has to hold of a family, computed."""
    shown, needed = zip(
        *(in_deviations(n, arms, comparisons) for n in range(FIRST, MOST_NEEDED + 1)), strict=True
    )
    rounded = [[float(f"{one:.{DIGITS}g}") for one in ends] for ends in (shown, needed)]
    return PowerCurve(rounded[0][: MOST_SHOWN + 1 - FIRST], rounded[1])


def main() -> None:
    """Write both tables anew."""
    write_kept()
    lines = [
        f"{json.dumps(name(*one))}: {json.dumps(computed(*one)._asdict())}" for one in families()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

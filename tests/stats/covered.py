"""Whether an interval holds a value, for counting how often intervals do."""

from __future__ import annotations

from rnnbench.stats.bootstrap import Interval


def covers(interval: Interval, value: float) -> bool:
    return interval.low <= value <= interval.high

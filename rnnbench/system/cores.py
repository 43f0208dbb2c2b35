"""How many cores there are to work with."""

from __future__ import annotations

import os
from typing import Literal


def cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_count(workers: int | Literal["auto"], threads: int) -> int:
    """Return how many processes work in parallel: as asked, or cores divided by threads."""
    return max(1, cores() // threads) if workers == "auto" else workers

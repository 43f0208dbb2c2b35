"""Baselines, models without recurrence: what recurrence has to beat.

What they are stands here; they are trained, recorded and read as the cells are. Training imports
this; ``strategy``, which declares them as runs, imports sweeps instead.
"""

from rnnbench.baselines.kinds import BASELINES, Baseline, get_baseline, own_baselines
from rnnbench.baselines.result import FittedBaseline

# Raised by hand whenever a change can alter a baseline's result.
BASELINE_VERSION = 1

__all__ = [
    "BASELINES",
    "BASELINE_VERSION",
    "Baseline",
    "FittedBaseline",
    "get_baseline",
    "own_baselines",
]

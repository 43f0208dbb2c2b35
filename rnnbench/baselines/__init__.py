"""Baselines that see which tokens occur and not in which order: what recurrence has to beat."""

from rnnbench.baselines.kinds import BASELINES, Baseline, get_baseline

__all__ = ["BASELINES", "Baseline", "get_baseline"]

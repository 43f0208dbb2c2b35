"""Statistics over replicates: summaries, intervals, paired comparisons, search curves."""

from rnnbench.stats.summary import Statistic, half_width, statistic

__all__ = ["Statistic", "half_width", "statistic"]

"""Statistics over replicates: summaries, intervals, paired comparisons, search curves.

Built on NumPy and, for what few commands need, SciPy; whatever counts or judges runs may import it.
"""

from rnnbench.stats.summary import Statistic, half_width, statistic

__all__ = ["Statistic", "half_width", "statistic"]

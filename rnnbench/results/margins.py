"""How large a difference has to be to matter, in the unit of what is compared.

``report.margin`` is a fraction: of accuracy 0.01 is a point. An error is in a unit of the user's,
of which no number is small or large by itself: there the margin is that part of the standard
deviation of the training targets, which is the RMSE of a model that knows their mean and nothing
else.
"""

from __future__ import annotations

from collections.abc import Iterable

from rnnbench.config.schema import ReportConfig
from rnnbench.data.contract import TARGET_SD
from rnnbench.results.facts import Facts
from rnnbench.results.measure import Measure


def margin_of(margin: float, measure: Measure | None, sd: float) -> float:
    """Return the margin of a comparison in the unit of its measure.

    Args:
        margin: ``report.margin``.
        measure: what is compared.
        sd: standard deviation of the targets; where it is 0, which says that it is not known, no
            difference is too small.
    """
    return margin * sd if measure is not None and measure.is_error else margin


def in_unit(options: ReportConfig, measure: Measure | None, arms: Iterable[Facts]) -> ReportConfig:
    """Return the options of a report whose margin is in the unit of a measure of some arms."""
    margin = margin_of(options.margin, measure, target_sd(arms))
    return options if margin == options.margin else options.model_copy(update={"margin": margin})


def target_sd(arms: Iterable[Facts]) -> float:
    """Return the standard deviation of the targets of arms of one data set; 0 if unknown."""
    return max((sd for arm in arms for sd in arm.by_seed(TARGET_SD).values()), default=0.0)

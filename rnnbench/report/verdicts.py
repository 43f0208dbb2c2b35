"""How a verdict comes about, told once."""

from __future__ import annotations

from collections.abc import Iterable

from rnnbench.config.schema import ReportConfig
from rnnbench.report.amounts import amount
from rnnbench.report.document import Block, ReportSection
from rnnbench.results.measure import BEST, Measure
from rnnbench.stats.family import FEWEST

KEY = "verdicts"
# A failure that happens in a tenth of the trainings, and how often ten seeds don't show it.
_RARE, _SEEDS = 0.1, 10


def verdicts_section(options: ReportConfig, measures: Iterable[Measure]) -> ReportSection:
    """Return the rules by which comparisons are decided.

    Args:
        options: margin and confidence.
        measures: what the sections of the report are judged by.
    """
    percent = options.percent
    error = f"{100 * (1 - options.confidence):.3g} %"
    by = list(measures) or [Measure(BEST)]
    margin = amount(by[0], options.margin, "g")
    if all(measure.is_error for measure in by):
        margin = f"{100 * options.margin:g} % of the standard deviation of the training targets"
    about = (
        "Two arms are compared where one thing differs between them and nothing else does. Runs of "
        "both with the same seed form a pair; what the pairs leave over is compared without pairs "
        "(Welch 1947). All comparisons of a data set by one measure are one family: with "
        f"{percent} certainty all their intervals hold the true differences. Where all arms are "
        f"equal, at most {error} of such families name a difference, whatever the number of arms."
    )
    how = (
        "An interval is Student's t of the difference. Where every arm is compared with every "
        "other, the spreads of all pairs are moderated towards a common one (Smyth 2004) and the "
        "critical value is that of all pairs together; otherwise it is Bonferroni's. Where it is "
        "known which test samples each run answered rightly, an interval holds two kinds of "
        "chance, which seeds were drawn and which test samples: a verdict then speaks of new data "
        "of the same kind, otherwise of this test set only, and the table says so."
    )
    rules = (
        f"Better by more than the margin: the whole interval lies beyond {margin} "
        f"(report.margin={options.margin:g}).",
        "Better, size unclear: the interval lies on one side of zero, and reaches from within the "
        "margin to beyond it.",
        "Better but it hardly matters: the interval lies on one side of zero and within the "
        "margin.",
        "Equivalent: the interval holds zero and lies within the margin.",
        f"Undecided: anything else, and always with fewer than {FEWEST} seeds. That is not the "
        "same as no difference. “About 12 to 30 seeds would decide”: if further seeds spread like "
        "those seen, whose spread is itself uncertain.",
        "P(better), P(equivalent), P(worse): how probable it is that the first arm is better by "
        "more than the margin, that it differs by less, and that it is worse by more (Benavoli et "
        "al. 2017). They and “better in” are for information and decide nothing.",
        f"Marked in a table of {_scores(by)}: the best arm, and those below it that are not shown "
        "to be worse, down to the first that is, that differs from the best in more than one "
        f"thing, or that has fewer than {FEWEST} seeds. A baseline above a marked arm is marked, "
        "too.",
    )
    missed = (1 - _RARE) ** _SEEDS
    unseen = (
        "What no such test sees: rare failures. One that happens in "
        f"{100 * _RARE:g} % of the trainings is missed by {_SEEDS} seeds in {100 * missed:.0f} % "
        "of reports. Where seeds failed, their number is told first, and what the verdict would be "
        "if they counted with the worst value. Baselines are not compared: their numbers stand "
        "beside those of the cells."
    )
    block = Block("", (about, how, unseen), bullets=rules)
    return ReportSection(KEY, "How a verdict comes about", (block,))


def _scores(measures: Iterable[Measure]) -> str:
    """Return what the tables with marks are of."""
    found = dict.fromkeys("errors" if one.is_error else "accuracies" for one in measures)
    return " or ".join(found)

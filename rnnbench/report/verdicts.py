"""How a verdict comes about, told once."""

from __future__ import annotations

from rnnbench.config.schema import ReportConfig
from rnnbench.report.document import Block, Section
from rnnbench.stats.paired import FEWEST, decisive_pairs

KEY = "verdicts"


def verdicts_section(options: ReportConfig) -> Section:
    """Return the rules by which comparisons are decided."""
    percent = f"{100 * options.confidence:g} %"
    margin = f"{100 * options.margin:g}"
    decisive = decisive_pairs(options.confidence)
    about = (
        "Two arms are compared where one thing differs between them and nothing else does. The "
        "runs of both with the same seed form a pair; the difference is the mean over the pairs, "
        f"and its {percent} interval the wider of a bootstrap's and Student's t."
    )
    rules = (
        "Better: the interval lies on one side of zero and not within the margin; the exact "
        f"permutation test agrees (p at most {1 - options.confidence:.2g}); and of all pairings of "
        "a training of one arm with a training of the other, the better arm wins at least three "
        f"of four (four of five with fewer than {decisive} seeds).",
        f"Equivalent: the interval lies within the margin, ±{margin} "
        f"{'point' if margin == '1' else 'points'} (report.margin={options.margin:g}).",
        f"Undecided: anything else, and always with fewer than {FEWEST} seeds. “About 20 seeds "
        "would decide”: if further seeds spread like those seen. “The seeds overlap too "
        "much”: too few pairings are won, and more seeds like these would not change that.",
        "Marked in a table of accuracies: the best arm, and those below it that are not shown to "
        "be worse, down to the first that is, that differs from the best in more than one thing, "
        f"or that shares fewer than {FEWEST} seeds with it. A baseline above a marked arm is "
        "marked, too.",
    )
    adjusted = (
        "Verdicts are not adjusted for the number of comparisons; the column “p, Holm” is. "
        "Baselines are not compared: their numbers stand beside those of the cells."
    )
    block = Block("", (about, adjusted), bullets=rules)
    return Section(KEY, "How a verdict comes about", (block,))

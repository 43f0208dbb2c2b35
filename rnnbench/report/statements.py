"""A comparison in a sentence or two of plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rnnbench.formatting.sentences import capital
from rnnbench.formatting.tables import span
from rnnbench.report.amounts import amounts, margin_words
from rnnbench.report.document import Statement
from rnnbench.report.pairs import Pair, fewest
from rnnbench.report.wording import are, arm_place, arm_words
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.chance import OF_MEAN, learned_nothing
from rnnbench.results.measure import Measure
from rnnbench.stats.family import FEWEST, Comparison, Verdict

_CLASS = "Always answering the most frequent class"
_MEAN = "Always predicting the mean of the training targets, as the baseline mean does,"
_SEEDS_AT_MOST = "more than a thousand seeds would be needed"


def statement(pair: Pair, margin: float) -> Statement:
    """Return a comparison: how large, how sure, and whether it matters.

    The better arm is named first; of an undecided pair, the one that other sentences name first.

    Args:
        pair: what is compared.
        margin: a difference that does not matter, in the unit of the measure.
    """
    result = result_of(pair)
    leading, other, shared = said(pair)
    place = f"{shared}: " if shared else ""
    better = leading if place else capital(leading)
    first, second = (other, leading) if is_turned(pair) else (leading, other)
    first = first if place else capital(first)
    level = both_learned_nothing(pair)
    limit = margin_words(measure_of(pair), margin)
    remarks = "".join(f"; {words}" for words in pair.relation.machine.values())
    seen = f"{seen_in(pair)}{remarks}."
    if level is not None:
        lead = f"{place}{first} and {second}: neither learned anything"
        found = plain_verdict(pair, margin)
        nothing = f"{capital(found)}, which says nothing of what they can learn{remarks}."
        return Statement(lead, f". {as_good([pair.a, pair.b], [level])} {nothing}")
    if result.verdict.startswith("better"):
        lead = f"{place}{better} {are(better)} better than {other}"
        return better_statement(result.verdict, lead, size(pair), limit if margin else None, seen)
    if result.verdict == "equivalent":
        lead = f"{place}{first} and {second} are equivalent within {limit}"
        return Statement(lead, f". {ahead(pair)}{remarks}.")
    lead = f"{place}{first} and {second}: undecided."
    return Statement(lead, f" {ahead(pair)}; {would_decide(result)}{remarks}.")


def plain_verdict(pair: Pair, margin: float, *, with_seeds: bool = True) -> str:
    """Return a verdict in the few words that a table has room for.

    Without the seeds that would decide, they are those that a figure has room for.
    """
    result = result_of(pair)
    if result.better is not None:
        return f"{said(pair)[0]} {result.verdict}"
    if result.verdict == "equivalent":
        return f"equivalent within {margin_words(measure_of(pair), margin)}"
    return f"undecided ({would_decide(result, is_short=True)})" if with_seeds else "undecided"


def better_statement(
    verdict: Verdict, lead: str, size: str, limit: str | None, seen: str
) -> Statement:
    """Return that an arm is better, by how much, and whether it matters.

    Args:
        verdict: one that names a better arm.
        lead: which is better than which.
        size: of the difference, with its interval.
        limit: the margin; ``None`` where it is zero.
        seen: in how many seeds or data sets, with the full stop.
    """
    if verdict == "better by more than the margin":
        beyond = "" if limit is None else f", more than the margin of {limit}"
        return Statement(f"{lead} by {size}", f"{beyond}; {seen}")
    if verdict == "better, size unclear":
        unclear = f": {size}, and so it may be less than the margin of {limit}"
        return Statement(f"{lead}; how much is not clear", f"{unclear}; {seen}")
    matters = f"{lead} by {size}: sure, but it hardly matters"
    return Statement(matters, f" (under the margin of {limit}); {seen}")


def ahead(pair: Pair) -> str:
    """Return which arm is ahead, by how much, and in how many seeds it is better."""
    if result_of(pair).difference.estimate == 0:
        return "Their means are equal"
    leading = arm_words(pair.words[0])
    return f"{capital(leading)} {are(leading)} ahead by {size(pair)}, {seen_in(pair)}"


def largest(pairs: Sequence[Pair]) -> str:
    """Return the largest of some differences, in a sentence of its own."""
    pair = max(pairs, key=lambda pair: abs(result_of(pair).difference.estimate))
    leading, other, shared = said(pair)
    whose = f"{shared}, " if shared else ""
    told = f"{leading} ahead of {other} by {size(pair)}, {seen_in(pair)}"
    return f"Largest difference: {whose}{told}."


def said(pair: Pair) -> tuple[str, str, str]:
    """Return what is each arm's own, and what both have, in words; that begins a sentence."""
    a, b, shared = map(arm_words, pair.words)
    return a, b, capital(shared)


def size(pair: Pair) -> str:
    """Return how far the first arm is ahead: ``3.2 points (1.4 to 5.1)``."""
    measure, difference = measure_of(pair), result_of(pair).difference
    ends = sorted((measure.sign * difference.low, measure.sign * difference.high))
    return amounts(measure, measure.sign * difference.estimate, *ends)


def seen_in(pair: Pair) -> str:
    """Return in how many of the seeds in common the first arm is better."""
    result = result_of(pair)
    if not result.n:
        return f"over {result.n_a} and {result.n_b} other seeds"
    won, equal = wins(pair)
    ties = f", equal in {equal}" if equal else ""
    return f"better in {won} of {result.n} seeds{ties}"


def wins(pair: Pair) -> tuple[int, int]:
    """Return in how many of the seeds in common the first arm is better, and in how many equal."""
    result = result_of(pair)
    return round(result.won - result.equal / 2), result.equal


def would_decide(result: Comparison, *, is_short: bool = False) -> str:
    """Return what a verdict lacks, or the few words of it that a table has room for."""
    count = fewest(result)
    if count < 2:
        return "one seed" if is_short else "one seed tells nothing of the spread"
    if result.seeds_needed is not None:
        short = f"about {span(*result.seeds_needed)} seeds"
        return short if is_short else f"{short} would decide"
    if count < FEWEST:
        return f"{count} seeds" if is_short else f"fewer than {FEWEST} seeds decide nothing"
    return "over 1,000 seeds" if is_short else _SEEDS_AT_MOST


def both_learned_nothing(pair: Pair) -> float | None:
    """Return what guessing gives, where neither arm is better than that."""
    levels = [learned_nothing(arm, measure_of(pair)) for arm in (pair.a, pair.b)]
    return None if None in levels else levels[0]


def as_good(arms: Sequence[ArmRuns], levels: Iterable[float]) -> str:
    """Return which answer without a model is as good as some arms, in a sentence."""
    is_number = any(arm.by_seed(OF_MEAN) for arm in arms)
    guess, form = (_MEAN, ".4g") if is_number else (_CLASS, ".2f")
    shown = " or ".join(sorted({f"{level:{form}}" for level in levels}))
    return f"{guess} is as good ({shown})."


def is_turned(pair: Pair) -> bool:
    """Return whether sentences name the arm that is ahead second."""
    return arm_place(pair.b.name) < arm_place(pair.a.name)


def is_undecided(pair: Pair) -> bool:
    """Return whether there is no verdict."""
    return result_of(pair).verdict == "undecided"


def result_of(pair: Pair) -> Comparison:
    """Return the result of a pair that was compared."""
    assert pair.result is not None
    return pair.result


def measure_of(pair: Pair) -> Measure:
    """Return what a pair was compared by."""
    assert pair.measure is not None
    return pair.measure

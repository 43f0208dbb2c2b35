"""A comparison in a sentence or two of plain words."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.report.document import Statement
from rnnbench.report.pairs import Pair
from rnnbench.report.wording import are, arm_place, arm_words, capital, metric_words
from rnnbench.stats.paired import MEETINGS, Comparison


def statement(pair: Pair, margin: float) -> Statement:
    """Return a comparison with its size and how sure it is.

    The better arm is named first; of an undecided pair, the one that other sentences name first.

    Args:
        pair: what is compared.
        margin: a difference that does not matter, in the unit of the measure.
    """
    result = result_of(pair)
    leading, other, shared = said(pair)
    place = f"{shared}: " if shared else ""
    metric = metric_words(pair.metric or "")
    remarks = "".join(f"; {words}" for words in pair.relation.machine.values())
    if result.verdict in ("A better", "B better"):
        better = leading if place else capital(leading)
        lead = f"{place}{better} {are(better)} better than {other}"
        return Statement(lead, f" by {size(pair)} of {metric}, in {wins(pair)} seeds{remarks}.")
    first, second = (other, leading) if is_turned(pair) else (leading, other)
    first = first if place else capital(first)
    if result.verdict == "equivalent":
        lead = f"{place}{first} and {second} are equivalent"
        within = f" within {_points(100 * margin, 'g')} of {metric}"
        return Statement(lead, f"{within}. {ahead(pair)}{remarks}.")
    lead = f"{place}{first} and {second}: undecided."
    return Statement(lead, f" {ahead(pair)}; {would_decide(result)}{remarks}.")


def ahead(pair: Pair) -> str:
    """Return which arm has the higher mean, by how much, and in how many seeds it is better."""
    if result_of(pair).difference.estimate == 0:
        return "Their means are equal"
    leading = arm_words(pair.words[0])
    return f"{capital(leading)} {are(leading)} ahead by {size(pair)}, better in {wins(pair)} seeds"


def largest(pairs: Sequence[Pair]) -> str:
    """Return the largest of some differences, in a sentence of its own."""
    pair = max(pairs, key=lambda pair: result_of(pair).difference.estimate)
    leading, other, shared = said(pair)
    whose = f"{shared}, " if shared else ""
    told = f"{leading} ahead of {other} by {size(pair)}, better in {wins(pair)} seeds"
    return f"Largest difference: {whose}{told}."


def said(pair: Pair) -> tuple[str, str, str]:
    """Return what is each arm's own, and what both have, in words; that begins a sentence."""
    a, b, shared = map(arm_words, pair.words)
    return a, b, capital(shared)


def size(pair: Pair) -> str:
    """Return ``3.2 points (1.4 to 5.1)``; small ones have two digits."""
    difference = result_of(pair).difference
    points, low, high = (100 * x for x in (difference.estimate, difference.low, difference.high))
    digits = 1 if abs(points) >= 0.095 else 2
    span = f" ({low:.{digits}f} to {high:.{digits}f})" if low == low else ""
    return f"{_points(points, f'.{digits}f')}{span}"


def _points(points: float, form: str) -> str:
    shown = f"{points:{form}}"
    return f"{shown} point{'' if shown == '1' else 's'}"


def wins(pair: Pair) -> str:
    """Return in how many of the seeds in common the arm with the higher mean is better."""
    first, second = (arm.by_seed(pair.metric or "") for arm in (pair.a, pair.b))
    common = first.keys() & second.keys()
    return f"{sum(first[seed] > second[seed] for seed in common)} of {len(common)}"


def would_decide(result: Comparison, *, is_short: bool = False) -> str:
    """Return what a verdict lacks, or the few words of it that a table has room for."""
    if result.n < 2:
        short, whole = "one seed", "one seed tells nothing of the spread"
    elif result.seeds_needed is not None:
        short = f"about {result.seeds_needed} seeds"
        whole = f"{short} would decide"
    elif won(result) < MEETINGS:
        short, whole = "seeds overlap", "the seeds overlap too much"
    else:
        short, whole = "over 1,000 seeds", "more than a thousand seeds would be needed"
    return short if is_short else whole


def won(result: Comparison) -> float:
    """Return the share of all pairings of a training of each in which the higher mean wins."""
    share = result.superiority
    return share if result.difference.estimate > 0 else 1 - share


def is_turned(pair: Pair) -> bool:
    """Return whether sentences name the arm with the higher mean second."""
    return arm_place(pair.b.name) < arm_place(pair.a.name)


def is_undecided(pair: Pair) -> bool:
    """Return whether there is no verdict."""
    return result_of(pair).verdict == "undecided"


def result_of(pair: Pair) -> Comparison:
    """Return the result of a pair that was compared."""
    assert pair.result is not None
    return pair.result

"""What is said of looks: a line while a sweep goes on, a table and a sentence at its end."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.config.metric import Metric
from rnnbench.config.metrics import METRICS
from rnnbench.formatting.tables import Table, span
from rnnbench.results.arm_names import own_words
from rnnbench.stats.family import Comparison
from rnnbench.until.course import Course

_MOST_NAMED = 4
_FAILED = "because an arm has failed with every seed"


def look_words(course: Course, number: int, *, several: bool) -> str:
    """Return what a look found, in a line.

    Args:
        course: with its looks.
        number: of the look, from 0.
        several: whether the sweep has several data sets.
    """
    look, looks = course.looks[number], course.design.looks
    left, total = look.decided.count(None), len(look.decided)
    where = f"{course.family.title}: " if several else ""
    text = f"{where}look {number + 1} of {len(looks)}, {look.seeds} seeds: "
    if not left:
        return (
            f"{text}{'the comparison is' if total == 1 else f'all {total} comparisons are'} decided"
        )
    text += f"{left} of {total} comparisons open"
    if not look.open_arms:
        return f"{text}, {_FAILED}"
    if look.seeds == course.design.most_seeds:
        return f"{text}, and no seeds left"
    return f"{text}; to {looks[number + 1]} seeds: {_listed(look.open_arms)}"


def decisions_table(courses: Sequence[Course]) -> Table:
    """Return a row for each comparison: the verdict, the difference, and what it has cost."""
    several = len(courses) > 1
    rows = []
    for course in courses:
        if not course.looks:
            continue
        last, most = course.looks[-1], course.design.most_seeds
        for found, when in zip(last.comparisons, last.decided, strict=True):
            seeds = last.seeds if when is None else course.design.looks[when - 1]
            rows.append(
                (
                    *((course.family.title,) if several else ()),
                    _pair(found),
                    _verdict(found),
                    *_difference(found, METRICS[course.metric]),
                    str(seeds),
                    f"{2 * seeds} of {2 * most}",
                )
            )
    metrics = dict.fromkeys(METRICS[course.metric].words for course in courses)
    columns = (
        *(("data",) if several else ()),
        *("comparison", "verdict", "difference", "interval", "seeds", "runs of both"),
    )
    optional = ("runs of both", "interval", "seeds")
    title = f"Comparisons by {' and '.join(metrics)}"
    return Table(title, columns, tuple(rows), optional=optional, words=("comparison", "verdict"))


def saved_words(courses: Sequence[Course]) -> str:
    """Return how many comparisons are decided, and how many runs were saved."""
    count = sum(len(course.family.pairs) for course in courses)
    left = sum(course.open_pairs for course in courses)
    used, most = (sum(getattr(c, name) for c in courses) for name in ("used", "most"))
    if any(course.needed for course in courses):
        return f"{left} of {count} comparisons are open: runs of the next look have no result."
    limit = courses[0].design.most_seeds
    saved = "none" if used == most else f"{most - used}"
    runs = f"{used} runs instead of {most} ({limit} seeds of each arm): {saved} saved."
    if not left:
        return f"{_all(count)} decided. {runs}"
    what = "The comparison is" if count == 1 else f"{left} of {count} comparisons are"
    if not any(course.active for course in courses):
        return f"{what} undecided, {_FAILED}. {runs}"
    return (
        f"{what} undecided after {limit} seeds, which does not show that the arms are equal. {runs}"
    )


def _all(count: int) -> str:
    if count < 3:
        return "The comparison is" if count == 1 else "Both comparisons are"
    return f"All {count} comparisons are"


def _pair(found: Comparison) -> str:
    """Return the arms of a comparison, the one that is ahead first: ``lstm − gru, depth=2``."""
    a, b, both = _words(found)
    return " − ".join((b, a) if _is_turned(found) else (a, b)) + (f", {both}" if both else "")


def _words(found: Comparison) -> tuple[str, str, str]:
    """Return what is each arm's own in its name, and what both have beside the data set."""
    a, b, shared = own_words(found.a, found.b)
    return a, b, " ".join(word for word in shared.split() if not word.startswith("data="))


def _is_turned(found: Comparison) -> bool:
    if found.better is not None:
        return found.better == "b"
    return found.difference.estimate < 0


def _verdict(found: Comparison) -> str:
    if found.better is None:
        needed = found.seeds_needed
        told = "" if needed is None else f" (about {span(*needed)} seeds would decide)"
        return f"{found.verdict}{told}"
    a, b, _ = _words(found)
    return f"{a if found.better == 'a' else b} {found.verdict}"


def _difference(found: Comparison, metric: Metric) -> tuple[str, str]:
    interval, sign = found.difference, -1 if _is_turned(found) else 1
    low, high = sorted((sign * interval.low, sign * interval.high))
    return metric.shown(sign * interval.estimate, sign="+"), metric.shown_range(low, high, "+")


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"

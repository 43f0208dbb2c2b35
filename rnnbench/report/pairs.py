"""Which arms of a section are compared, and which cannot be."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rnnbench.results.arm_names import own_words
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.candidates import candidates
from rnnbench.results.compare import Relation, relate
from rnnbench.results.measure import Measure
from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.family import FEWEST, Comparison

MOST_REFUSED = 40  # pairs that are told of a section, each found among all arms


@dataclass(frozen=True)
class Pair:
    """Two arms, the one that is ahead first, and their comparison.

    Attributes:
        a: the arm that is ahead.
        b: the other one.
        relation: in what they differ.
        measure: what they are compared by; ``None`` where one of them has no such measure.
        result: A against B; ``None`` where they are not alike in everything else.
        worst: the same with every seed that failed at the worst value; ``None`` where none did.
    """

    a: ArmRuns
    b: ArmRuns
    relation: Relation
    measure: Measure | None
    result: Comparison | None = None
    worst: Comparison | None = None

    @property
    def names(self) -> frozenset[str]:
        """Names of both arms."""
        return frozenset((self.a.name, self.b.name))

    @property
    def words(self) -> tuple[str, str, str]:
        """What is each arm's own in its name, and what both have."""
        return own_words(self.a.name, self.b.name)

    @property
    def can_be_compared(self) -> bool:
        """Whether a verdict would mean what it says."""
        return self.measure is not None and self.relation.is_clean

    def compared(self, result: Comparison, worst: Comparison | None) -> Pair:
        """Return the pair with its comparison, turned so that the arm that is ahead is first."""
        assert self.measure is not None
        if self.measure.sign * result.difference.estimate >= 0:
            return replace(self, result=result, worst=worst)
        relation = relate(self.b, self.a, self.measure.metric)
        behind = None if worst is None else turned(worst)
        return Pair(self.b, self.a, relation, self.measure, turned(result), behind)


def turned(result: Comparison) -> Comparison:
    """Return B against A."""
    difference, wins = result.difference, result.wins
    return replace(
        result,
        a=result.b,
        b=result.a,
        n_a=result.n_b,
        n_b=result.n_a,
        difference=Interval(-difference.estimate, -difference.high, -difference.low),
        better=None if result.better is None else "b" if result.better == "a" else "a",
        won=result.n - result.won,
        wins=Interval(1 - wins.estimate, 1 - wins.high, 1 - wins.low),
        probabilities=result.probabilities[::-1],
    )


def related(arms: Sequence[ArmRuns], measure: Measure | None) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs of a section that are to be compared, and those that cannot be.

    Compared are all pairs that differ in one factor and nothing else. Of the others, those are
    told that a reader would look for: an arm that has no clean partner of some other cell, beside
    the arm of that cell that is most like it. More than :data:`MOST_REFUSED` are not looked for.
    """
    pairs = [_pair(arms[a], arms[b], measure) for a, b in candidates(arms)]
    clean = [pair for pair in pairs if pair.can_be_compared]
    cells = sorted({arm.cell for arm in arms})
    if len(cells) == 1 and not clean:
        # A single cell under different conditions: every pair is one that a reader would look for.
        every = itertools.combinations(arms, 2)
        return [], [_pair(a, b, measure) for a, b in itertools.islice(every, MOST_REFUSED + 1)]
    partners = {ends for p in clean for ends in ((p.a.name, p.b.cell), (p.b.name, p.a.cell))}
    refused: dict[frozenset[str], Pair] = {}
    alone = (
        (place, cell)
        for place, arm in enumerate(arms)
        for cell in cells
        if cell != arm.cell and (arm.name, cell) not in partners
    )
    for place, cell in alone:
        others = (other for other, arm in enumerate(arms) if arm.cell == cell)
        ends = (sorted((place, other)) for other in others)
        found = (_pair(arms[a], arms[b], measure) for a, b in ends)
        nearest = min(found, key=lambda pair: len(pair.relation.confounds))
        refused.setdefault(nearest.names, nearest)
        if len(refused) > MOST_REFUSED:
            break
    return clean, list(refused.values())


def _pair(a: ArmRuns, b: ArmRuns, measure: Measure | None) -> Pair:
    """Relate two arms, the one with the better mean first."""
    if measure is None:
        return Pair(a, b, relate(a, b), None)
    if measure.rank(b) < measure.rank(a):
        a, b = b, a
    has_both = a.by_seed(measure.metric) and b.by_seed(measure.metric)
    return Pair(a, b, relate(a, b, measure.metric), measure if has_both else None)


def outstanding(arms: Sequence[ArmRuns], pairs: Sequence[Pair]) -> frozenset[str]:
    """Return the names of the arms that stand out in a table, whatever it is written in.

    The best arm and those that follow it and are not shown to be worse, down to the first that is
    or cannot be compared with it (something else differs, or they have too few seeds to decide
    anything). The best one stands out only where the next can be compared with it. A baseline,
    which is compared with nothing, stands out where it lies above an arm that does.

    Args:
        arms: the rows of the table, best mean first; baselines have no cell.
        pairs: the comparisons by what they are sorted by.
    """
    own = [arm for arm in arms if arm.cell]
    known: Mapping[frozenset[str], Pair] = {pair.names: pair for pair in pairs}
    count = 0
    for arm in own[1:]:
        pair = known.get(frozenset((own[0].name, arm.name)))
        if pair is None or pair.result is None or fewest(pair.result) < FEWEST:
            break
        count = max(count, 1)
        if pair.result.better is not None and pair.a.name == own[0].name:
            break
        count += 1
    if not count:
        return frozenset()
    last = arms.index(own[count - 1])
    return frozenset(arm.name for arm in arms[: last + 1])


def fewest(result: Comparison) -> int:
    """Return how many seeds a comparison rests on: pairs, or those of the arm with fewer."""
    return result.n if result.n == result.n_a == result.n_b else min(result.n_a, result.n_b)

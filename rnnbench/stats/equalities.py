"""Which comparisons can still all be between equal arms, once some arms are known to differ.

Of three arms, if A and B differ, at most one of A = C and B = C can be true. Shaffer 1986
("Modified sequentially rejective multiple test procedures") uses such bounds to test with less
correction than Holm 1979: what matters is not how many comparisons are left but how many of them
can be true together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

Pair = tuple[str, str]
_MOST_ARMS = 8  # groupings of more are too many to list; all that is left then counts


def largest_equal(pairs: Sequence[Pair], different: Iterable[Pair], pair: Pair) -> tuple[Pair, ...]:
    """Return the largest set of pairs, ``pair`` among them, that can all be of equal arms.

    Args:
        pairs: the whole family.
        different: pairs of arms that are known to differ.
        pair: one of the family, not among ``different``.
    """
    return _largest(tuple(pairs), frozenset(different), pair)


@lru_cache(maxsize=4096)
def _largest(pairs: tuple[Pair, ...], different: frozenset[Pair], pair: Pair) -> tuple[Pair, ...]:
    arms = tuple(dict.fromkeys(arm for each in pairs for arm in each))
    if not different or len(arms) > _MOST_ARMS:
        return tuple(each for each in pairs if each not in different)
    best: tuple[Pair, ...] = ()
    for group in _groupings(arms, different):
        equal = tuple((a, b) for a, b in pairs if group[a] == group[b])
        if group[pair[0]] == group[pair[1]] and len(equal) > len(best):
            best = equal
    return best


def _groupings(arms: Sequence[str], different: Iterable[Pair]) -> Iterator[dict[str, int]]:
    """Yield every division of the arms into groups in which no two are known to differ."""
    apart = {frozenset(pair) for pair in different}

    def extend(group: dict[str, int], rest: Sequence[str]) -> Iterator[dict[str, int]]:
        if not rest:
            yield dict(group)
            return
        arm, *others = rest
        for number in range(len(set(group.values())) + 1):
            members = (other for other, its in group.items() if its == number)
            if not any(frozenset((arm, other)) in apart for other in members):
                yield from extend({**group, arm: number}, others)

    return extend({}, arms)

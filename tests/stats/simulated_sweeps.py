"""Thousands of simulated sweeps until decided at once: the same steps as real ones, vectorised."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.contrast import paired_variance
from rnnbench.stats.design import Design
from rnnbench.stats.equalities import largest_equal
from rnnbench.stats.simultaneous import FamilyDesign, blocks

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


def names_of(arms: int) -> list[tuple[str, str]]:
    return [(str(i), str(j)) for i, j in itertools.combinations(range(arms), 2)]


@dataclass
class Sweeps:
    """What became of each sweep.

    Attributes:
        named: +1 where the first arm of a pair was named the better one, -1 the second,
            ``(sweeps, pairs)``.
        equivalent: whether a pair was found equivalent, ``(sweeps, pairs)``.
        seeds: of each arm, ``(sweeps, arms)``.
        low, high: intervals as reported, ``(sweeps, pairs)``.
    """

    named: Counts
    equivalent: Flags
    seeds: Counts
    low: Values
    high: Values

    @property
    def decided(self) -> Flags:
        return (self.named != 0) | self.equivalent

    @property
    def runs(self) -> float:
        """Mean number of runs of a sweep."""
        return float(self.seeds.sum(axis=1).mean())


class _State:
    """Estimates and variances of all pairs, each with the seeds that both its arms have."""

    def __init__(self, values: Values, design: Design) -> None:
        self.by_arm = np.moveaxis(values, 1, 2)
        sweeps, arms, _ = self.by_arm.shape
        self.names = names_of(arms)
        self.places = list(itertools.combinations(range(arms), 2))
        self.design = design
        shape = (sweeps, len(self.places))
        self.out = Sweeps(
            np.zeros(shape, np.int64),
            np.zeros(shape, np.bool_),
            np.zeros((sweeps, arms), np.int64),
            np.full(shape, -np.inf),
            np.full(shape, np.inf),
        )
        self.estimate, self.variance = np.zeros(shape), np.zeros(shape)
        self.n = np.zeros(shape, np.int64)

    def train(self, n: int) -> None:
        """Give every arm with an open comparison ``n`` seeds."""
        open_ = ~self.out.decided
        for j, (a, b) in enumerate(self.places):
            self.out.seeds[open_[:, j], a] = n
            self.out.seeds[open_[:, j], b] = n
        for j, (a, b) in enumerate(self.places):
            now = (self.out.seeds[:, a] == n) & (self.out.seeds[:, b] == n)
            first, second = self.by_arm[now, a, :n], self.by_arm[now, b, :n]
            self.estimate[now, j] = (first - second).mean(axis=1)
            self.variance[now, j] = paired_variance(first, second)
            self.n[now, j] = n

    def half_widths(self, rows: NDArray[np.intp], pairs: Sequence[int], alpha: float) -> Values:
        """Half widths of these pairs as one family, ``(rows, pairs)``; rows have equal seeds."""
        n = self.n[rows[0], pairs]
        names = [self.names[j] for j in pairs]
        family = FamilyDesign(tuple(blocks(names, [True] * len(names))), n - 1.0)
        seeds = family.moderated(self.variance[np.ix_(rows, pairs)]) / n
        return family.half_widths(seeds, np.zeros_like(seeds), alpha)

    def groups(self, flags: Flags, rows: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
        """Sweeps among the rows that agree in flags and in seeds of every pair."""
        key = np.concatenate([flags[rows], self.n[rows]], axis=1)
        _, group = np.unique(key, axis=0, return_inverse=True)
        group = group.ravel()
        for number in range(group.max() + 1):
            yield rows[group == number]


def simulate(values: Values, design: Design) -> Sweeps:
    """Sweeps until decided of ``values``, ``(sweeps, seeds, arms)``."""
    state = _State(values, design)
    out, everyone = state.out, list(range(len(state.names)))
    for look, n in enumerate(design.looks, start=1):
        rows = np.flatnonzero(~out.decided.all(axis=1))
        if not len(rows):
            break
        state.train(n)
        for group in state.groups(out.named != 0, rows):
            half = state.half_widths(group, everyone, design.alpha(look, len(everyone)))
            now = ~out.decided[group]
            for bounds, sign in ((out.low, -1), (out.high, 1)):
                bounds[group] = np.where(now, state.estimate[group] + sign * half, bounds[group])
        _name(state, rows, look)
        _find_equivalent(state, rows, look)
    return out


def _name(state: _State, rows: NDArray[np.intp], look: int) -> None:
    out, open_ = state.out, ~state.out.decided
    wide = (out.low > 0) | (out.high < 0)
    while len(rows):
        changed = np.zeros(len(open_), np.bool_)
        for group in state.groups(out.named != 0, rows):
            named = out.named[group[0]] != 0
            different = [state.names[j] for j in np.flatnonzero(named)]
            for j in np.flatnonzero(~named):
                todo = group[open_[group, j] & (out.named[group, j] == 0)]
                if not len(todo):
                    continue
                equal = largest_equal(state.names, different, state.names[j])
                pairs = [state.names.index(pair) for pair in equal]
                half = state.half_widths(todo, pairs, state.design.alpha(look, len(pairs)))
                estimate = state.estimate[todo, j]
                new = (np.abs(estimate) > half[:, pairs.index(j)]) | wide[todo, j]
                found = todo[new]
                out.named[found, j] = np.sign(estimate[new]).astype(np.int64)
                changed[found] = True
        rows = rows[changed[rows]]
    up, down = open_ & (out.named > 0), open_ & (out.named < 0)
    out.low[up], out.high[down] = np.maximum(out.low[up], 0), np.minimum(out.high[down], 0)


def _find_equivalent(state: _State, rows: NDArray[np.intp], look: int) -> None:
    out, margin = state.out, state.design.margin
    open_ = ~out.decided
    wide = open_ & (out.low >= -margin) & (out.high <= margin)
    while len(rows):
        changed = np.zeros(len(open_), np.bool_)
        for group in state.groups(out.equivalent, rows):
            left = [int(j) for j in np.flatnonzero(~out.equivalent[group[0]])]
            if not left or not (open_[group] & ~out.equivalent[group]).any():
                continue
            half = state.half_widths(group, left, state.design.alpha(look, len(left)))
            within = np.abs(state.estimate[np.ix_(group, left)]) + half <= margin
            new = open_[np.ix_(group, left)] & (within | wide[np.ix_(group, left)])
            out.equivalent[np.ix_(group, left)] |= new
            changed[group[new.any(axis=1)]] = True
        rows = rows[changed[rows]]
    new = open_ & out.equivalent
    out.low[new], out.high[new] = (
        np.maximum(out.low[new], -margin),
        np.minimum(out.high[new], margin),
    )

"""Half widths of intervals that hold together, and p values that agree with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rnnbench.stats.chains import Chains
from rnnbench.stats.critical import MOST_ARMS, critical_values, moderated
from rnnbench.stats.distributions import normal_critical, student_critical

Values = NDArray[np.float64]


@dataclass(frozen=True)
class PairBlock:
    """Pairs of arms that are linked by pairs.

    Attributes:
        pairs: places of its pairs in the family.
        arms: how many arms; ``None`` where some meet on too few seeds to be paired.
    """

    pairs: tuple[int, ...]
    arms: int | None


def blocks(pairs: Sequence[tuple[str, str]], by_seed: Sequence[bool]) -> list[PairBlock]:
    """Divide a family into parts that share no arm.

    Args:
        pairs: names of the arms compared.
        by_seed: whether a pair is compared by its paired differences alone.
    """
    chains = Chains(len(pairs))
    met: dict[str, int] = {}
    for place, pair in enumerate(pairs):
        for arm in pair:
            chains.join(met.setdefault(arm, place), place)
    found = []
    for places in chains.parts():
        different = {frozenset(pairs[i]) for i in places}
        paired = all(by_seed[i] for i in places) and len(different) == len(places)
        arms = {arm for i in places for arm in pairs[i]}
        found.append(PairBlock(tuple(places), len(arms) if paired else None))
    return found


@dataclass(frozen=True)
class FamilyDesign:
    """What decides how wide the intervals of a family are, beside what was measured.

    Attributes:
        blocks: see :func:`blocks`.
        df: degrees of freedom of each pair's variance over seeds, ``(pairs,)``; NaN where none.
    """

    blocks: tuple[PairBlock, ...]
    df: Values

    def moderated(self, variances: Values) -> Values:
        """Return variances over seeds, ``(..., pairs)``, moderated within their blocks."""
        found = np.array(variances, dtype=np.float64)
        for block in self.blocks:
            places = [i for i in block.pairs if not math.isnan(self.df[i])]
            if _is_moderated(block.arms) and len(places) > 1:
                found[..., places] = moderated(found[..., places], self.df[places])
        return found

    def half_widths(self, seeds: Values, samples: Values, alpha: float | Values) -> Values:
        """Return half the widths of intervals that hold together with ``1 - alpha``.

        The two variances have critical values of their own, ``sqrt(t² seeds + z² samples)``:
        never too narrow, whatever their ratio (Banerjee 1960), unlike Satterthwaite's.

        Args:
            seeds: variance of each estimate over seeds, moderated, ``(..., pairs)``.
            samples: variance over test samples besides.
            alpha: level of the family; of several, ``(levels,)``, widths have a row each.
        """
        shape = np.broadcast_shapes(seeds.shape, samples.shape, (*np.shape(alpha), 1))
        found = np.full(shape, np.nan)
        pairs = sum(len(block.pairs) for block in self.blocks)
        level = tuple(alpha.tolist()) if isinstance(alpha, np.ndarray) else alpha
        for block in self.blocks:
            kind = len(block.pairs), block.arms
            z = _critical(*kind, math.inf, level, pairs)
            known = [i for i in block.pairs if not math.isnan(self.df[i])]
            for df in sorted({float(self.df[i]) for i in known}):
                t = _critical(*kind, df, level, pairs)
                alike = [i for i in known if self.df[i] == df]
                squares = t**2 * seeds[..., alike] + z**2 * samples[..., alike]
                found[..., alike] = np.sqrt(squares)
        return found

    def p_values(self, estimates: Values, seeds: Values, samples: Values, alpha: float) -> Values:
        """Return the level at which each interval would end at zero, ``(pairs,)``.

        Args:
            estimates: differences.
            seeds: see :meth:`half_widths`.
            samples: likewise.
            alpha: level that decides, at which p and interval agree to the last digit.
        """
        # Without np.unique, which imports masked arrays.
        levels = np.array(sorted({*np.geomspace(1e-12, 0.999, 200), alpha}, reverse=True))
        found = np.ones(len(estimates))
        widths, logs = self.half_widths(seeds, samples, levels), np.log(levels)
        for i, estimate in enumerate(np.abs(estimates)):
            width = widths[:, i]
            if estimate > width[0]:
                p = np.interp(estimate, width, logs, right=-math.inf)
                found[i] = min(1.0, math.exp(p))
        return found


def _is_moderated(arms: int | None) -> bool:
    return arms is not None and 2 < arms <= MOST_ARMS


@lru_cache(maxsize=256)  # most pairs of a report are alike
def _critical(
    own: int, arms: int | None, df: float, alpha: float | tuple[float, ...], pairs: int
) -> Values:
    """Return the critical value of a pair's t, or of z where ``df`` is infinite, ``(..., 1)``.

    The smaller of Bonferroni's for the pairs at hand, which holds for moderated variances too as
    none is lowered, and that of all pairs of these arms. A block has its share of the level, by
    its pairs: blocks are independent (Šidák 1967).

    Args:
        own: pairs of the block.
        arms: of the block, see :class:`PairBlock`.
        df: degrees of freedom.
        alpha: level of the family, or several.
        pairs: of the family.
    """
    level = np.asarray(-np.expm1(own / pairs * np.log1p(-np.asarray(alpha))))
    tail = level / (2 * own)
    found = normal_critical(tail) if math.isinf(df) else student_critical(df, tail)
    if arms is not None and _is_moderated(arms):
        found = np.minimum(found, critical_values(arms, df).at(level))
    return found[..., None]

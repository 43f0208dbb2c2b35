"""What was measured of an arm, as comparisons take it, and how many seeds compare two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 3  # seeds that can decide anything: two tell too little of the spread


@dataclass(frozen=True)
class ArmValues:
    """What was measured of one arm.

    Attributes:
        values: seed -> value of the measure; NaN counts as missing.
        samples: seed -> score of every test sample, ``(n_samples,)`` in the same order for all
            seeds and arms, whose mean is the value; ``None`` where they are not known.
    """

    values: Mapping[int, float]
    samples: Mapping[int, NDArray[Any]] | None = None

    def seeds(self) -> set[int]:
        """Return the seeds that were measured."""
        return {seed for seed, value in self.values.items() if not math.isnan(value)}


def has_only_pairs(common: int, a: int, b: int) -> bool:
    """Return whether two arms are compared by the seeds in common alone.

    Args:
        common: seeds that both have.
        a, b: seeds of each.
    """
    return common >= FEWEST and min(a, b) - common < FEWEST

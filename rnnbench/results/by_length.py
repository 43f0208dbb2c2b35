"""Test samples by their length: groups of about as many samples, and what arms answered in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rnnbench.results.answers import Answers
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.measure import weights_of

_MOST = 8  # groups
_SAMPLES = 100  # that a group has at least

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Group:
    """Test samples of similar length.

    Attributes:
        shortest, middle, longest: tokens; the middle one is the median.
        samples: which test samples they are ``(n,)``.
    """

    shortest: int
    middle: float
    longest: int
    samples: Mask = field(compare=False, repr=False)

    @property
    def count(self) -> int:
        """How many samples it has."""
        return int(self.samples.sum())


@dataclass(frozen=True)
class Answered:
    """The answers of arms to test samples whose lengths are known.

    Attributes:
        lengths: tokens of each test sample ``(n,)``.
        right: by name of the arm and by seed, which answers were right ``(n,)``.
    """

    lengths: NDArray[np.int32] = field(compare=False)
    right: Mapping[str, Mapping[int, Mask]] = field(compare=False)


def answered(
    arms: Sequence[ArmRuns],
    right: Answers,
    lengths: Mapping[str, np.ndarray],
    metric: str | None,
) -> Answered | None:
    """Return the answers of arms by length, or ``None`` where that is known of none.

    Data sets that cut the same texts to other lengths count as one, with the longest lengths that
    are known; arms that answered other samples than most are left out.

    Args:
        arms: of one data set.
        right: by weights and run id, which test samples were answered rightly ``(n,)``.
        lengths: by digest of a data set, tokens of each test sample ``(n,)``.
        metric: what the arms are judged by.
    """
    told = {str(row["data_digest"]) for arm in arms for row in arm.rows}
    digests = told & lengths.keys()
    whole = max((lengths[d] for d in sorted(digests)), key=np.sum, default=None)
    if whole is None or not len(whole):
        return None
    same = {d for d in digests if _is_cut(lengths[d], whole)}
    found: dict[str, dict[int, Mask]] = {}
    for arm in arms:
        known = right.get(weights_of(arm, metric), {})
        own = {
            int(row["seed"]): known[row["run_id"]]
            for row in arm.rows
            if row["data_digest"] in same and len(known.get(row["run_id"], ())) == len(whole)
        }
        if own:
            found[arm.name] = own
    return Answered(whole, found) if found else None


def _is_cut(lengths: np.ndarray, whole: np.ndarray) -> bool:
    """Return whether lengths are those of the same texts, or of what is left of them."""
    return len(lengths) == len(whole) and bool(
        np.array_equal(np.minimum(whole, lengths.max()), lengths)
    )


def groups(lengths: NDArray[np.int32]) -> list[Group]:
    """Return groups of about as many samples, the shortest first; none where all are alike.

    At most eight, of a hundred samples or more; samples of one length stay together.

    Args:
        lengths: tokens of each sample ``(n,)``.
    """
    count = min(_MOST, len(lengths) // _SAMPLES)
    if count < 2:
        return []
    shares = np.arange(1, count + 1) / count
    ends = np.unique(np.quantile(lengths, shares, method="inverted_cdf"))
    starts = [-1, *ends[:-1]]
    found = [_group(lengths, low, high) for low, high in zip(starts, ends, strict=True)]
    return found if len(found) > 1 else []


def quarters(lengths: NDArray[np.int32]) -> tuple[Mask, Mask] | None:
    """Return which samples are in the shortest and in the longest quarter, if these differ."""
    low, high = np.quantile(lengths, [0.25, 0.75], method="inverted_cdf")
    return None if low == high else (lengths <= low, lengths >= high)


def _group(lengths: NDArray[np.int32], low: float, high: float) -> Group:
    samples = (lengths > low) & (lengths <= high)
    own = lengths[samples]
    return Group(int(own.min()), float(np.median(own)), int(own.max()), samples)

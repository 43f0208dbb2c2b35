"""Which columns of a batch are computed at which time step.

The samples of a batch are sorted by the length of their padding, shortest first. At time t the
samples whose padding is over are the first ``active(t)`` columns; all others are in the state
that padding alone leads to, the same for each. So it is enough to compute the first ``c`` columns
while ``active(t) < c``: the last of them stands for everything in its padding. A schedule is an
increasing tuple of such widths ``c``, which ends with the batch size; XLA compiles a loop for
each. Nothing is approximated and no batch is refused: where all samples are long, the last loop
does all the work. Where padding is masked, states are zero as long as it is all that a batch has,
and the first loop begins where the shortest padding ends.
"""

from __future__ import annotations

import numpy as np

# A time step costs this share of its full cost however few columns it has.
FIXED_COST = 0.3
# A further loop must save this share: it takes a second or two to compile.
WORTHWHILE = 0.08
_DRAWN = 24
# Columns that a batch of similar lengths gets as long as all of it is padding.
_FEW = 16
_ROWS = 4096


def padding(tokens: np.ndarray) -> np.ndarray:
    """Return the leading zeros ``(n,)`` of each row of tokens ``(n, time)``."""
    found = np.empty(len(tokens), np.int32)
    for start in range(0, len(tokens), _ROWS):
        real = np.asarray(tokens[start : start + _ROWS]) != 0
        found[start : start + _ROWS] = np.where(
            real.any(axis=1), real.argmax(axis=1), tokens.shape[1]
        )
    return found


def leading(tokens: np.ndarray) -> bool:
    """Return whether zeros stand before the first token of each row only."""
    paddings = padding(tokens)
    return all(
        np.array_equal(
            (np.asarray(tokens[start : start + _ROWS]) == 0).sum(axis=1),
            paddings[start : start + _ROWS],
        )
        for start in range(0, len(tokens), _ROWS)
    )


def bounds(
    paddings: np.ndarray, widths: tuple[int, ...], timesteps: int, *, mask: bool = False
) -> np.ndarray:
    """Return at which time step each width's loop begins, and where the last one ends.

    Args:
        paddings: leading padding ``(batch,)`` of the samples, increasing.
        widths: of the schedule, increasing; the last is the batch size.
        timesteps: steps of a sample.
        mask: whether padding is masked.

    Returns:
        ``(len(widths) + 1,)`` int32, increasing, from 0, or from the first step that any sample
        has with ``mask``, to ``timesteps``. The loop of width ``c`` ends before the padding of
        sample ``c - 1`` does.
    """
    ends = paddings[np.asarray(widths[:-1], int) - 1]
    first = paddings[0] if mask else 0
    return np.concatenate([[first], ends, [timesteps]]).astype(np.int32)


def sort(
    x: np.ndarray, widths: tuple[int, ...], *, mask: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the order ``(batch,)`` in which a batch is computed, and :func:`bounds` for it.

    Args:
        x: tokens ``(batch, time)``; with a schedule of one width, and no mask, inputs of any shape.
        widths: of the schedule; the last is the batch size.
        mask: whether leading padding is masked, and all of it leading.
    """
    if len(widths) == 1:
        first = padding(x).min() if mask else 0
        return np.arange(len(x)), np.array([first, x.shape[1]], np.int32)
    paddings = padding(x)
    order = np.argsort(paddings, kind="stable")
    return order, bounds(paddings[order], widths, x.shape[1], mask=mask)


def cost(
    starts: np.ndarray, widths: tuple[int, ...], timesteps: int, fixed: float = FIXED_COST
) -> float:
    """Return the cost of a batch relative to computing every column at every step.

    Args:
        starts: of :func:`bounds`.
        widths: of the schedule.
        timesteps: steps of a sample.
        fixed: share of a step's cost that does not depend on its columns.
    """
    shares = fixed + (1.0 - fixed) * np.asarray(widths) / widths[-1]
    return float((np.diff(starts) * shares).sum() / timesteps)


def choose(
    paddings: np.ndarray, batch: int, timesteps: int, buckets: int | None = None
) -> tuple[int, ...]:
    """Return the widths that suit the batches of samples with these paddings ``(n,)``.

    The choice depends on nothing but its arguments: batches are drawn with a fixed seed, out of
    all samples, or each out of one of so many ranges of padding.
    """
    generator = np.random.default_rng(0)
    ranges = [paddings]
    candidates = [_even(batch, 2), _even(batch, 4)]
    if buckets is not None:
        ranges = [part for part in np.array_split(np.sort(paddings), buckets) if len(part)]
        few = min(_FEW, batch)
        candidates = [(few, batch), (few, *_even(batch, 2)), *candidates]
    drawn = [
        np.sort(generator.choice(ranges[number * len(ranges) // _DRAWN], batch))
        for number in range(_DRAWN)
    ]
    chosen: tuple[int, ...] = (batch,)
    cheapest = 1.0
    for candidate in candidates:
        widths = tuple(sorted(set(candidate)))
        costs = [cost(bounds(p, widths, timesteps), widths, timesteps) for p in drawn]
        expected = float(np.mean(costs))
        if expected < cheapest - WORTHWHILE:
            chosen, cheapest = widths, expected
    return chosen


def _even(batch: int, parts: int) -> tuple[int, ...]:
    return tuple(-(-batch * part // parts) for part in range(1, parts + 1))

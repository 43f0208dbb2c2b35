"""Batches of one static shape from memory-mapped arrays.

XLA compiles a program for each shape that it meets, so the last batch of an epoch is filled up
with repeated samples whose weight is zero.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_RELEASE_EVERY = 64


@dataclass(frozen=True)
class Samples:
    """Inputs ``(n, ...)`` and labels ``(n,)`` of one part of a data set."""

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.y)


def split(samples: Samples, fraction: float) -> tuple[Samples, Samples]:
    """Return all but the last ``fraction`` of the samples, and that last part, as Keras splits."""
    at = int(np.floor(len(samples) * (1.0 - fraction)))
    return (
        Samples(samples.x[:at], samples.y[:at]),
        Samples(samples.x[at:], samples.y[at:]),
    )


def batches(
    samples: Samples, size: int, order: np.ndarray | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield inputs ``(size, ...)``, labels ``(size,)`` float32 and weights ``(size,)`` float32.

    Args:
        samples: the part of the data set.
        size: samples a batch; the weights of fillers in the last batch are zero.
        order: the order ``(n,)`` of presentation; ``None`` for that of the data set.
    """
    count = len(samples)
    order = np.arange(count) if order is None else order
    for number, start in enumerate(range(0, count, size), 1):
        chosen = order[start : start + size]
        real = len(chosen)
        if real < size:
            chosen = np.resize(chosen, size)
        weights = np.zeros(size, np.float32)
        weights[:real] = 1.0
        yield (
            np.asarray(samples.x[chosen]),
            np.asarray(samples.y[chosen], np.float32),
            weights,
        )
        if number % _RELEASE_EVERY == 0:
            release(samples.x)
    release(samples.x)


def even_size(count: int, most: int) -> int:
    """Return the batch size up to ``most`` that leaves the fewest fillers in ``count``."""
    pieces = -(-count // most)
    return -(-count // pieces)


def release(array: np.ndarray) -> None:
    """Let go of the pages of a memory-mapped array that this process has read.

    They stay in the system's page cache; only the process's own resident memory shrinks.
    """
    base: object = array
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    mapped = getattr(base, "_mmap", None)
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)

"""Batches of one static shape from memory-mapped arrays.

XLA compiles a program for each shape that it meets, so the last batch of an epoch is filled up
with repeated samples whose weight is zero.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnbench.data.targets import TargetScale
from rnnbench.training.held_out import last_part

_RELEASE_EVERY = 64


@dataclass(frozen=True)
class Samples:
    """Inputs ``(n, ...)`` and labels ``(n,)`` of one part of a data set.

    For regression, y is targets ``(n, targets)``, and ``scale`` says how they were scaled.
    """

    x: np.ndarray
    y: np.ndarray
    scale: TargetScale | None = None

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: Any) -> Samples:
        """Return some of them, chosen as rows of an array are."""
        scale = None if self.scale is None else self.scale.take(rows)
        return Samples(self.x[rows], self.y[rows], scale)


def split(samples: Samples, fraction: float) -> tuple[Samples, Samples]:
    """Return all but the last ``fraction`` of the samples, and that last part, as Keras splits."""
    at = last_part(len(samples), fraction)
    return samples.take(slice(at)), samples.take(slice(at, None))


def batches(
    samples: Samples, size: int, order: np.ndarray | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield inputs ``(size, ...)``, labels ``(size,)`` float32 and weights ``(size,)`` float32.

    In place of labels, regression has targets and their factors ``(size, 2, targets)``.

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
        y = np.asarray(samples.y[chosen], np.float32)
        if samples.scale is not None:
            factor = samples.scale.take(chosen).factor.astype(np.float32)
            y = np.stack(np.broadcast_arrays(y, factor), axis=1)
        yield np.asarray(samples.x[chosen]), y, weights
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

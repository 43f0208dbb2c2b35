"""Windows of series: which steps are inputs, which are targets, and to which part they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.sets.series.times import Times

Numbers = NDArray[np.float64]
PARTS = ("training", "validation", "test")


@dataclass(frozen=True)
class Series:
    """One series of equally long columns.

    Attributes:
        name: as its column, its row or its id calls it.
        times: of its steps, ``(steps,)``, rising.
        inputs: ``(steps, features)``; where targets are among them, they come first.
        targets: ``(steps, k)``, what is forecast.
    """

    name: str
    times: Times
    inputs: Numbers
    targets: Numbers

    def __len__(self) -> int:
        return len(self.times)


class Cut(NamedTuple):
    """The first steps of the validation and test parts of a series; equal without validation."""

    validation: int
    test: int


@dataclass(frozen=True)
class Shape:
    """How windows lie in a series, all in steps.

    Attributes:
        window: inputs of a sample.
        horizon: the steps after them that are targets.
        stride: from one sample to the next.
        lookback: whether inputs may begin before the part that the targets are in.
    """

    window: int
    horizon: int = 1
    stride: int = 1
    lookback: bool = False

    @property
    def length(self) -> int:
        """Steps of a sample, inputs and targets."""
        return self.window + self.horizon


def starts(shape: Shape, first: int, stop: int) -> NDArray[np.int64]:
    """Return where the samples of a part begin whose steps are ``first`` to ``stop - 1``.

    No sample has a target outside, nor an input unless the shape allows ``lookback``.
    """
    if shape.lookback:
        first = max(first - shape.window, 0)
    return np.arange(first, stop - shape.length + 1, shape.stride, dtype=np.int64)


@dataclass(frozen=True)
class Windows:
    """Windows of a part: the number of their series and their first step, both ``(n,)``."""

    series: NDArray[np.int64]
    start: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start)

    def taken(self, rows: slice | NDArray[np.bool_]) -> Windows:
        """Return some of them."""
        return Windows(self.series[rows], self.start[rows])


def divided(series: Sequence[Series], cuts: Sequence[Cut], shape: Shape) -> dict[str, Windows]:
    """Return by part its samples, oldest first, and of one time in the order of the series."""
    edges = [(0, cut.validation, cut.test, len(one)) for one, cut in zip(series, cuts, strict=True)]
    return {
        part: _by_time(series, [starts(shape, *edge[place : place + 2]) for edge in edges], shape)
        for place, part in enumerate(PARTS)
    }


def _by_time(
    series: Sequence[Series], begins: Sequence[NDArray[np.int64]], shape: Shape
) -> Windows:
    numbers = np.concatenate([np.full(len(one), place) for place, one in enumerate(begins)])
    start = np.concatenate(begins)
    ends = [one.times[found + shape.window] for one, found in zip(series, begins, strict=True)]
    order = np.lexsort((numbers, np.concatenate(ends)))
    return Windows(numbers[order].astype(np.int64), start[order])


def inputs_of(values: Sequence[Numbers], samples: Windows, shape: Shape) -> NDArray[np.float32]:
    """Return the inputs ``(n, window, features)`` of samples of some series."""
    steps = np.arange(shape.window)
    return _gathered(values, samples, steps).astype(np.float32)


def targets_of(values: Sequence[Numbers], samples: Windows, shape: Shape) -> NDArray[np.float32]:
    """Return the targets ``(n, horizon * k)``: all of the first step, then all of the next one."""
    found = _gathered(values, samples, np.arange(shape.window, shape.length)).astype(np.float32)
    return found.reshape(len(samples), shape.horizon * found.shape[2])


def _gathered(values: Sequence[Numbers], samples: Windows, steps: NDArray[np.int64]) -> Numbers:
    found = np.empty((len(samples), len(steps), values[0].shape[1]))
    for number in np.unique(samples.series):
        own = samples.series == number
        found[own] = values[number][samples.start[own, None] + steps]
    return found

"""Where a series is divided into training, validation and test: parts, steps or dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnbench.data.sets.series.times import TimeError, Times, parse, shown
from rnnbench.data.sets.series.windows import Cut, Series
from rnnbench.errors import ConfigError

# A part of all steps, a number of steps, or the time of the first step of a part.
At = float | int | str


def cuts(
    series: Sequence[Series],
    validation: At | None,
    test: At,
    time_format: str | None = None,
    *,
    is_shared: bool = True,
) -> list[Cut]:
    """Return where each series is cut.

    Args:
        series: all series.
        validation: the part before the test part; ``None`` for none.
        test: the last part of the series.
        time_format: how dates are written.
        is_shared: whether times mean the same in all series, so that all are cut at one time;
            otherwise each is cut by itself.

    Raises:
        ConfigError: for a part that takes all steps or none, and a date out of range.
    """
    if is_shared:
        every = np.unique(np.concatenate([one.times for one in series]))
        first, second = _places(every, validation, test, time_format)
        times = every[[first, second]]
        return [Cut(*map(int, np.searchsorted(one.times, times))) for one in series]
    return [Cut(*_places(one.times, validation, test, time_format)) for one in series]


def _places(
    times: Times, validation: At | None, test: At, time_format: str | None
) -> tuple[int, int]:
    stop = _place("data.test", test, times, len(times), time_format)
    if validation is None:
        return stop, stop
    return _place("data.validation", validation, times, stop, time_format), stop


def _place(key: str, at: At, times: Times, stop: int, time_format: str | None) -> int:
    """Return the first step of a part that ends before ``stop``."""
    steps = len(times)
    if isinstance(at, str):
        time = _time(key, at, times, time_format)
        place = int(np.searchsorted(times, time))
        told = f"{at}, while the steps before {'the end' if stop == steps else 'the test part'}"
        told += f" are from {shown(times[0])} to {shown(times[stop - 1])}"
    else:
        count = at if isinstance(at, int) else round(at * steps)
        place = stop - count
        told = f"{at}, of {steps:,} steps"
        told += f" of which {steps - stop:,} are the test part" if stop < steps else ""
    if not 0 < place < stop:
        raise ConfigError(
            key, "a part that leaves steps before it, and has some", told, "choose another"
        )
    return place


def _time(key: str, text: str, times: Times, time_format: str | None) -> Any:
    is_date = times.dtype.kind == "M"
    try:
        found = parse([text], time_format if is_date else None, lambda _: key)
    except TimeError:
        found = times[:0]
    if not len(found) or found.dtype.kind != ("M" if is_date else "f"):
        kind = "a date as data.time has them" if is_date else "a part below 1, or a number of steps"
        raise ConfigError(
            key,
            kind,
            repr(text[:40]),
            f"as in {shown(times[len(times) // 2])}"
            if is_date
            else "dates need the column of times, data.time",
        )
    return found[0]

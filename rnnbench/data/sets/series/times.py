"""When the steps of a series were: dates or numbers, in order, and how regular they are."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

# What says where a value stands: a row of times gives "line 7".
Where = Callable[[int], str]
Times = NDArray[Any]  # (steps,) datetime64[us], or float64 where times are numbers

_ISO = re.compile(r"\d{4}-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?)?\Z")
_COMPACT = re.compile(r"(1[6-9]|2[01])\d{6}\Z")  # 20240131
_DAY_OR_MONTH = re.compile(r"(0?[1-9]|1[0-2])([./-])(0?[1-9]|1[0-2])\2\d{4}\b")
_GAP = 1.5  # times the usual step: months have 28 to 31 days
_MIXED = 1.9  # times the usual step elsewhere in the series
_STRETCHES = 4
_FEWEST = 8  # steps of a stretch whose median means something


class TimeError(ValueError):
    """Times that cannot be used, as ``(expected, received, action)``."""


def parse(texts: Sequence[str], time_format: str | None, where: Where) -> Times:
    """Return times that are written out, ``(steps,)``.

    Numbers stay numbers unless ``time_format`` (as for ``strptime``) says what they mean. Eight
    digits such as 20240131 are a date.

    Raises:
        TimeError: for what is no time, or a mixture of dates and numbers.
    """
    if time_format is None and all(map(_COMPACT.match, texts)):
        time_format = "%Y%m%d"
    if time_format is not None:
        return np.array(
            [_strptime(text, time_format, where, row) for row, text in enumerate(texts)],
            "datetime64[us]",
        )
    try:
        numbers = np.array(texts, float)
    except ValueError:
        return _dates(texts, where)
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise TimeError("a time in every row", f"{texts[row]!r} in {where(row)}", "fill it in")
    return numbers


def _strptime(text: str, time_format: str, where: Where, row: int) -> datetime:
    try:
        found = datetime.strptime(text, time_format)
    except ValueError:
        raise TimeError(
            f"times written as {time_format}",
            f"{text[:40]!r} in {where(row)}",
            "correct data.time_format",
        ) from None
    return found.replace(tzinfo=None) - (found.utcoffset() or found - found)


def _dates(texts: Sequence[str], where: Where) -> Times:
    if all(map(_ISO.match, texts)):
        try:
            return np.array(texts, "datetime64[us]")
        except ValueError:
            pass  # a 13th month: pandas says where
    if all(map(_DAY_OR_MONTH.match, texts)):
        raise TimeError(
            "dates of which one is after the 12th, or data.time_format",
            f"{texts[-1][:40]!r} in {where(len(texts) - 1)}, where days and months look the same",
            "say how dates are written, as in data.time_format=%d/%m/%Y or %m/%d/%Y",
        )
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = pd.to_datetime(pd.Series(texts, dtype="str"), utc=True, errors="coerce")
        except (ValueError, UserWarning, OverflowError):
            found = pd.Series(pd.NaT, index=range(len(texts)))
    wrong = np.flatnonzero(found.isna().to_numpy())
    if len(wrong):
        row = int(wrong[0])
        first = f" (the first row has {texts[0][:40]!r})" if row else ""
        raise TimeError(
            "dates or numbers, all written in one way",
            f"{texts[row][:40]!r} in {where(row)}{first}",
            "correct it, or say how dates are written, as in data.time_format=%d.%m.%Y",
        )
    times: Times = found.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    return times


def ordered(times: Times, where: Where) -> bool:
    """Return whether times rise; ``False`` where all of them fall, as in files newest first.

    Raises:
        TimeError: for a time that comes twice, and for times in no order.
    """
    steps = np.diff(times) / _one(times)
    if not len(steps) or (steps > 0).all():
        return True
    if (steps < 0).all():
        return False
    sorted_steps = np.diff(np.sort(times)) / _one(times)
    if (sorted_steps == 0).any():
        order = np.argsort(times, kind="stable")
        place = int(np.flatnonzero(sorted_steps == 0)[0])
        rows = sorted((int(order[place]), int(order[place + 1])))
        count = int((sorted_steps == 0).sum())
        more = f" (and {count - 1:,} more)" if count > 1 else ""
        raise TimeError(
            "each time once in a series",
            f"{shown(times[rows[0]])} in {where(rows[0])} and {where(rows[1])}{more}",
            "remove the duplicates, or name the column that tells series apart with data.series_id",
        )
    usual = 1 if (steps > 0).mean() >= 0.5 else -1
    row = int(np.flatnonzero(np.sign(steps) != usual)[0]) + 1
    raise TimeError(
        "rows in the order of their times",
        f"{shown(times[row])} in {where(row)}, after {shown(times[row - 1])}",
        "sort the rows; where days and months are swapped, set data.time_format",
    )


def regularity(times: Times) -> str:
    """Return what is irregular about rising times, in words, or nothing.

    Raises:
        TimeError: where stretches of a series have other frequencies.
    """
    steps = np.diff(times) / _one(times)
    if len(steps) < 2:
        return ""
    usual = float(np.median(steps))
    stretches = [part for part in np.array_split(steps, _STRETCHES) if len(part) >= _FEWEST]
    medians = [float(np.median(part)) for part in stretches]
    if medians and max(medians) > _MIXED * min(medians):
        parts = np.array_split(np.arange(len(steps)), _STRETCHES)
        low, high = int(np.argmin(medians)), int(np.argmax(medians))
        raise TimeError(
            "one frequency in a series",
            f"steps of {_span(medians[low], times)} around {shown(times[parts[low][0]])} and of "
            f"{_span(medians[high], times)} around {shown(times[parts[high][0]])}",
            "bring the series to one frequency, as with pandas' resample",
        )
    long = np.flatnonzero(steps > _GAP * usual)
    if not len(long):
        return ""
    longest = int(np.argmax(steps))
    return (
        f"{len(long):,} of {len(steps):,} steps are longer than the usual {_span(usual, times)}, "
        f"the longest {_span(float(steps[longest]), times)} after {shown(times[longest])}: windows "
        "count rows and run across such gaps"
    )


def shown(time: Any) -> str:
    """Return a time in words: a date without the time of day where it is midnight."""
    if isinstance(time, np.datetime64):
        text = str(time.astype("datetime64[s]"))
        return text.removesuffix("T00:00:00").replace("T", " ")
    return f"{float(time):.10g}"


def _one(times: Times) -> Any:
    """Return the unit that steps are measured in: a second, or 1."""
    return np.timedelta64(1, "s") if times.dtype.kind == "M" else 1.0


def _span(step: float, times: Times) -> str:
    if times.dtype.kind != "M":
        return f"{step:g}"
    for name, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if step >= seconds:
            count = step / seconds
            return f"{count:.4g} {name}{'' if count == 1 else 's'}"
    return f"{step:g} seconds"

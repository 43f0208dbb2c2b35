"""Differences as sentences say them: points of accuracy, or what the measure is in."""

from __future__ import annotations

from rnnbench.formatting.numbers import written
from rnnbench.results.measure import Measure

_FEWEST, _MOST = 1, 3  # digits of points after the dot
_DIGITS = 3  # of other numbers, in all


def amount(measure: Measure, value: float, form: str = "") -> str:
    """Return a value with its unit: ``1 point``, ``0.02 nats``.

    Args:
        measure: whose unit it has.
        value: a difference of two of its values.
        form: of the number, for example ``.1f``; without one, as many digits as it needs.
    """
    number = _factor(measure) * value
    shown = f"{number:{form}}" if form else _plain(number, digits(measure, value))
    return f"{shown} {_unit(measure, shown)}".rstrip()


def margin_words(measure: Measure, margin: float) -> str:
    """Return a margin with its unit; that of errors follows from the data, so it is rounded."""
    return amount(measure, margin, ".3g" if measure.is_error else "g")


def amounts(measure: Measure, value: float, low: float, high: float) -> str:
    """Return a value with its interval: ``3.2 points (1.4 to 5.1)``."""
    has_interval = low == low
    places = digits(measure, low, high) if has_interval else digits(measure, value)
    if measure.is_accuracy:
        places = max(digits(measure, low, high), min(digits(measure, value), _MOST - 1))
    factor = _factor(measure)
    shown, *ends = (_plain(factor * one, places) for one in (value, low, high))
    interval = f" ({ends[0]} to {ends[1]})" if has_interval else ""
    return f"{shown} {_unit(measure, shown)}".rstrip() + interval


def digits(measure: Measure, *values: float) -> int:
    """Return how many digits after the dot tell values from zero."""
    known = [abs(value) for value in values if value == value and value]
    if measure.is_accuracy:
        # An end near zero is not shown as zero: on which side of it an interval ends is the point.
        return next(
            (n for n in range(_FEWEST, _MOST) if all(float(f"{100 * v:.{n}f}") for v in known)),
            _MOST,
        )
    largest = max((_factor(measure) * one for one in known), default=1.0)
    return max(0, _DIGITS - len(f"{largest:.0f}") if largest >= 1 else _DIGITS - _exponent(largest))


def _exponent(value: float) -> int:
    return int(f"{value:e}".partition("e")[2]) + 1


def _plain(value: float, places: int) -> str:
    shown = written(value, places)
    return shown.removeprefix("-") if not shown.strip("-0.") else shown


def _factor(measure: Measure) -> int:
    """Return by what sentences multiply a difference: points are hundredths."""
    return 100 if measure.is_accuracy else 1


def _unit(measure: Measure, shown: str) -> str:
    if measure.is_accuracy:
        return "point" if shown == "1" else "points"
    # A user knows the unit of her targets; it has no name here.
    return "" if measure.entry.unit == "fraction" or measure.is_error else measure.entry.unit

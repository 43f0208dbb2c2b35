"""What is known of a metric: its words, unit, direction, format, and where it is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from rnnbench.formatting.numbers import Sign, written

Better = Literal["higher", "lower", "neither"]
Logged = Literal["epoch", "end", "diagnostic", "baseline", "arm"]
Samples = Literal["training", "validation", "test", ""]
# Of which epoch the weights of a test are; empty for those that training.test names.
Weights = Literal["best", "last", ""]
OF_EPOCH: MappingProxyType[Weights, str] = MappingProxyType(
    {"": "", "best": " of the best epoch", "last": " of the last epoch"}
)
_MISSING = "\N{EN DASH}"

# Of errors of targets that are numbers.
UNIT = "unit of the target"

# When a metric is logged, in words.
LOGGED: MappingProxyType[Logged, str] = MappingProxyType(
    {
        "epoch": "after every epoch",
        "end": "once, when the run ends",
        "diagnostic": "once, where the diagnostic was asked for",
        "baseline": "once, by a baseline",
        "arm": "in the summary of an arm",
    }
)


# The summary of an arm has each metric's mean under its name, and its spread under these suffixes.
SPREAD: MappingProxyType[str, str] = MappingProxyType(
    {
        "_sd": "sample standard deviation over the seeds",
        "_low": "lower end of the 95 % interval of the mean (Student's t)",
        "_high": "upper end of that interval",
    }
)


class InSummary(NamedTuple):
    """That the summary of an arm has a metric's mean.

    Attributes:
        place: where it stands: MLflow lists metrics in the order in which they were logged, and
            compares arms by the first one.
        spread: suffixes of ``SPREAD`` that stand beside the mean.
        is_told: whether lists of runs and arms have a column of it, where it was measured.
    """

    place: int
    spread: tuple[str, ...] = ()
    is_told: bool = False


@dataclass(frozen=True)
class Metric:
    """A number that a run logs.

    Attributes:
        name: as MLflow shows it.
        words: what a reader calls it.
        meaning: what is measured.
        unit: of the values, empty for pure numbers.
        better: the direction in which a model is better, or cheaper.
        repeats: whether the same configuration, seed and machine give the same bits.
        logged: when, a key of ``LOGGED``.
        low: smallest possible value.
        high: largest possible value.
        on: the samples that it needs: without them it is not measured.
        weights: of which epoch the weights of a test are, ``best`` or ``last``; empty elsewhere.
        short: head of its column where there is little room; empty for its words.
        digits: after the dot.
        significant: how many digits count, of values in a unit of the user's; 0 for ``digits``.
        mean_digits: of a mean; ``None`` for as many.
        points: whether it is a share of samples, differences of which are told in points.
        in_summary: its place in the summary of an arm, ``None`` for none.
        optional: whether the run table has its column only where a run has measured it.
    """

    name: str
    words: str
    meaning: str
    unit: str
    better: Better
    repeats: bool = True
    logged: Logged = "end"
    low: float = 0.0
    high: float = math.inf
    on: Samples = ""
    weights: Weights = ""
    short: str = ""
    digits: int = 4
    significant: int = 0
    mean_digits: int | None = None
    points: bool = False
    in_summary: InSummary | None = None
    optional: bool = False

    @property
    def of_error(self) -> str:
        """``RMSE`` or ``MAE``, of an error of numbers; else empty."""
        words = self.words.split() if self.unit == UNIT else []
        return next((word for word in words if word in ("RMSE", "MAE")), "")

    @property
    def head(self) -> str:
        """Head of its column in a table of the terminal."""
        return self.short or self.words

    @property
    def of_mean(self) -> int:
        """Digits after the dot of a mean."""
        return self.digits if self.mean_digits is None else self.mean_digits

    @property
    def sign(self) -> int:
        """-1 where lower is better, else 1."""
        return -1 if self.better == "lower" else 1

    @property
    def needs_validation(self) -> bool:
        """Whether runs without validation do not measure it."""
        return self.on == "validation" or self.weights == "best"

    def places(self, *values: float, digits: int | None = None) -> int:
        """Return how many digits values that stand together have after the dot.

        ``digits`` of them, or as many as the entry says; the largest tells where they are counted.
        """
        if not self.significant:
            return self.digits if digits is None else digits
        largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
        if not largest:
            return self.significant
        return max(0, self.significant - 1 - math.floor(math.log10(largest)))

    def shown(self, value: float, digits: int | None = None, sign: Sign = "") -> str:
        """Return a value as tables have it: ``0.8712``, ``131,584``; NaN was not measured.

        Args:
            value: of the metric, or a difference of two.
            digits: after the dot; ``None`` for as many as its values have.
            sign: ``+`` where a plus sign is written, too.
        """
        return _written(value, self.places(value, digits=digits), sign)

    def shown_mean(self, mean: float, sd: float = math.nan, digits: int | None = None) -> str:
        """Return ``0.8712 ± 0.0034``; the spread is missing for a single seed."""
        places = self.places(mean, digits=self.of_mean if digits is None else digits)
        told = _written(mean, places)
        return f"{told} ± {_written(sd, places)}" if mean == mean and sd == sd else told

    def shown_margin(self, margin: float) -> str:
        """Return a difference as it was typed; one that follows from the targets is rounded."""
        return f"{margin:.3g}" if self.unit == UNIT else f"{margin:g}"

    def shown_range(self, low: float, high: float, sign: Sign = "") -> str:
        """Return ``0.8650 to 0.8774``."""
        places = self.places(low, high)
        ends = (_written(end, places, sign) for end in (low, high))
        return _MISSING if math.isnan(low) or math.isnan(high) else " to ".join(ends)

    def shown_within(self, value: float, low: float, high: float, sign: Sign = "") -> str:
        """Return ``0.8712 [0.8650, 0.8774]``; a single seed has no interval."""
        places = self.places(value, low, high)
        told, *ends = (_written(one, places, sign) for one in (value, low, high))
        return f"{told} [{', '.join(ends)}]" if low == low else told


def _written(value: float, places: int, sign: Sign = "") -> str:
    return _MISSING if math.isnan(value) else written(value, places, sign)


def accuracy(name: str, words: str, meaning: str, on: Samples, **more: Any) -> Metric:
    """Return the entry of a share of samples that are answered rightly."""
    return Metric(name, words, meaning, "fraction", "higher", high=1.0, points=True, on=on, **more)


def loss(name: str, words: str, meaning: str, on: Samples, **more: Any) -> Metric:
    """Return the entry of a cross-entropy."""
    return Metric(name, words, meaning, "nats", "lower", on=on, **more)


def error(
    name: str, words: str, meaning: str, on: Samples, better: Better = "lower", **more: Any
) -> Metric:
    """Return the entry of an error, or its like, in the unit of the targets, which are numbers."""
    return Metric(name, words, meaning, UNIT, better, on=on, significant=4, optional=True, **more)


def gap(name: str, words: str, meaning: str, **more: Any) -> Metric:
    """Return the entry of a difference of two accuracies that should be small."""
    low, high = -1.0, 1.0
    return Metric(
        *(name, words, meaning, "fraction", "lower"), low=low, high=high, on="validation", **more
    )


def seconds(name: str, words: str, meaning: str, **more: Any) -> Metric:
    """Return the entry of a duration, which no run repeats."""
    return Metric(name, words, meaning, "seconds", "lower", repeats=False, digits=1, **more)


def parameters(name: str, words: str, meaning: str, **more: Any) -> Metric:
    """Return the entry of a number of parameters."""
    return Metric(name, words, meaning, "parameters", "neither", digits=0, **more)


def epochs(name: str, words: str, meaning: str, unit: str, **more: Any) -> Metric:
    """Return the entry of a number of epochs."""
    return Metric(name, words, meaning, unit, "neither", low=1.0, digits=0, mean_digits=1, **more)

"""Data sets of series: what the keys that all of them have mean, and the arrays that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.data.contract import HELD_OUT, InputSpec, Raw, Split, given, must_be_null
from rnnbench.data.sets.series.cuts import cuts
from rnnbench.data.sets.series.samples import WindowedPart, WindowPlan, parts_of
from rnnbench.data.sets.series.times import shown
from rnnbench.data.sets.series.windows import PARTS, Cut, Series, Shape
from rnnbench.data.targets import Naive, TargetScale
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

_LARGEST_BYTES = 16 * 2**30


def shape_of(config: DataConfig) -> Shape:
    """Return how windows lie; raises ConfigError for keys that series need or don't have."""
    must_be_null(config, "num_words")
    window = given("window", config.window, action="set data.window=30")
    horizon = given("horizon", config.horizon, action="set data.horizon=1")
    given("test", config.test, action="set data.test=0.2")
    if config.maxlen not in (None, window):
        raise ConfigError(
            "data.maxlen",
            f"null for data={config.name}, whose samples are windows",
            config.maxlen,
            "set data.window instead",
        )
    return Shape(window, horizon, config.stride or 1, bool(config.lookback))


def spec_of(
    config: DataConfig, features: int = 1, targets: int = 1, observed: int = 1
) -> InputSpec:
    """Return the shape that a model sees.

    Args:
        config: with the keys of series.
        features: columns that a model sees.
        targets: columns that are forecast.
        observed: how many of the first features are the targets.
    """
    shape = shape_of(config)
    return InputSpec(
        shape.window, features, None, 0, targets=shape.horizon * targets, observed=observed
    )


def leak_remarks(config: DataConfig) -> tuple[str, ...]:
    """Return what is told whenever a scaling knows the test."""
    if not config.scaling_leak or config.scaling in (None, "none"):
        return ()
    return (
        "data.scaling_leak=true: the scaling is fitted to the test, too, so that errors are lower "
        "than those of a forecast; leave it out for those",
    )


def raw_of(
    config: DataConfig,
    series: Sequence[Series],
    told: Mapping[str, Any],
    *,
    is_shared: bool = True,
    trained: Sequence[bool] | None = None,
    tested: Sequence[bool] | None = None,
) -> Raw:
    """Return series as samples; the validation samples are the last of the training samples.

    Args:
        config: how they are cut and scaled.
        series: the series.
        told: further facts.
        is_shared: whether a time means the same in all series.
        trained: which of them are trained on; all without it.
        tested: which of them are tested on.

    Raises:
        ConfigError: for parts without windows, and other keys that don't suit the series.
        DataError: for series that cannot be forecast.
    """
    shape = shape_of(config)
    assert config.test is not None
    found = cuts(series, config.validation, config.test, config.time_format, is_shared=is_shared)
    _check_room(series, shape)
    plan = WindowPlan(
        shape,
        config.scaling or "none",
        bool(config.scaling_leak),
        config.season or 1,
        trained,
        tested,
        config.limit,
        config.test_limit,
    )
    parts = parts_of(series, found, plan)
    training, validation, test = (parts[part] for part in PARTS)
    facts = {
        **told,
        HELD_OUT: len(validation.samples),
        **_facts(series, found, parts, config),
    }
    return Raw(
        _split([training, validation]),
        _split([test]),
        facts,
        target_scale=(_scale([training, validation]), _scale([test])),
        naive=Naive(test.last, test.error),
    )


def _split(parts: Sequence[WindowedPart]) -> Split:
    x = np.concatenate([part.x for part in parts])
    count, steps, features = x.shape
    offsets = np.arange(count + 1, dtype=np.int64) * steps
    return Split(x.reshape(-1, features), offsets, np.concatenate([part.y for part in parts]))


def _scale(parts: Sequence[WindowedPart]) -> TargetScale:
    """Return what undoes the scaling: one row where it is the same for all samples."""
    both = np.concatenate([part.scale for part in parts])
    if (both == both[:1]).all():
        both = both[:1]
    return TargetScale(both[:, 0], both[:, 1])


def _facts(
    series: Sequence[Series],
    cut: Sequence[Cut],
    parts: Mapping[str, WindowedPart],
    config: DataConfig,
) -> dict[str, Any]:
    """Return what `data` tells of series and their parts."""
    lengths = sorted({len(one) for one in series})
    steps = f"{lengths[0]:,}" if len(lengths) == 1 else f"{lengths[0]:,} to {lengths[-1]:,}"
    edges = [(0, one.validation, one.test, len(s)) for one, s in zip(cut, series, strict=True)]
    told = []
    for place, part in enumerate(PARTS):
        own = [
            one.times[edge[place] : edge[place + 1]]
            for one, edge in zip(series, edges, strict=True)
            if edge[place] < edge[place + 1]
        ]
        if own:
            first, last = min(times[0] for times in own), max(times[-1] for times in own)
            steps_or = "steps " if first.dtype.kind == "i" else ""
            count = len(parts[part].samples)
            told.append(f"{part} {steps_or}{shown(first)} to {shown(last)} ({count:,} windows)")
    scaling: str = config.scaling or "none"
    if scaling != "none":
        fitted = "all time steps, the test among them"
        scaling += f", fitted to {fitted if config.scaling_leak else 'the training part'}"
        scaling += " of each series" if len(series) > 1 else ""
    return {"series": f"{len(series):,} of {steps} time steps", "parts": told, "scaling": scaling}


def room(series: Sequence[Series], shape: Shape) -> tuple[int, int]:
    """Return how many windows there are at most, and the bytes that making them takes.

    Inputs are gathered in float64, by an index for each step and with a copy. Later there are two
    float32 copies of inputs and targets, and of the targets in float64 two copies of their scale,
    which has two rows, a comparison of it, the last values and the errors.
    """
    steps = (max(0, len(one) - shape.length + shape.stride) for one in series)
    windows = sum(count // shape.stride for count in steps)
    features, targets = series[0].inputs.shape[1], series[0].targets.shape[1]
    gathered = shape.window * (2 * 8 * features + 8)
    of_target = 2 * 4 + 2 * (2 * 8) + 2 + 8 + 8
    kept = shape.window * features * 2 * 4 + shape.horizon * targets * of_target
    return windows, windows * max(gathered, kept)


def _check_room(series: Sequence[Series], shape: Shape) -> None:
    """Refuse windows that take more memory than any machine at hand has."""
    windows, size = room(series, shape)
    if size > _LARGEST_BYTES:
        raise ConfigError(
            "data.stride",
            f"windows that take at most {_LARGEST_BYTES / 2**30:.0f} GiB of memory to make",
            f"{shape.stride}, which gives {windows:,} windows that take {size / 2**30:,.0f} GiB",
            "raise data.stride or lower data.window",
        )

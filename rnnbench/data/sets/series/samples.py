"""Series as samples: cut in time, scaled by what came before the cuts, and laid out as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.sets.series.scaling import Scaler, Scaling, fit, is_constant, naive_error
from rnnbench.data.sets.series.times import shown
from rnnbench.data.sets.series.windows import (
    PARTS,
    Cut,
    Numbers,
    Series,
    Shape,
    Windows,
    divided,
    inputs_of,
    targets_of,
)
from rnnbench.errors import ConfigError, DataError


@dataclass(frozen=True)
class WindowPlan:
    """What becomes of series.

    Attributes:
        shape: how windows lie in them.
        scaling: how they are scaled.
        leak: whether the scaling is fitted to all steps, those of the test included.
        season: steps after which a series repeats itself; 1 for none.
        trained: which series are trained on and validated on.
        tested: which are tested on.
        limit: how many training samples are used, the latest; ``None`` for all.
        test_limit: how many test samples are used, the earliest.
    """

    shape: Shape
    scaling: Scaling = "standard"
    leak: bool = False
    season: int = 1
    trained: Sequence[bool] | None = None
    tested: Sequence[bool] | None = None
    limit: int | None = None
    test_limit: int | None = None


class WindowedPart(NamedTuple):
    """Windows of a part.

    Attributes:
        x: scaled inputs ``(n, window, features)`` float32.
        y: scaled targets ``(n, horizon * k)`` float32, all k of the first step first.
        scale: factor and offset ``(n, 2, horizon * k)`` that undo the scaling of targets.
        last: the last values before the targets, in their own unit, as wide as they are.
        error: the error of a naive forecast within the training part, as wide, too.
        samples: where they begin.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    scale: Numbers
    last: Numbers
    error: Numbers
    samples: Windows


def parts_of(
    series: Sequence[Series], cuts: Sequence[Cut], plan: WindowPlan
) -> dict[str, WindowedPart]:
    """Return the samples of training, validation and test.

    The scaling of a series is fitted to its steps before the validation part, from the first one
    that a training sample has.

    Raises:
        ConfigError: where a part is too short for a window.
        DataError: for targets that are constant before the cuts.
    """
    found = divided(series, cuts, plan.shape)
    every = [True] * len(series)
    for part, chosen in zip(PARTS, (plan.trained, plan.trained, plan.tested), strict=True):
        found[part] = found[part].taken(np.array(chosen or every)[found[part].series])
    _check(series, cuts, plan, found)
    if plan.limit is not None:
        found["training"] = found["training"].taken(slice(-plan.limit, None))
    found["test"] = found["test"].taken(slice(plan.test_limit))
    pasts = _pasts(series, cuts, found["training"])
    _check_pasts(series, pasts, plan)
    inputs, targets, scalers, errors = [], [], [], []
    for one, past in zip(series, pasts, strict=True):
        steps = slice(None) if plan.leak else past
        inputs.append(fit(one.inputs[steps], plan.scaling).scaled(one.inputs))
        scalers.append(fit(one.targets[steps], plan.scaling))
        targets.append(scalers[-1].scaled(one.targets))
        errors.append(naive_error(one.targets[past], plan.season))
    return {
        part: WindowedPart(
            inputs_of(inputs, samples, plan.shape),
            targets_of(targets, samples, plan.shape),
            _scales(scalers, samples, plan.shape),
            _last(series, samples, plan.shape),
            np.tile(np.array(errors)[samples.series], plan.shape.horizon),
            samples,
        )
        for part, samples in found.items()
    }


def _pasts(series: Sequence[Series], cuts: Sequence[Cut], training: Windows) -> list[slice]:
    """Return the steps of each series that come before the cuts, from the first one in use."""
    firsts = np.full(len(series), np.iinfo(np.int64).max)
    np.minimum.at(firsts, training.series, training.start)
    return [
        slice(int(first) if first < cut.validation else 0, cut.validation)
        for first, cut in zip(firsts, cuts, strict=True)
    ]


def _scales(scalers: Sequence[Scaler], samples: Windows, shape: Shape) -> Numbers:
    both = np.array([[one.factor, one.offset] for one in scalers])
    return np.tile(both[samples.series], shape.horizon)


def _last(series: Sequence[Series], samples: Windows, shape: Shape) -> Numbers:
    found = np.empty((len(samples), series[0].targets.shape[1]))
    for number, one in enumerate(series):
        own = samples.series == number
        found[own] = one.targets[samples.start[own] + shape.window - 1]
    return np.tile(found, shape.horizon)


def _check(
    series: Sequence[Series], cuts: Sequence[Cut], plan: WindowPlan, found: dict[str, Windows]
) -> None:
    """Refuse parts without samples."""
    for part, samples in found.items():
        cut_off = part == "validation" and all(cut.validation == cut.test for cut in cuts)
        if len(samples) or cut_off:
            continue
        lengths = {
            "training": max(cut.validation for cut in cuts),
            "validation": max(cut.test - cut.validation for cut in cuts),
            "test": max(len(one) - cut.test for one, cut in zip(series, cuts, strict=True)),
        }
        needed = plan.shape.horizon if plan.shape.lookback else plan.shape.length
        is_short = lengths[part] < plan.shape.horizon
        action = f"lower data.window, data.horizon, or raise data.{part}"
        if part == "training":
            action = "lower data.window, data.horizon, data.validation or data.test"
        elif not plan.shape.lookback and not is_short:
            action += ", or set data.lookback=true: inputs may then begin before the part"
        raise ConfigError(
            "data.horizon" if is_short else "data.window",
            f"a window and a horizon that fit into the {lengths[part]:,} steps of the {part} part",
            f"{plan.shape.window} and {plan.shape.horizon}, which need {needed:,}",
            action,
        )


def _check_pasts(series: Sequence[Series], pasts: Sequence[slice], plan: WindowPlan) -> None:
    """Refuse a series that has no training part to be measured by, or none that varies."""
    for one, past in zip(series, pasts, strict=True):
        if past.stop < 2:
            raise DataError(
                "data.test",
                "a cut that leaves steps of every series before it",
                f"series {one.name}, which begins {shown(one.times[0])}",
                "choose a later cut, or leave the series out with data.series",
            )
        targets = one.targets[past]
        if len(targets) <= plan.season:
            raise ConfigError(
                "data.season",
                f"fewer than the {len(targets):,} steps of the training part of series {one.name}",
                plan.season,
                "lower it",
            )
        if is_constant(targets).any():
            raise DataError(
                "data.target",
                "values that vary before the test",
                f"series {one.name}, which is {targets[0][is_constant(targets)][0]:g} in all of "
                f"its {len(targets):,} training steps",
                "leave it out",
            )
